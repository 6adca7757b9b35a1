package dev.heed.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heed.checkpoint.Checkpoints.Gguf;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GgufReaderTest {
  private static final int U32 = 4;
  private static final int ARRAY = 9;
  private static final int I8 = 24;

  @TempDir private Path folder;

  private GgufFile open(Gguf gguf) {
    return GgufFile.open(Checkpoints.write(folder, "x.gguf", gguf.bytes()));
  }

  private void assertRefused(Gguf gguf, String message) {
    assertThatThrownBy(() -> open(gguf).close())
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("x.gguf: ")
        .hasMessageContaining(message);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void open_everyVersion_readsTheSame(int version) {
    Gguf gguf =
        new Gguf(version, 2, 2)
            .key("general.alignment", U32)
            .int32(8)
            .key("k", ARRAY)
            .int32(8)
            .count(2)
            .text("")
            .text("ß")
            .tensor("first", I8, 0, 3, 2)
            .tensor("second", I8, 8, 5)
            .pad(8)
            .data(6)
            .pad(8)
            .data(5);
    try (GgufFile file = open(gguf)) {
      assertThat(file.format()).isEqualTo("GGUF v" + version);
      assertThat(file.weight("first").shape().toArray()).containsExactly(2, 3);
      assertThat(file.weight("first").toFloats()).containsExactly(1, 2, 3, 4, 5, 6);
      assertThat(file.weight("second").toFloats()).containsExactly(1, 2, 3, 4, 5);
      assertThat(file.metadata().strings("k")).containsExactly("", "ß");
      assertThat(file.tensors().get("second").offset() % 8).isZero();
    }
  }

  @Test
  void open_withoutTensors_needsNoPadding() {
    try (GgufFile file = open(new Gguf(3, 0, 1).key("k", U32).int32(7))) {
      assertThat(file.tensors()).isEmpty();
      assertThat(file.metadata().integer("k")).isEqualTo(7);
      assertThat(file.metadata().keys()).containsExactly("k");
    }
  }

  @Test
  void open_unknownButKnownToTheFormat_isListedAndNotRead() {
    try (GgufFile file = open(new Gguf(3, 1, 0).tensor("t", 16, 0, 256).pad(32).data(66))) {
      assertThat(file.tensors().get("t").type()).isEqualTo("IQ2_XXS");
      assertThatThrownBy(() -> file.weight("t"))
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining("tensor 't' is stored as IQ2_XXS, which cannot be read yet");
    }
  }

  @Test
  void open_listsInLists_endAtADepth() {
    Gguf deep = new Gguf(3, 0, 1).key("k", ARRAY);
    for (int i = 0; i < 5; i++) {
      deep.int32(ARRAY).count(1);
    }
    assertRefused(deep.int32(0).count(1).int8(1), "nests lists deeper than 4");
    Gguf shallow = new Gguf(3, 0, 1).key("k", ARRAY).int32(ARRAY).count(2);
    shallow.int32(0).count(2).data(2).int32(0).count(0);
    try (GgufFile file = open(shallow)) {
      assertThat(file.metadata().length("k")).isEqualTo(2);
      assertThatThrownBy(() -> file.metadata().settings()).hasMessageContaining("list of lists");
    }
  }

  @Test
  void open_badValues_areNamed() {
    assertRefused(new Gguf(3, 0, 1).key("k", 7).int8(2), "'k' is the truth value 2");
    assertRefused(new Gguf(3, 0, 1).key("k", 13), "the value of 'k' has the unknown type 13");
    assertRefused(
        new Gguf(3, 0, 1 << 20), "the list of metadata keys at byte 24 would have 1048576 entries");
    assertRefused(
        new Gguf(3, 0, 2).key("k", U32).int32(1).key("k", U32).int32(1), "'k' stands twice");
    assertRefused(
        new Gguf(3, 0, 1).key("general.alignment", U32).int32(24), "general.alignment is 24");
    assertRefused(
        new Gguf(3, 0, 1).key("general.alignment", 8).text("8"), "should be a whole number");
    assertRefused(new Gguf(4, 0, 0), "has version 4; versions 1 to 3 can be read");
  }

  @Test
  void open_badTensors_areNamed() {
    assertRefused(
        new Gguf(3, 2, 0).tensor("t", I8, 0, 2).tensor("t", I8, 32, 2).pad(32).data(34),
        "tensor 't' is listed twice");
    assertRefused(
        new Gguf(3, 1, 0).tensor("t", I8, 0, 33).pad(32).data(32),
        "tensor 't' takes 33 bytes from offset 0, but the data have only 32");
    assertRefused(
        new Gguf(3, 1, 0).tensor("t", I8, Long.MIN_VALUE, 2).pad(32).data(32),
        "from offset 9223372036854775808");
    assertRefused(
        new Gguf(3, 1, 0).tensor("t", I8, 64, 2).pad(32).data(32), "the data have only 32");
    assertRefused(
        new Gguf(3, 1, 0).tensor("t", 8, 0, 1 << 30, 1 << 30, 1 << 30, 32).pad(32).data(32),
        "more than 2^63");
    assertRefused(
        new Gguf(3, 2, 0).tensor("a", I8, 0, 40).tensor("b", I8, 32, 2).pad(32).data(64),
        "tensor 'b' begins at byte");
    assertRefused(new Gguf(3, 1, 0).text("x".repeat(70_000)), "at most 65535 are allowed");
  }

  @Test
  void open_lengthBeyondTheFile_allocatesNothing() {
    assertRefused(new Gguf(3, 0, 1).count(Long.MAX_VALUE).data(5), "a key at byte 32 takes");
    assertRefused(
        new Gguf(3, 0, 1).key("k", 8).count(1L << 40), "'k' at byte 45 takes 1099511627776 bytes");
    assertRefused(
        new Gguf(3, 0, 1).key("k", ARRAY).int32(12).count(1L << 61).data(16),
        "would have 2305843009213693952 entries, but only 16 bytes remain");
  }
}
