package dev.heed.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heed.attention.Attention;
import dev.heed.model.LanguageModel;
import dev.heed.tensor.Tensor;
import dev.heed.testing.NeedsShared;
import dev.heed.testing.Shared;
import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The program of the README, compiled against the library alone and started in the three ways that
/// a user has.
@NeedsShared("data/stories260K/stories260K-F32.gguf")
class LibraryLaunchTest {
  private static final String ADVICE = "--add-modules jdk.incubator.vector";

  @TempDir private static Path folder;

  private static String library;
  private static String modular;
  private static String plain;

  @BeforeAll
  static void compileTheProgram() throws Exception {
    library =
        Stream.of(
                Tensor.class,
                Attention.class,
                LanguageModel.class,
                Class.forName("tools.jackson.core.JsonParser"))
            .map(LibraryLaunchTest::home)
            .collect(Collectors.joining(File.pathSeparator));
    Path source = Files.writeString(folder.resolve("Story.java"), program());
    plain = compile("plain", "-cp", library, source.toString());
    Path inPackage =
        Files.writeString(
            Files.createDirectories(folder.resolve("story")).resolve("Story.java"),
            "package story;\n" + program());
    Path descriptor =
        Files.writeString(
            folder.resolve("module-info.java"),
            "module story { requires dev.heed.model; exports story; }");
    modular = compile("modular", "-p", library, inPackage.toString(), descriptor.toString());
  }

  @Test
  void classPath_withoutFlags_runsScalarKernelsWithOneWarning() throws Exception {
    CommandResult result = java("-cp", plain + File.pathSeparator + library, "Story");

    assertThat(result.out()).isEqualTo(expected());
    assertThat(result.err()).containsOnlyOnce(ADVICE).containsOnlyOnce("WARNING");
    assertThat(result.code()).isZero();
  }

  @Test
  void classPath_withModule_printsTheSameText() throws Exception {
    CommandResult result =
        java(
            "--add-modules",
            "jdk.incubator.vector",
            "-cp",
            plain + File.pathSeparator + library,
            "Story");

    assertThat(result.out()).isEqualTo(expected());
    assertThat(result.err()).doesNotContain(ADVICE);
    assertThat(result.code()).isZero();
  }

  @Test
  void modulePath_withModule_printsTheSameText() throws Exception {
    CommandResult result =
        java(
            "--add-modules",
            "jdk.incubator.vector",
            "-p",
            modular + File.pathSeparator + library,
            "-m",
            "story/story.Story");

    assertThat(result.out()).isEqualTo(expected());
    assertThat(result.err()).doesNotContain(ADVICE);
    assertThat(result.code()).isZero();
  }

  private static String expected() throws IOException {
    String prompt = "Once upon a time";
    String text = Files.readString(Shared.path("data/stories260K/expected_greedy_200.txt"));
    assertThat(text).startsWith(prompt);
    CommandResult ours =
        CommandResult.of(
            "generate",
            "--model",
            Shared.path("data/stories260K/stories260K-F32.gguf").toString(),
            "--temperature",
            "0",
            "--max-tokens",
            "40",
            prompt);
    String continuation = ours.out().strip().substring(prompt.length());
    assertThat(text).startsWith(prompt + continuation);
    return continuation;
  }

  private static String program() throws IOException {
    Matcher block =
        Pattern.compile("```java\n(.*?)```", Pattern.DOTALL)
            .matcher(Files.readString(RepositoryFiles.root().resolve("README.md")));
    assertThat(block.find()).as("a program in the README").isTrue();
    assertThat(block.group(1).lines().filter(line -> line.startsWith("    "))).hasSizeLessThan(11);
    return block.group(1);
  }

  private static String compile(String name, String... args) {
    Path out = folder.resolve(name);
    List<String> command = new ArrayList<>(List.of("-d", out.toString()));
    command.addAll(List.of(args));
    int code =
        ToolProvider.findFirst("javac")
            .orElseThrow()
            .run(System.out, System.err, command.toArray(String[]::new));
    assertThat(code).as("javac %s", command).isZero();
    return out.toString();
  }

  private static CommandResult java(String... args) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of(args));
    command.add(Shared.path("data/stories260K/stories260K-F32.gguf").toString());
    Path err = Files.createTempFile(folder, "err", ".txt");
    Process process = new ProcessBuilder(command).redirectError(err.toFile()).start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new CommandResult(process.waitFor(), out, Files.readString(err));
  }

  private static String home(Class<?> type) {
    try {
      return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI()).toString();
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }
}
