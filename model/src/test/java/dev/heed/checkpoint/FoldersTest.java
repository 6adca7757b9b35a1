package dev.heed.checkpoint;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heed.checkpoint.Checkpoints.Gguf;
import dev.heed.tensor.Weight;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FoldersTest {
  @TempDir private Path folder;

  private void shard(String file, String tensor, float... numbers) {
    SafetensorsWriter.write(
        folder.resolve(file), Map.of(tensor, Weight.of(tensor, numbers, numbers.length)), Map.of());
  }

  private void index(String json) {
    Checkpoints.write(folder, "model.safetensors.index.json", json.getBytes(UTF_8));
  }

  private void assertRefused(String message) {
    assertThatThrownBy(() -> Checkpoint.open(folder).close())
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining(message);
  }

  @Test
  void open_shards_areOneView() {
    shard("model-1.safetensors", "a", 1, 2);
    shard("model-2.safetensors", "b", 3);
    index("{\"weight_map\": {\"a\": \"model-1.safetensors\", \"b\": \"model-2.safetensors\"}}");
    try (Checkpoint checkpoint = Checkpoint.open(folder)) {
      assertThat(checkpoint.tensors().keySet()).containsExactly("a", "b");
      assertThat(checkpoint.weights().get("b", 1).toFloats()).containsExactly(3);
      assertThat(checkpoint.weight("a").toFloats()).containsExactly(1, 2);
      assertThat(checkpoint.weights().unread()).containsExactly("a");
      assertThatThrownBy(() -> checkpoint.weight("c")).hasMessageContaining("no tensor 'c'");
      assertThatThrownBy(checkpoint::config).hasMessageContaining("has no config.json");
    }
  }

  @Test
  void open_shardWithoutItsTensor_isNamed() {
    shard("model-1.safetensors", "a", 1, 2);
    index("{\"weight_map\": {\"b\": \"model-1.safetensors\"}}");
    assertRefused("weight_map.b: is said to be in model-1.safetensors, which does not hold it");
  }

  @Test
  void open_sameTensorInTwoShards_isNamed() {
    shard("model-1.safetensors", "a", 1, 2);
    SafetensorsWriter.write(
        folder.resolve("model-2.safetensors"),
        Map.of("a", Weight.of("a", new float[3], 3), "b", Weight.of("b", new float[2], 2)),
        Map.of());
    index("{\"weight_map\": {\"a\": \"model-1.safetensors\", \"b\": \"model-2.safetensors\"}}");
    assertRefused("tensor 'a' is both in model-1.safetensors and in model-2.safetensors");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "../x.safetensors",
        "/etc/x.safetensors",
        "a/b.safetensors",
        "..",
        "x.bin",
        "a\\\\b.safetensors",
        ".safetensors",
        ""
      })
  void open_shardOutsideTheFolder_isRefused(String name) {
    index("{\"weight_map\": {\"a\": \"" + name + "\"}}");
    assertRefused("should be the name of a .safetensors file in the same folder");
  }

  @Test
  void open_missingShard_isNamed() {
    index("{\"weight_map\": {\"a\": \"model-1.safetensors\"}}");
    assertRefused("model-1.safetensors: there is no such file");
  }

  @Test
  void open_linkedFiles_areFollowed() throws IOException {
    Path blobs = Files.createDirectory(folder.resolve("blobs"));
    Path snapshot = Files.createDirectory(folder.resolve("snapshot"));
    SafetensorsWriter.write(
        blobs.resolve("5f"), Map.of("a", Weight.of("a", new float[] {7}, 1)), Map.of());
    Checkpoints.write(blobs, "c0", "{\"model_type\": \"x\"}".getBytes(UTF_8));
    Files.createSymbolicLink(snapshot.resolve("model.safetensors"), Path.of("../blobs/5f"));
    Files.createSymbolicLink(snapshot.resolve("config.json"), Path.of("../blobs/c0"));
    try (Checkpoint checkpoint = Checkpoint.open(snapshot)) {
      assertThat(checkpoint.weight("a").toFloats()).containsExactly(7);
      assertThat(checkpoint.config().string("model_type")).isEqualTo("x");
    }
  }

  @Test
  void open_filesThatAreNoCheckpoint_areNamedForWhatTheyAre() {
    record Wrong(String content, String message) {}
    for (Wrong wrong :
        new Wrong[] {
          new Wrong("version https://git-lfs.github.com/spec/v1\noid", "Git LFS pointer"),
          new Wrong("PK\u0003\u0004", "pickle or zip archive"),
          new Wrong("\u0080\u0002}q", "pickle or zip archive"),
          new Wrong("\n<!DOCTYPE html><html>", "is a web page"),
          new Wrong("", "has 0 bytes")
        }) {
      Checkpoints.write(folder, "model.safetensors", wrong.content().getBytes(ISO_8859_1));
      assertRefused(wrong.message());
    }
  }

  @Test
  void open_headerAsLongAsAPickleBegins_isReadAsSafetensors() {
    String header = "{\"a\": {\"dtype\": \"F32\", \"shape\": [2], \"data_offsets\": [0, 8]}}";
    byte[] bytes = Checkpoints.safetensors(header + " ".repeat(0x280 - header.length()), 8);
    assertThat(bytes).startsWith(0x80, 0x02);
    Checkpoints.write(folder, "model.safetensors", bytes);
    try (Checkpoint checkpoint = Checkpoint.open(folder)) {
      assertThat(checkpoint.weight("a").toFloats()).hasSize(2);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "pytorch_model.bin,weights only as a Python pickle",
    "other.safetensors,but other.safetensors; name a file",
    "readme.txt,has no weights"
  })
  void open_folderWithoutWeights_saysWhatItHas(String file, String message) {
    Checkpoints.write(folder, file, new byte[3]);
    assertRefused(message);
  }

  private void part(String file, int number, int count, String tensor) {
    byte[] bytes =
        new Gguf(3, 1, 3)
            .key("split.no", 4)
            .int32(number)
            .key("split.count", 4)
            .int32(count)
            .key("split.tensors.count", 5)
            .int32(2)
            .tensor(tensor, 24, 0, 3)
            .pad(32)
            .data(3)
            .bytes();
    Checkpoints.write(folder, file, bytes);
  }

  @Test
  void open_ggufInParts_isOneView() {
    part("m-00001-of-00002.gguf", 0, 2, "a");
    part("m-00002-of-00002.gguf", 1, 2, "b");
    for (Path path : new Path[] {folder, folder.resolve("m-00001-of-00002.gguf")}) {
      try (Checkpoint checkpoint = Checkpoint.open(path)) {
        assertThat(checkpoint.tensors().keySet()).containsExactly("a", "b");
        assertThat(checkpoint.weight("b").toFloats()).containsExactly(1, 2, 3);
      }
    }
    assertThatThrownBy(() -> Checkpoint.open(folder.resolve("m-00002-of-00002.gguf")))
        .hasMessageContaining("is one of 2 parts; name the first, '...-00001-of-00002.gguf'");
  }

  @Test
  void open_ggufPartsThatDoNotFit_areNamed() {
    part("m-00001-of-00002.gguf", 0, 2, "a");
    part("m-00002-of-00002.gguf", 0, 2, "b");
    assertRefused("says that it is part 1 of 2, should be part 2 of 2");
    part("m-00001-of-00002.gguf", 0, 3, "a");
    part("m-00002-of-00002.gguf", 1, 3, "b");
    assertRefused("m-00002-of-00003.gguf: there is no such file");
    part("n.gguf", 0, 1, "b");
    assertRefused("has 3 GGUF files; name one of them");
  }

  @Test
  void endTokens_generationConfig_comesFirst() {
    shard("model.safetensors", "a", 1);
    try (Checkpoint checkpoint = Checkpoint.open(folder)) {
      assertThat(checkpoint.endTokens()).isEmpty();
      assertThat(checkpoint.generationConfig()).isEmpty();
      Checkpoints.write(folder, "config.json", "{\"eos_token_id\": 3}".getBytes(UTF_8));
      assertThat(checkpoint.endTokens()).containsExactly(3);
      Checkpoints.write(
          folder, "generation_config.json", "{\"eos_token_id\": [5, 6]}".getBytes(UTF_8));
      assertThat(checkpoint.endTokens()).containsExactly(5, 6);
    }
  }
}
