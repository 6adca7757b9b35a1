package dev.heed.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunFolderTest {
  private static final String HOLDER =
      """
      void main(String[] arguments) throws Exception {
        try (var file = new RandomAccessFile(arguments[0], "rw");
            var _ = file.getChannel().lock()) {
          IO.println("held");
          System.in.read();
        }
      }
      """;

  @TempDir private Path folder;

  @Test
  void open_folderThatAnotherProcessHolds_isRefusedUntilItEnds() throws Exception {
    Path run = folder.resolve("run");
    RunFolder.open(run).close();
    Path source = Files.writeString(folder.resolve("Holder.java"), HOLDER);
    Path java = Path.of(System.getProperty("java.home"), "bin", "java");
    Process holder =
        new ProcessBuilder(java.toString(), source.toString(), run.resolve(".lock").toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try (BufferedReader said = holder.inputReader()) {
      assertThat(said.readLine()).isEqualTo("held");
      assertThatThrownBy(() -> RunFolder.open(run))
          .isInstanceOf(TrainingException.class)
          .hasMessageContaining("another training runs in");
    } finally {
      holder.destroyForcibly().waitFor();
    }
    try (RunFolder free = RunFolder.open(run)) {
      assertThat(free.path()).isEqualTo(run);
    }
  }
}
