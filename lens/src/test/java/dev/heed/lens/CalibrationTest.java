package dev.heed.lens;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.heed.lens.Calibration.Outcomes;
import dev.heed.tensor.CounterRandom;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class CalibrationTest {
  /// Logits of two outcomes, the first of which has probability `p`.
  private static float[] of(double p) {
    return new float[] {(float) Math.log(p / (1 - p)), 0};
  }

  @Test
  void of_handMadeBins_isWhatTheyAddUpTo() {
    // 60 %: right, wrong; 90 %: right, right, wrong
    Outcomes outcomes =
        new Outcomes(List.of(of(.6), of(.6), of(.9), of(.9), of(.9)), new int[] {0, 1, 0, 0, 1});

    Calibration calibration = Calibration.of(outcomes);

    assertThat(calibration.accuracy()).isEqualTo(.6);
    assertThat(calibration.confidence()).isEqualTo(.78, within(1e-7));
    double error = 2 / 5.0 * Math.abs(.5 - .6) + 3 / 5.0 * Math.abs(2 / 3.0 - .9);
    assertThat(calibration.ece()).isEqualTo(error, within(1e-7));
    assertThat(calibration.brier()).isEqualTo(2 * (.16 + .36 + .01 + .01 + .81) / 5, within(1e-6));
    assertThat(calibration.loss())
        .isEqualTo(
            -(Math.log(.6) + Math.log(.4) + 2 * Math.log(.9) + Math.log(.1)) / 5, within(1e-6));
    assertThat(calibration.bins()).hasSize(15);
    assertThat(calibration.bins().get(8).count()).as("(8/15, 9/15]").isEqualTo(2);
    assertThat(calibration.bins().get(13).accuracy()).isEqualTo(2 / 3.0);
  }

  @Test
  void adaptiveEce_ofInterleavedOutcomes_isOverBinsInTheOrderOfConfidence() {
    // fifteen at 55 %, all wrong, fifteen at 95 %, all right: bins of two, one of them mixed
    List<float[]> logits = new ArrayList<>();
    int[] targets = new int[30];
    for (int i = 0; i < targets.length; i++) {
      logits.add(of(i % 2 == 0 ? .55 : .95));
      targets[i] = i % 2 == 0 ? 1 : 0;
    }
    assertThat(Calibration.of(new Outcomes(logits, targets)).adaptiveEce())
        .isEqualTo((14 * .55 + 2 * .25 + 14 * .05) / 30, within(1e-7));
  }

  @Test
  void bins_atTheirEdges_belongBelow() {
    double[] half = {.5, .5, 1};
    assertThat(Calibration.bins(half, new double[] {1, 0, 1}, 2))
        .extracting(Calibration.Bin::count)
        .containsExactly(2, 1);
  }

  @Test
  void temperature_ofTooSureModel_isFoundAndChangesNoAnswer() {
    Outcomes fit = drawn(3, 1);
    Outcomes judged = drawn(3, 2);

    double temperature = Calibration.temperature(fit);

    // 2000 draws fit one number to a few per cent
    assertThat(temperature).isEqualTo(3, within(.3));
    Calibration before = Calibration.of(judged);
    Calibration after = Calibration.of(judged, temperature);
    assertThat(after.ece()).isLessThan(before.ece() / 2);
    assertThat(after.adaptiveEce()).isLessThan(before.adaptiveEce() / 2);
    assertThat(after.loss()).isLessThan(before.loss());
    assertThat(after.accuracy()).isEqualTo(before.accuracy());
  }

  @Test
  void temperature_ofCalibratedModel_isAboutOne() {
    assertThat(Calibration.temperature(drawn(1, 3))).isEqualTo(1, within(.1));
  }

  /// Outcomes drawn from four logits, which are then stated `sharper` times as large.
  private static Outcomes drawn(float sharper, long seed) {
    CounterRandom random = CounterRandom.of(seed);
    List<float[]> logits = new ArrayList<>();
    int[] targets = new int[2000];
    for (int i = 0; i < targets.length; i++) {
      CounterRandom row = random.stream(i);
      float[] true4 = new float[4];
      for (int v = 0; v < 4; v++) {
        true4[v] = (float) row.normal(v);
      }
      double[] p = Distributions.softmax(true4);
      double left = row.uniform(9);
      while (targets[i] < 3 && left > p[targets[i]]) {
        left -= p[targets[i]++];
      }
      for (int v = 0; v < 4; v++) {
        true4[v] *= sharper;
      }
      logits.add(true4);
    }
    return new Outcomes(logits, targets);
  }
}
