package dev.heed.cli.prove;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.heed.checkpoint.Json;
import dev.heed.grad.Run;
import dev.heed.kernel.Kernels;
import dev.heed.kernel.Workers;
import dev.heed.train.TrainingObserver;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class VerificationTest {
  private static final String SETTINGS =
      """
      "seeds": [3, 4],
      "settings": {
        "model": {"model_type": "heed", "vocab_size": 8, "max_position_embeddings": 12,
          "hidden_size": 4, "num_hidden_layers": 1, "num_attention_heads": 2,
          "feed_forward": {"type": "none"}},
        "steps": 6, "batch": 5, "context": 12, "watch": {"evaluate": 0}},
      """;
  private static final String TASK =
      """
      {"claim": "",
       "task": {"type": "recall", "vocabulary": 8, "pairs": 2, "every": 2, "enough": %s},
      """
          + SETTINGS
          + """
          "variants": [
            {"name": "first", "expect": [{"measure": "steps", "atMost": 6}]},
            {"name": "second", "settings": {"steps": 4}, "expect": [
              {"measure": "steps", "minus": {"variant": "first"}, "atLeast": -1}]}]}
          """;
  private static final String TEXT =
      "{\"claim\": \"\", \"lengths\": [12, 24], "
          + SETTINGS
              .replace("\"vocab_size\": 8,", "")
              .replace("embeddings\": 12", "embeddings\": 24")
          + """
          "variants": [{"name": "text", "expect": [
            {"measure": "loss at 24", "minus": {"measure": "loss at 12"}, "atMost": 0.5}]}]}
          """;

  @TempDir private Path folder;
  private final List<Integer> trained = new ArrayList<>();

  private record Result(boolean holds, List<String> lines) {}

  private Result verify(String json, Optional<Path> data, OptionalLong seed) {
    Proof proof =
        new Proof("tiny", Json.parseObject("tiny", json.getBytes(StandardCharsets.UTF_8)));
    StringWriter out = new StringWriter();
    Verification verification =
        new Verification(
            new Verification.Request(
                proof, data, folder.resolve("figures.json"), Optional.empty(), seed),
            new PrintWriter(out));
    try (Workers workers = Workers.of(1)) {
      boolean holds =
          verification.holds(
              settings -> {
                trained.add(settings.amount().steps());
                return TrainingObserver.NONE;
              },
              () -> false,
              Run.inference(Kernels.best(), workers));
      return new Result(holds, out.toString().lines().toList());
    }
  }

  @Test
  void holds_figureMissed_isSaidAndFails() {
    Result result = verify(TASK.formatted("2"), Optional.empty(), OptionalLong.of(3));
    assertThat(result.holds()).isFalse();
    assertThat(result.lines())
        .containsExactly(
            "tiny  first  seed 3  steps: expected at most 6.0000, got 6.0000  ok",
            "tiny  second  seed 3  steps less first's: expected at least -1.0000, got -2.0000  MISSED",
            "tiny  FAILS: 1 of 2 figures are as expected");
  }

  @Test
  void holds_accuracyIsEnough_endsEarly() {
    assertThat(verify(TASK.formatted("0"), Optional.empty(), OptionalLong.of(3)).lines())
        .allMatch(line -> line.endsWith("ok") || line.endsWith("2 of 2 figures are as expected"))
        .first()
        .asString()
        .contains("got 2.0000");
  }

  @Test
  void holds_trainingOnRecord_isNotDoneAgainUnlessItsSettingsChanged() {
    Result first = verify(TASK.formatted("2"), Optional.empty(), OptionalLong.empty());
    assertThat(trained).containsExactly(6, 4, 6, 4);
    Result again = verify(TASK.formatted("2"), Optional.empty(), OptionalLong.empty());
    assertThat(trained).hasSize(4);
    assertThat(again).isEqualTo(first);
    String longer = TASK.replace("\"steps\": 4", "\"steps\": 3");
    verify(longer.formatted("2"), Optional.empty(), OptionalLong.of(4));
    assertThat(trained).containsExactly(6, 4, 6, 4, 3);
  }

  @Test
  void holds_taskOfHeads_leavesTimelineModelAndReport() throws IOException {
    String heads =
        TASK.formatted("2")
            .replace("\"pairs\": 2", "\"heads\": true, \"shortest\": 3, \"longest\": 5")
            .replace("recall", "passage");
    Result result = verify(heads, Optional.empty(), OptionalLong.of(3));
    assertThat(result.lines()).hasSize(3);
    Path left = folder.resolve("figures").resolve("first-seed-3");
    assertThat(left.resolve("log.jsonl")).content().hasLineCount(6);
    List<String> looks = Files.readAllLines(left.resolve("scores.jsonl"));
    assertThat(looks).hasSize(3);
    Json.Obj last = Json.parseObject("look", looks.getLast().getBytes(StandardCharsets.UTF_8));
    assertThat(last.whole("step")).isEqualTo(6);
    double[] induction =
        last.object("heads").list("induction").items().stream()
            .flatMap(layer -> ((Json.Arr) layer).items().stream())
            .mapToDouble(score -> ((Json.Num) score).asDouble())
            .toArray();
    assertThat(induction).hasSize(2);
    double best = Arrays.stream(induction).max().orElseThrow();
    assertThat(best).isBetween(0.01, 0.99).isCloseTo(last.number("prefix matching"), within(1e-6));
    assertThat(left.resolve("report.html")).content().contains("prefix matching");
    assertThat(left.resolve("model.safetensors")).isNotEmptyFile();
    assertThat(folder.resolve("figures.json"))
        .content()
        .contains("\"nats lost without the previous-token head\":");
  }

  @Test
  void holds_textBeyondTrainingLength_isMeasuredAtEveryLength() throws IOException {
    Path data = Files.writeString(folder.resolve("text.txt"), "ab cde fgh ".repeat(60));
    Result result = verify(TEXT, Optional.of(data), OptionalLong.of(3));
    assertThat(result.lines()).first().asString().contains("loss at 24 less loss at 12");
    assertThat(result.holds()).isTrue();
    assertThat(folder.resolve("figures.json")).content().contains("\"loss at 12\":");
  }

  @Test
  void all_everyVariant_hasSettingsThatCanBeRead() {
    for (Proof proof : Proof.all()) {
      proof
          .variants()
          .forEach(variant -> assertThat(proof.settings(variant, 5).seed()).isEqualTo(5));
    }
  }
}
