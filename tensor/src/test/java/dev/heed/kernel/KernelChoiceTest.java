package dev.heed.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heed.tensor.HeedException;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class KernelChoiceTest {
  /// What a child JVM runs on a plain class path.
  static final class Child {
    private Child() {}

    public static void main(String[] args) {
      Kernels first = Kernels.best();
      System.out.println(
          first.name() + "; " + first.reason() + "; " + (first.equals(Kernels.best())));
    }
  }

  @Test
  void best_moduleOfTheTests_isVectorUnlessScalarIsForced() {
    String forced = System.getProperty(KernelChoice.PROPERTY, "vector");

    assertThat(Kernels.best().name())
        .isEqualTo(forced.equals("scalar") ? "ScalarKernels" : "VectorKernels");
  }

  /// `.ci/run` says which kernels it means to test; a fallback must not go unseen.
  @Test
  void best_expectedKernels_areThoseThatRan() {
    String ran = Kernels.best().name();

    assertThat(ran).isEqualTo(System.getProperty("heed.expect", ran));
  }

  @Test
  void choose_scalarForced_saysWhoAsked() {
    Kernels kernels = KernelChoice.choose(Optional.of("scalar"), true);

    assertThat(kernels.name()).isEqualTo("ScalarKernels");
    assertThat(kernels.reason()).isEqualTo("heed.kernels=scalar");
  }

  @Test
  void choose_vectorForcedWithoutModule_saysWhatToAdd() {
    assertThatThrownBy(() -> KernelChoice.choose(Optional.of("vector"), false))
        .isInstanceOf(HeedException.class)
        .hasMessageContaining("heed.kernels=vector")
        .hasMessageContaining("--add-modules jdk.incubator.vector");
  }

  @Test
  void choose_unknownName_saysWhatFits() {
    assertThatThrownBy(() -> KernelChoice.choose(Optional.of("fast"), true))
        .isInstanceOf(HeedException.class)
        .hasMessageContaining("'fast'")
        .hasMessageContaining("scalar or vector");
  }

  @Test
  void best_plainClassPath_isScalarWithOneWarning() throws Exception {
    Output output = child(List.of());

    assertThat(output.exit()).isZero();
    assertThat(output.text())
        .contains("ScalarKernels; jdk.incubator.vector is not readable; true")
        .containsOnlyOnce("--add-modules jdk.incubator.vector");
  }

  @Test
  void best_classPathWithModule_isVectorWithoutOurWarning() throws Exception {
    Output output = child(List.of("--add-modules", "jdk.incubator.vector"));

    assertThat(output.exit()).isZero();
    assertThat(output.text())
        .contains("VectorKernels; jdk.incubator.vector is readable, ")
        .doesNotContain("--add-modules");
  }

  @Test
  void best_vectorForcedOnPlainClassPath_failsByName() throws Exception {
    Output output = child(List.of("-Dheed.kernels=vector"));

    assertThat(output.exit()).isEqualTo(1);
    assertThat(output.text())
        .contains("heed.kernels=vector")
        .contains("start Java with --add-modules jdk.incubator.vector")
        .doesNotContain("NoClassDefFoundError");
  }

  private record Output(int exit, String text) {}

  private static Output child(List<String> options) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(options);
    command.addAll(
        List.of(
            "-cp",
            home(Kernels.class) + File.pathSeparator + home(Child.class),
            Child.class.getName()));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Output(process.waitFor(), text);
  }

  /// The folder that a class was loaded from; a class patched into a module keeps its own.
  private static Path home(Class<?> type) {
    String name = "/" + type.getName().replace('.', '/') + ".class";
    Path file = Path.of(URI.create(String.valueOf(type.getResource(name))));
    return file.resolve("../".repeat(name.split("/").length - 1)).normalize();
  }
}
