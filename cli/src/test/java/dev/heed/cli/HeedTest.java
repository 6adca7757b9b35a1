package dev.heed.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heed.attention.Variant;
import dev.heed.layer.LayerVariants;
import dev.heed.layer.Mixer;
import dev.heed.tensor.HeedException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HeedTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String... args) {
    return Heed.run(new PrintWriter(out), new PrintWriter(err), args);
  }

  @Test
  void run_version_printsItAloneOnStandardOutput() {
    assertThat(run("--version")).isZero();
    assertThat(out.toString()).matches("heed \\d+\\.\\d+\\S* \\(Java 25\\S*\\)\\R");
    assertThat(err.toString()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"--help", "-h"})
  void run_help_namesCommandsAndExitCodes(String option) {
    assertThat(run(option)).isZero();
    assertThat(out.toString()).contains("Usage: heed", "completion", "130 interrupted");
    assertThat(err.toString()).isEmpty();
  }

  @Test
  void run_noCommand_showsUsageOnStandardError() {
    assertThat(run()).isEqualTo(2);
    assertThat(err.toString()).contains("a command is missing", "Usage: heed");
    assertThat(out.toString()).isEmpty();
  }

  @Test
  void run_misspelledCommand_suggestsTheRightOne() {
    assertThat(run("completoin")).isEqualTo(2);
    assertThat(err.toString()).contains("completoin", "heed completion", "Try: heed --help");
  }

  @Test
  void run_misspelledOption_isNamedBeforeWhatIsMissing() {
    assertThat(run("generate", "--modle", "folder", "Once")).isEqualTo(2);
    assertThat(err.toString()).contains("'--modle'", "--model").doesNotContain("Missing");
    assertThat(run("eval", "--", "--dta")).isEqualTo(2);
    assertThat(err.toString()).contains("Missing required option");
  }

  @Test
  void doctor_threadsThatDoNotFit_printsNoHalfReport() {
    assertThat(run("doctor", "--threads", "0")).isEqualTo(2);
    assertThat(out.toString()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "--max-tokens, 99999999999, not a whole number up to 2147483647",
    "--seed, x, not a whole number",
    "--temperature, '0,8', not a number",
    "--model, '', names nothing"
  })
  void run_valueThatDoesNotFit_isSaidWithoutJavaTypes(String option, String value, String said) {
    assertThat(run("generate", option, value, "Once")).isEqualTo(2);
    assertThat(err.toString()).contains(option, said);
  }

  @ParameterizedTest
  @ValueSource(strings = {"bash", "zsh", "ZSH"})
  void completion_knownShell_printsAScriptThatKnowsTheCommands(String shell) {
    assertThat(run("completion", shell)).isZero();
    assertThat(out.toString()).contains("complete -F _complete_heed", "completion");
  }

  @Test
  void completion_fish_hasALineForEachCommandAndOption() {
    assertThat(run("completion", "fish")).isZero();
    assertThat(out.toString().lines())
        .contains(
            "complete -c heed -f -n __fish_use_subcommand -a look"
                + " -d 'Shows how a model reads a text, and what its heads are worth there'")
        .anyMatch(line ->
            line.startsWith(
                "complete -c heed -n '__fish_seen_subcommand_from attend'"
                    + " -l executor -x -a 'reference tiled decode' -d '"))
        .noneMatch(line -> line.contains("warm-up"));
  }

  @Test
  void completion_unknownShell_isWrongUsage() {
    assertThat(run("completion", "csh")).isEqualTo(2);
    assertThat(err.toString())
        .contains("'csh' is none of bash, zsh, fish", "Try: heed completion --help");
  }

  @Test
  void variants_axis_listsItsChoices() {
    assertThat(run("variants", "modifier")).isZero();
    assertThat(out.toString().lines())
        .startsWith("modifier")
        .anyMatch(line -> line.matches(" +softcap\\(c\\) .*"))
        .anyMatch(line -> line.matches(".* https://arxiv.org/\\S+"))
        .noneMatch(line -> line.startsWith("mask"));
    assertThat(run("variants", "--json", "nothing")).isEqualTo(2);
    assertThat(err.toString()).contains("score, modifier, mask");
  }

  @Test
  void variants_all_hasEachAxisOnceAndFitsTheScreen() {
    assertThat(run("variants")).isZero();
    List<String> lines = out.toString().lines().toList();
    assertThat(lines).allMatch(line -> line.length() <= 100);
    assertThat(lines.stream().filter(line -> !line.isEmpty() && !line.startsWith(" ")))
        .contains("score", "heads", "mixer")
        .doesNotHaveDuplicates();
  }

  @Test
  void variants_mixers_hasEveryKind() {
    assertThat(
            LayerVariants.all().stream()
                .filter(variant -> variant.axis().equals("mixer"))
                .map(Variant::type))
        .containsExactlyInAnyOrder(Mixer.class.getPermittedSubclasses());
  }

  @Test
  void warmUp_anywhere_speaksSilently() {
    assertThat(run("warm-up")).isZero();
    assertThat(out.toString() + err).isEmpty();
    assertThat(run("--help")).isZero();
    assertThat(out.toString()).doesNotContain("warm-up");
  }

  @Test
  void report_ourException_isBadInputInOneLine() {
    assertThat(report(new HeedException("gemm: [2, 3] does not fit\n  [4, 5]"), false))
        .isEqualTo(3);
    assertThat(err.toString()).isEqualTo("heed: gemm: [2, 3] does not fit [4, 5]\n");
  }

  @Test
  void report_missingFile_isBadInputThatNamesIt() {
    NoSuchFileException missing = new NoSuchFileException(Path.of("no", "such.gguf").toString());
    assertThat(report(new IllegalStateException(missing), false)).isEqualTo(3);
    assertThat(err.toString()).startsWith("heed: no").contains("such.gguf: does not exist");
  }

  @Test
  void report_unexpected_isOurFaultWithoutAStackTrace() {
    assertThat(report(new IllegalStateException("odd"), false)).isEqualTo(4);
    assertThat(err.toString()).contains("odd", "--verbose").doesNotContain("\tat ");
  }

  @Test
  void report_unexpectedAndVerbose_showsTheStackTrace() {
    assertThat(report(new IllegalStateException("odd"), true)).isEqualTo(4);
    assertThat(err.toString()).containsPattern("\\tat .*dev\\.heed\\.cli\\.HeedTest");
  }

  @Test
  void run_readerGone_endsQuietly() {
    assertThat(Heed.run(failing("Broken pipe"), new PrintWriter(err), "--help")).isZero();
    assertThat(err.toString()).isEmpty();
  }

  @Test
  void run_diskFull_isNotSuccess() {
    assertThat(Heed.run(failing("No space left on device"), new PrintWriter(err), "--help"))
        .isEqualTo(3);
    assertThat(err.toString()).contains("No space left on device");
  }

  private int report(Throwable thrown, boolean verbose) {
    return new Failures(new PrintWriter(err)).report(thrown, verbose);
  }

  private static PrintWriter failing(String reason) {
    OutputStream stream =
        new OutputStream() {
          @Override
          public void write(int oneByte) throws IOException {
            throw new IOException(reason);
          }
        };
    return new PrintWriter(new ResultWriter(stream));
  }
}
