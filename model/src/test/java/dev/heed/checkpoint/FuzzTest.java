package dev.heed.checkpoint;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heed.checkpoint.Checkpoints.Gguf;
import dev.heed.testing.Mutator;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Damaged files end in a [CheckpointException] or are read; nothing else happens, and soon.
///
/// The long run: `./mvnw -pl model -am test -Dtest=FuzzTest -Dsurefire.failIfNoSpecifiedTests=false
/// -Dheed.fuzz.seconds=3600 -Dheed.fuzz.seed=7`.
class FuzzTest {
  private static final long SLOWEST_NANOS = 2_000_000_000L;
  private static final int LEAST_OF_EACH = 20;

  @TempDir private Path folder;

  private static void fuzz(List<byte[]> good, Consumer<byte[]> reader) {
    Mutator mutator = new Mutator(Mutator.seed(), good);
    long end = System.nanoTime() + Mutator.seconds() * 1_000_000_000;
    int read = 0;
    int refused = 0;
    while (System.nanoTime() < end || read < LEAST_OF_EACH || refused < LEAST_OF_EACH) {
      byte[] bytes = mutator.next();
      long start = System.nanoTime();
      try {
        reader.accept(bytes);
        read++;
      } catch (CheckpointException e) {
        assertThat(e).hasMessageContaining("x.");
        refused++;
      } catch (RuntimeException | Error e) {
        throw new AssertionError("fails on " + HexFormat.of().formatHex(bytes), e);
      }
      if (System.nanoTime() - start > SLOWEST_NANOS) {
        throw new AssertionError("hangs on " + HexFormat.of().formatHex(bytes));
      }
    }
  }

  private void readWhole(TensorFile file) {
    file.tensors()
        .values()
        .forEach(tensor -> {
          if (tensor.dataType().isPresent()) {
            file.weight(tensor.name()).toFloats();
          }
        });
  }

  @Test
  void safetensors_damaged_isReadOrRefused() {
    byte[] small =
        Checkpoints.safetensors(
            "{\"__metadata__\":{\"k\":\"v\"},\"a\":{\"dtype\":\"F32\",\"shape\":[2,3],"
                + "\"data_offsets\":[0,24]},\"b\":{\"dtype\":\"BF16\",\"shape\":[5],"
                + "\"data_offsets\":[24,34]},\"c\":{\"dtype\":\"U8\",\"shape\":[],"
                + "\"data_offsets\":[34,35]}}",
            35);
    fuzz(
        List.of(small, Checkpoints.resource("gguf-types.safetensors")),
        bytes -> {
          try (SafetensorsFile file =
              SafetensorsFile.open(Checkpoints.write(folder, "x.safetensors", bytes))) {
            readWhole(file);
          }
        });
  }

  @Test
  void gguf_damaged_isReadOrRefused() {
    byte[] first =
        new Gguf(1, 1, 2)
            .key("general.alignment", 4)
            .int32(8)
            .key("k", 9)
            .int32(9)
            .count(2)
            .int32(8)
            .count(1)
            .text("x")
            .int32(0)
            .count(3)
            .data(3)
            .tensor("t", 2, 0, 32, 2)
            .pad(8)
            .data(36)
            .bytes();
    fuzz(
        List.of(first, Checkpoints.resource("gguf-types.gguf")),
        bytes -> {
          try (GgufFile file = GgufFile.open(Checkpoints.write(folder, "x.gguf", bytes))) {
            readWhole(file);
            file.metadata().settings();
          }
        });
  }

  @Test
  void json_damaged_isReadOrRefused() {
    String text =
        "{\"a\": [1, -2.5e3, true, null, \"\\u00e9\\n😀\"], \"b\": {\"c\": {\"d\": [[]]}}}";
    fuzz(
        List.of(text.getBytes(UTF_8)),
        bytes -> {
          Json json = Json.parse("x.json", bytes);
          assertThat(Json.parse("again", json.toString().getBytes(UTF_8))).isEqualTo(json);
        });
  }
}
