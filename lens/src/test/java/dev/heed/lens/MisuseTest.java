package dev.heed.lens;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heed.lens.Calibration.Outcomes;
import dev.heed.lens.LogitAttribution.Question;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/// What does not fit is refused by name, and never read from beside where it would stand.
class MisuseTest {
  private static final int[] IDS = TestModels.IDS;

  private final Lens lens = TestModels.lens(TestModels.decoder("{}"));

  private static void assertRefused(ThrowingCallable call, String... words) {
    assertThatThrownBy(call)
        .isInstanceOf(LensException.class)
        .satisfies(e -> assertThat(e.getMessage()).contains(words));
  }

  @Test
  void attribution_questionBeyondTextOrVocabulary_isRefused() {
    for (Question wrong : List.of(Question.of(4, 11), Question.of(4, -1), Question.of(4, 2, 11))) {
      assertRefused(
          () -> InputAttribution.gradientTimesInput(lens, IDS, wrong), "not one of", "0 to 10");
      assertRefused(() -> LogitAttribution.of(lens, IDS, wrong), "not one of", "0 to 10");
    }
    Question behind = Question.of(9, 2);
    assertRefused(
        () -> InputAttribution.integrated(lens, IDS, behind, 2), "position 9", "9 tokens");
    assertRefused(() -> LogitAttribution.of(lens, IDS, behind), "position 9", "9 tokens");
    assertRefused(
        () -> InputAttribution.gradientTimesInput(lens, new int[65], Question.of(1, 2)),
        "[1, 65] tokens");
  }

  @Test
  void run_withNumbersOfAnotherModel_isRefused() {
    for (int width : List.of(10, 14)) {
      Lens other = TestModels.lens(TestModels.decoder("{`hidden_size`: %d}".formatted(width)));
      Sites stream = Sites.matching("blocks.0.resid_pre");
      Place place = Place.at(0, "resid_pre");
      Baseline baseline = other.baseline(List.of(IDS), stream);
      for (Intervention wrong :
          List.of(
              new Intervention.Mean(place, baseline),
              new Intervention.Resample(place, baseline, 1),
              new Intervention.Patch(place, other.trace(IDS, stream)))) {
        assertRefused(
            () -> lens.run(IDS, List.of(wrong), Sites.none()),
            "'blocks.0.resid_pre' [B, T, 12]",
            String.valueOf(width));
      }
    }
  }

  @Test
  void maps_ofDifferentTextsOrNoPosition_areRefused() {
    double[][] one = {{1}};
    double[][] two = {{1, 0}, {.5, .5}};
    assertRefused(() -> Rollout.of(List.of(one, two)), "map of 2 tokens after one of 1");
    assertRefused(() -> AttentionFlow.of(List.of(two, two), 2), "position 2", "of 2 tokens");
    assertRefused(() -> AttentionFlow.of(List.of(), 0), "position 0", "0 layers");
  }

  @Test
  void figures_ofWhatCannotBe_areRefused() {
    List<float[]> logits = List.of(new float[] {1, 2});
    assertRefused(() -> new Outcomes(logits, new int[] {2}), "outcome 2", "of 2");
    Outcomes outcomes = new Outcomes(logits, new int[] {1});
    assertRefused(() -> Calibration.of(outcomes, 0), "temperature of 0.0");
    assertRefused(() -> Calibration.of(outcomes, Double.NaN), "temperature of NaN");
    assertRefused(() -> Ablation.of(lens, List.of(IDS), 0), "from token 0");
    List<int[]> texts = List.of(IDS, IDS, IDS);
    List<int[]> labels = List.of(new int[9], new int[9], new int[] {0, 1, 2, 0, 1, 2, 0, 1, 2});
    assertRefused(() -> new LinearProbe.Task(texts, labels, 2), "label below the classes");
  }

  @Test
  void positions_namedTwice_areMeantOnce() {
    assertThat(Place.at("embed").positions(3, 3)).isEqualTo(Place.at("embed").positions(3));
  }
}
