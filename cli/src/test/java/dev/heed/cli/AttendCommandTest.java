package dev.heed.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heed.checkpoint.SafetensorsFile;
import dev.heed.checkpoint.SafetensorsWriter;
import dev.heed.tensor.Weight;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Two queries and three keys of width 2, whose numbers can be done by hand.
class AttendCommandTest {
  private final Map<String, Weight> tensors = new HashMap<>();

  @TempDir private Path folder;
  private Path file;
  private Path result;

  @BeforeEach
  void write() {
    file = folder.resolve("in.safetensors");
    result = folder.resolve("out.safetensors");
    tensors.put("q", Weight.of("q", new float[] {1, 0, 0, 0}, 1, 1, 2, 2));
    tensors.put("k", Weight.of("k", new float[] {0, 5, 1, 7, 0, 9}, 1, 1, 3, 2));
    tensors.put("v", Weight.of("v", new float[] {3, 30, 6, 60, 9, 90}, 1, 1, 3, 2));
    save(Map.of());
  }

  private void save(Map<String, String> header) {
    SafetensorsWriter.write(file, tensors, header);
  }

  private CommandResult attend(String... options) {
    String[] start = {"attend", file.toString(), "--out", result.toString()};
    String[] all = Arrays.copyOf(start, start.length + options.length);
    System.arraycopy(options, 0, all, start.length, options.length);
    return CommandResult.of(all);
  }

  private float[] numbers(String name) {
    try (SafetensorsFile out = SafetensorsFile.open(result)) {
      return out.weight(name).toFloats();
    }
  }

  @Test
  void attend_causal_weighsWhatEachQuerySees() {
    assertThat(
            attend(
                    "--mask",
                    "causal",
                    "--maps",
                    "weights,scores",
                    "--stats",
                    "entropy,coverage,top(2)")
                .err())
        .isEmpty();
    assertThat(numbers("out")).containsExactly(3, 30, 4.5f, 45);
    assertThat(numbers("weights")).containsExactly(1, 0, 0, 0.5f, 0.5f, 0);
    assertThat(numbers("entropy")).containsExactly(0, (float) Math.log(2));
    assertThat(numbers("coverage")).containsExactly(1.5f, 0.5f, 0);
    assertThat(numbers("scores")).contains(Float.NEGATIVE_INFINITY, 0);
    assertThat(numbers("top(2)")).containsExactly(1, 0, 0.5f, 0.5f);
    assertThat(numbers("top(2).keys")).containsExactly(0, -1, 0, 1);
  }

  @Test
  void attend_memory_mixesTheNearestByTheGate() {
    tensors.put("memory_k", Weight.of("memory_k", new float[] {-9, 0, 9, 0, 0, 0}, 1, 1, 3, 2));
    tensors.put("memory_v", Weight.of("memory_v", new float[] {1, 1, 2, 2, 4, 4}, 1, 1, 3, 2));
    tensors.put("memory_gate", Weight.of("memory_gate", new float[] {0}, 1));
    save(Map.of());
    assertThat(attend("--source", "memory(1)", "--mask", "causal").err()).isEmpty();
    // half of the causal result, half of the nearest value; the second query is 0 and takes the
    // oldest of its equal neighbours
    assertThat(numbers("out")).containsExactly(2.5f, 16, 2.75f, 23);
    assertThat(attend("--source", "memory(1)", "--explain").err())
        .contains("source memory(1) does not go with");
  }

  @Test
  void attend_headerAndOptions_optionsWin() {
    save(Map.of("spec", "{\"score\": \"dot(0)\", \"mask\": \"causal\"}"));
    assertThat(attend().code()).isZero();
    assertThat(numbers("out")).containsExactly(3, 30, 4.5f, 45);
    assertThat(attend("--mask", "j = 2").code()).isZero();
    assertThat(numbers("out")).containsExactly(9, 90, 9, 90);
    try (SafetensorsFile out = SafetensorsFile.open(result)) {
      assertThat(out.metadata().string("spec")).contains("dot(0)", "j = 2");
    }
  }

  @Test
  void attend_visibleAndParameters_areRead() {
    tensors.put("sink", Weight.of("sink", new float[] {0}, 1));
    tensors.put("visible", Weight.of("visible", new float[] {0, 0, 1, 0, 0, 0}, 1, 1, 2, 3));
    save(Map.of());
    List<String> options =
        List.of("--normalizer", "sink", "--mask", "given", "--modifier", "softcap(2)");
    for (String executor : List.of("reference", "tiled", "decode")) {
      String[] all = new String[8];
      options.toArray(all);
      all[6] = "--executor";
      all[7] = executor;
      assertThat(attend(all).err()).isEmpty();
      assertThat(numbers("out")).as(executor).containsExactly(4.5f, 45, 0, 0);
    }
  }

  @Test
  void attend_statisticsWithoutAFileForThem_isWrongUsage() {
    CommandResult result =
        CommandResult.of("attend", file.toString(), "--explain", "--stats", "entropy");
    assertThat(result.code()).isEqualTo(ExitCode.USAGE);
    assertThat(result.err()).contains("--out is missing");
  }

  @Test
  void attend_outIsTheFileItself_isWrongUsageAndKeepsIt() throws IOException {
    byte[] before = Files.readAllBytes(file);
    CommandResult result = CommandResult.of("attend", file.toString(), "--out", file.toString());
    assertThat(result.code()).isEqualTo(ExitCode.USAGE);
    assertThat(result.err()).contains("would be lost");
    assertThat(file).hasBinaryContent(before);
  }

  @Test
  void attend_explain_printsThePlanAndWritesNothing() {
    CommandResult plan =
        CommandResult.of("attend", file.toString(), "--explain", "--modifier", "alibi");
    assertThat(plan.code()).isZero();
    assertThat(plan.out())
        .contains("softmax(q·k/√E - slope_h |i - j|) v", "Decode", "flops", "exact");
    assertThat(Files.exists(result)).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "--score, dott, dot(f)",
    "--modifier, softcap(0), positive",
    "--mask, causal &, found the end",
    "--normalizer, softmax(2), softmax",
    "--executor, tield, tiled",
    "--stats, entrpy, entropy"
  })
  void attend_wrongChoice_isWrongUsageThatSaysWhatFits(String option, String value, String fit) {
    CommandResult wrong = attend(option, value);
    assertThat(wrong.code()).as(wrong.err()).isEqualTo(ExitCode.USAGE);
    assertThat(wrong.err()).contains(option, fit);
  }

  @Test
  void attend_whatTheFileLacks_isBadInput() {
    CommandResult missing = attend("--normalizer", "sink");
    assertThat(missing.code()).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(missing.err()).contains("normalizer sink reads parameter sink [1]");
    assertThat(attend("--mask", "padding").err()).contains("padding");
    tensors.remove("v");
    save(Map.of());
    assertThat(attend().err()).contains("there is no tensor 'v'");
    assertThat(CommandResult.of("attend", file.toString()).code()).isEqualTo(ExitCode.USAGE);
  }
}
