package dev.heed.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heed.tensor.DataType;
import dev.heed.tensor.Shape;
import dev.heed.tensor.Weight;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SafetensorsWriterTest {
  @TempDir private Path folder;

  private static Weight bytes(DataType type, int count, int... shape) {
    byte[] bytes = new byte[count];
    for (int i = 0; i < count; i++) {
      bytes[i] = (byte) (i + 1);
    }
    return Weight.over("w", MemorySegment.ofArray(bytes), type, Shape.of(shape));
  }

  @Test
  void write_thenOpen_givesBackEverything() {
    Map<String, Weight> tensors = new LinkedHashMap<>();
    tensors.put("half", bytes(DataType.F16, 6, 3));
    tensors.put("byte", bytes(DataType.U8, 5, 5));
    tensors.put("float \"x\" ß", Weight.of("w", new float[] {1, -2, 3, 4, 5, 6}, 2, 3));
    tensors.put("empty", Weight.of("w", new float[0], 0, 3));
    tensors.put("long", bytes(DataType.I64, 16, 2));
    Path path = folder.resolve("out.safetensors");
    SafetensorsWriter.write(path, tensors, Map.of("format", "pt"));
    try (SafetensorsFile file = SafetensorsFile.open(path)) {
      assertThat(file.tensors().keySet())
          .containsExactly("long", "empty", "float \"x\" ß", "half", "byte");
      assertThat(file.metadata().string("format")).isEqualTo("pt");
      tensors.forEach((name, weight) -> {
        assertThat(file.weight(name).shape()).isEqualTo(weight.shape());
        assertThat(file.weight(name).type()).isEqualTo(weight.type());
        assertThat(file.weight(name).segment().mismatch(weight.segment())).isEqualTo(-1);
        assertThat(file.tensors().get(name).offset() % weight.type().blockBytes()).isZero();
      });
      assertThat(file.tensors().get("long").offset() % 64).isZero();
    }
  }

  @Test
  void write_overAMappedFile_leavesItsReaderAlone() {
    Path path = folder.resolve("w.safetensors");
    SafetensorsWriter.write(path, Map.of("w", Weight.of("w", new float[] {1, 2}, 2)), Map.of());
    try (SafetensorsFile old = SafetensorsFile.open(path)) {
      SafetensorsWriter.write(path, Map.of("v", Weight.of("v", new float[] {3}, 1)), Map.of());
      assertThat(old.weight("w").toFloats()).containsExactly(1, 2);
    }
    try (SafetensorsFile file = SafetensorsFile.open(path)) {
      assertThat(file.tensors().keySet()).containsExactly("v");
    }
  }

  @Test
  void write_failing_leavesTheOldFileAndNoOther() throws IOException {
    Path path = folder.resolve("w.txt");
    AtomicFile.write(path, new byte[] {1});
    assertThatThrownBy(() ->
            AtomicFile.write(
                path,
                _ -> {
                  throw new IOException("no space left");
                }))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("w.txt: cannot be written")
        .hasMessageContaining("no space left");
    assertThat(Files.readAllBytes(path)).containsExactly(1);
    assertThat(folder.toFile().list()).containsExactly("w.txt");
  }

  @Test
  void write_blockFormat_isRefused() {
    Path path = folder.resolve("q.safetensors");
    assertThatThrownBy(() ->
            SafetensorsWriter.write(path, Map.of("q", bytes(DataType.Q8_0, 68, 2, 32)), Map.of()))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("'q' of type Q8_0 cannot be written");
    assertThat(path).doesNotExist();
  }

  @Test
  void write_folderThatIsNotThere_isNamed() {
    Path path = folder.resolve("none").resolve("x.bin");
    assertThatThrownBy(() -> AtomicFile.write(path, new byte[] {1}))
        .isInstanceOf(CheckpointException.class)
        .hasMessage(
            "%s: cannot be written: the folder %s does not exist; make it first"
                .formatted(path, path.getParent()));
  }
}
