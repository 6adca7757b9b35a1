package dev.heed.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The JDK finder that `heed`, `mvnw` and `.ci/run` share, on folders that only look like JDKs.
class JdkFinderTest {
  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"25.0.3", "25.0.10", "25.0.20", "25.1", "25.0.3.1"})
  void find_versionThatFits_isTaken(String version) throws Exception {
    Path jdk = jdk("named", version);
    CommandResult result = find(Map.of("HEED_JAVA_HOME", jdk.toString()));

    assertThat(result.out()).isEqualTo(jdk + " " + version + "\n");
    assertThat(result.err()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"17.0.15", "25", "25-ea", "25.0.1", "25.0.2", "25.0.2.1", "25.0.2+9", "26.0.1"})
  void find_versionThatDoesNotFit_isSkippedEvenWhenNamed(String version) throws Exception {
    Path named = jdk("named", version);
    Path good = jdk("good", "25.0.4");
    CommandResult result =
        find(Map.of("HEED_JAVA_HOME", named.toString(), "JAVA_HOME", good.toString()));

    assertThat(result.out()).isEqualTo(good + " 25.0.4\n");
    assertThat(result.err()).contains("HEED_JAVA_HOME is Java " + version).hasLineCount(1);
  }

  @Test
  void find_inTheHomeFolder_isFound() throws Exception {
    Path jdk = jdk("home/.jdks/temurin", "25.0.4");

    assertThat(findNowhereElse(Map.of()).out()).isEqualTo(jdk + " 25.0.4\n");
  }

  @Test
  void find_noneFits_saysInOneLineWhatToInstall() throws Exception {
    Path old = jdk("old", "17.0.15");
    CommandResult result = findNowhereElse(Map.of("JAVA_HOME", old.toString()));

    assertThat(result.code()).isEqualTo(69);
    assertThat(result.out()).isEmpty();
    assertThat(result.err()).contains("JDK 25", "found: 17.0.15", "install").hasLineCount(1);
  }

  private Path jdk(String name, String version) throws IOException {
    Path jdk = folder.resolve(name);
    Path bin = Files.createDirectories(jdk.resolve("bin"));
    for (String program : new String[] {"java", "javac"}) {
      assertThat(Files.createFile(bin.resolve(program)).toFile().setExecutable(true)).isTrue();
    }
    Files.writeString(
        jdk.resolve("release"),
        "IMPLEMENTOR=\"a vendor\"\nJAVA_VERSION=\"%s\"\nOS_NAME=\"an OS\"\n".formatted(version));
    return jdk;
  }

  private CommandResult find(Map<String, String> environment) throws Exception {
    return sourced(RepositoryFiles.root().resolve(".mvn/jdk"), environment);
  }

  /// Without the system's folders, in which this machine has its JDKs.
  private CommandResult findNowhereElse(Map<String, String> environment) throws Exception {
    String script = Files.readString(RepositoryFiles.root().resolve(".mvn/jdk"));
    String blind =
        script
            .replaceAll("(?m)(?<=[ ])/(usr|opt|Library)/", "/nowhere/$1/")
            .replace("||\n    jdk_on_path", "");
    return sourced(Files.writeString(folder.resolve("jdk"), blind), environment);
  }

  private CommandResult sourced(Path script, Map<String, String> environment) throws Exception {
    Path err = folder.resolve("err.txt");
    ProcessBuilder builder =
        new ProcessBuilder(
                "sh", "-c", ". \"$1\"; echo \"$JAVA_HOME $jdk_version\"", "sh", script.toString())
            .redirectError(err.toFile());
    builder.environment().clear();
    builder.environment().put("PATH", System.getenv("PATH"));
    builder.environment().put("HOME", folder.resolve("home").toString());
    builder.environment().putAll(environment);
    Process process = builder.start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new CommandResult(process.waitFor(), out, Files.readString(err));
  }
}
