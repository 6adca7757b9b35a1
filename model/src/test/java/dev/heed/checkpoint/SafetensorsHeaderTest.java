package dev.heed.checkpoint;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SafetensorsHeaderTest {
  @TempDir private Path folder;

  private SafetensorsFile open(String header, int data) {
    byte[] bytes = Checkpoints.safetensors(header, data);
    return SafetensorsFile.open(Checkpoints.write(folder, "x.safetensors", bytes));
  }

  private static String tensor(String dtype, String shape, String offsets) {
    return "{\"dtype\":\"%s\",\"shape\":%s,\"data_offsets\":%s}".formatted(dtype, shape, offsets);
  }

  @Test
  void open_twoTensors_areRowMajorAndInOrder() {
    String header =
        "{\"b\":%s,\"a\":%s}   "
            .formatted(tensor("U8", "[2,3]", "[2,8]"), tensor("I8", "[2]", "[0,2]"));
    try (SafetensorsFile file = open(header, 8)) {
      assertThat(file.tensors().keySet()).containsExactly("b", "a");
      assertThat(file.weight("a").toFloats()).containsExactly(1, 2);
      assertThat(file.weight("b").toFloats()).containsExactly(3, 4, 5, 6, 7, 8);
      assertThat(file.weight("b").shape().toArray()).containsExactly(2, 3);
      assertThat(file.size()).isEqualTo(8 + header.length() + 8);
    }
  }

  @Test
  void open_typeThatHeedDoesNotHold_isListedAndNotRead() {
    try (SafetensorsFile file = open("{\"a\":" + tensor("F8_E4M3", "[3]", "[0,3]") + "}", 3)) {
      assertThat(file.tensors().get("a").type()).isEqualTo("F8_E4M3");
      assertThatThrownBy(() -> file.weight("a"))
          .hasMessageContaining("tensor 'a' is stored as F8_E4M3, which cannot be read yet");
    }
  }

  @Test
  void open_halfByteType_countsBits() {
    try (SafetensorsFile file = open("{\"a\":" + tensor("F4", "[2,3]", "[0,3]") + "}", 3)) {
      assertThat(file.tensors().get("a").bytes()).isEqualTo(3);
    }
    assertThatThrownBy(() -> open("{\"a\":" + tensor("F4", "[3]", "[0,2]") + "}", 2))
        .hasMessageContaining("whole byte");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "F32; [2]; [0,7]; 8; takes 8 bytes, data_offsets give it 7",
        "F32; [2]; [0,9]; 8; within the 8 bytes of data",
        "F32; [2]; [-8,0]; 8; within the 8 bytes of data",
        "F32; [2]; [0,8,8]; 8; should be a begin and an end",
        "F32; [2]; [0,9223372036854775808]; 8; should be a whole number of 64 bits",
        "F32; [2.0]; [0,8]; 8; should be a whole number of 32 bits",
        "F32; [-2]; [0,8]; 8; has a negative axis",
        "F32; [2147483647,2147483647,2147483647]; [0,8]; 8; more than 2^63 bits",
        "F32; 2; [0,8]; 8; should be a list",
        "F33; [2]; [0,8]; 8; dtype 'F33' is unknown",
        "f32; [2]; [0,8]; 8; dtype 'f32' is unknown",
        "F32; [2]; [0,8]; 9; 'the data end at byte 70, the file at 71'",
        "F32; [2]; [1,9]; 9; without a hole"
      })
  void open_badTensor_isNamed(
      String dtype, String shape, String offsets, int data, String message) {
    assertThatThrownBy(() -> open("{\"a\":" + tensor(dtype, shape, offsets) + "}", data).close())
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("x.safetensors")
        .hasMessageContaining(message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "[]; the header should begin with",
        "' {}'; the header should begin with",
        "{\"a\":1}; a: is the number 1, should be an object",
        "{\"a\":{\"dtype\":\"F32\"}}; is missing",
        "{\"__metadata__\":{\"k\":1}}; __metadata__.k: is the number 1, should be a text",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0,0],\"x\":1}}; a.x: is unknown",
        "{}x; not JSON"
      })
  void open_badHeader_isNamed(String header, String message) {
    assertThatThrownBy(() -> open(header, 0).close())
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("x.safetensors")
        .hasMessageContaining(message);
  }

  @Test
  void open_lengthBeyondTheFile_isNamed() {
    byte[] bytes = Checkpoints.safetensors("{}", 0);
    bytes[3] = 1;
    Path path = Checkpoints.write(folder, "x.safetensors", bytes);
    assertThatThrownBy(() -> SafetensorsFile.open(path))
        .hasMessageContaining("header length 16777218 does not fit; it should be 2 to 2");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "First Citizen, before we proceed; looks like text: \"First Citizen, before",
        "Äußerst viel Text; looks like text",
        "heed.tok\u0001\u0000; is a file of tokens",
        "GGUF....aaaaaaaa; begins as a GGUF file"
      })
  void open_anotherKindOfFile_saysWhatItLooksLike(String content, String message) {
    Path path = Checkpoints.write(folder, "x.safetensors", content.getBytes(UTF_8));
    assertThatThrownBy(() -> SafetensorsFile.open(path))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContainingAll("x.safetensors: is not a safetensors file", message);
  }
}
