package dev.heed.lens;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.heed.lens.HeadDetector.Exclusion;
import dev.heed.lens.HeadDetector.Measure;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PatternsTest {
  /// The worked example of TransformerLens' head detector.
  private static final Pattern WORKED =
      Pattern.of(
          new float[] {1},
          new float[] {.5f, .5f},
          new float[] {.2f, .3f, .5f},
          new float[] {.1f, .15f, .5f, .25f});

  private static final int[] TOKENS = {7, 8, 7, 8};

  @Test
  void detect_previousToken_isWhatTransformerLensPrints() {
    HeadDetector.Target previous = (q, k) -> HeadRole.PREVIOUS.expects(TOKENS, q, k);

    assertThat(new HeadDetector(Measure.MUL).score(WORKED, previous)).isEqualTo(.325, within(1e-7));
    assertThat(new HeadDetector(Measure.ABS).score(WORKED, previous)).isEqualTo(-.1, within(1e-7));
    HeadDetector careful =
        new HeadDetector(Measure.MUL, Set.of(Exclusion.FIRST, Exclusion.CURRENT));
    assertThat(careful.score(WORKED, previous)).isEqualTo(.8 / .95, within(1e-7));
    assertThat(WORKED.get(3, 0)).as("left as it was").isEqualTo(.1f);
  }

  @Test
  void detect_onlyFirstAndExcluded_isZeroAndNotNaN() {
    Pattern rests = Pattern.of(new float[] {1}, new float[] {1, 0}, new float[] {1, 0, 0});
    HeadDetector without = new HeadDetector(Measure.MUL, Set.of(Exclusion.FIRST));

    assertThat(without.score(rests, (q, k) -> k == q - 1)).isZero();
  }

  @Test
  void role_eachOfThem_takesTheWeightThatItExpects() {
    assertThat(HeadRole.PREVIOUS.score(WORKED, TOKENS).score())
        .isEqualTo((.5 + .3 + .5) / 3, within(1e-7));
    assertThat(HeadRole.CURRENT.score(WORKED, TOKENS).score())
        .isEqualTo((.5 + .5 + .25) / 3, within(1e-7));
    assertThat(HeadRole.FIRST.score(WORKED, TOKENS).score())
        .isEqualTo((.5 + .2 + .1) / 3, within(1e-7));
    // 7 stood at 0, 8 at 1
    HeadRole.Score duplicate = HeadRole.DUPLICATE.score(WORKED, TOKENS);
    assertThat(duplicate.score()).isEqualTo((.2 + .15) / 2, within(1e-7));
    assertThat(duplicate.besideFirst()).isEqualTo((0 + .15 / .9) / 2, within(1e-7));
    assertThat(duplicate.chance()).isEqualTo((1 / 3.0 + 1 / 4.0) / 2, within(1e-12));
    assertThat(duplicate.queries()).isEqualTo(2);
    // 8 came after 7, 7 after 8
    HeadRole.Score induction = HeadRole.INDUCTION.score(WORKED, TOKENS);
    assertThat(induction.score()).isEqualTo((.3 + .5) / 2, within(1e-7));
    assertThat(induction.besideFirst()).isEqualTo((.3 / .8 + .5 / .9) / 2, within(1e-7));
  }

  @Test
  void coverage_uniformCausal_isNotLargerForEarlyKeysThatMoreQueriesSee() {
    Pattern two =
        Pattern.of(new float[] {.5f, .5f, 0}, new float[] {.5f, .5f, 0}, new float[] {0, 0, 1});
    assertThat(Patterns.coverage(two)).containsExactly(1 / 3.0, 1 / 3.0, 1 / 3.0);
    assertThat(Patterns.coverage(WORKED)[3]).as("seen once").isEqualTo(.25);
    assertThat(Patterns.coverage(WORKED)[0]).isEqualTo(1.8 / 4, within(1e-7));
  }

  @Test
  void similarity_sameAndDisjoint_isOneAndZero() {
    Pattern left = Pattern.of(new float[] {1, 0}, new float[] {1, 0});
    Pattern right = Pattern.of(new float[] {0, 1}, new float[] {0, 1});

    double[][] alike = Patterns.similarity(List.of(left, right, left));

    assertThat(alike[0][1]).isEqualTo(0, within(1e-12));
    assertThat(alike[0][2]).isEqualTo(1, within(1e-12));
    assertThatThrownBy(() -> Patterns.divergence(left, WORKED)).isInstanceOf(LensException.class);
  }

  @Test
  void distances_ofKnownDistributions_areThoseOfTheFormulas() {
    double[] p = {.5, .5, 0};
    double[] q = {0, .5, .5};
    assertThat(Distributions.totalVariation(p, q)).isEqualTo(.5);
    assertThat(Distributions.jensenShannon(p, q)).isEqualTo(Math.log(2) / 2, within(1e-12));
    assertThat(Distributions.kullbackLeibler(p, q)).isInfinite();
    assertThat(Distributions.loss(new float[] {1000, 1000, -1000}, 1))
        .isEqualTo(Math.log(2), within(1e-12));
  }
}
