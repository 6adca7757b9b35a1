package dev.heed.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class TokenSamplerTest {
  private static final float[] LOGITS = {-1.5f, 2, 0, -0.0f, 3, -7, 2};

  private static Sampling sampling(double temperature, int topK, double topP, double minP) {
    return new Sampling(1, temperature, topK, topP, minP, 5);
  }

  private static double[] frequencies(Sampling sampling) {
    TokenSampler sampler = new TokenSampler(sampling);
    double[] counts = new double[LOGITS.length];
    int draws = 20_000;
    for (int i = 0; i < draws; i++) {
      counts[sampler.choose(LOGITS.clone(), List.of())] += 1.0 / draws;
    }
    return counts;
  }

  private static double[] softmax(double temperature, int... kept) {
    double[] weights = new double[LOGITS.length];
    double total = 0;
    for (int id : kept) {
      weights[id] = Math.exp(LOGITS[id] / temperature);
      total += weights[id];
    }
    for (int id : kept) {
      weights[id] /= total;
    }
    return weights;
  }

  // 20,000 draws: the standard error of a frequency is at most 0.0036, so 0.015 is four of them.
  private static void assertFrequencies(Sampling sampling, double[] expected) {
    assertThat(frequencies(sampling))
        .containsExactly(expected, org.assertj.core.data.Offset.offset(0.015));
  }

  @Test
  void choose_temperatureZero_takesLargest() {
    assertThat(new TokenSampler(Sampling.GREEDY).choose(LOGITS.clone(), List.of())).isEqualTo(4);
  }

  @Test
  void choose_twoLargestEqual_takesLowerId() {
    assertThat(new TokenSampler(Sampling.GREEDY).choose(new float[] {1, 4, 4}, List.of()))
        .isEqualTo(1);
  }

  @Test
  void choose_noCut_followsSoftmax() {
    assertFrequencies(sampling(0.7, 0, 1, 0), softmax(0.7, 0, 1, 2, 3, 4, 5, 6));
  }

  @Test
  void choose_topK_drawsFromLargestTiesToLowerId() {
    assertFrequencies(sampling(1.3, 2, 1, 0), softmax(1.3, 4, 1));
  }

  @Test
  void choose_topP_drawsFromSmallestSetThatHoldsIt() {
    // the largest holds 0.55 at temperature 1, with the two next ones 0.96
    assertFrequencies(sampling(1, 0, 0.9, 0), softmax(1, 4, 1, 6));
  }

  @Test
  void choose_minP_dropsBelowShareOfLargest() {
    // e^-1 = 0.37 of the largest stays, e^-3 = 0.05 goes
    assertFrequencies(sampling(1, 0, 1, 0.2), softmax(1, 4, 1, 6));
  }

  @Test
  void choose_penalty_lowersSeenTokensWhateverTheirSign() {
    TokenSampler sampler = new TokenSampler(new Sampling(2, 0, 0, 1, 0, 0));
    assertThat(sampler.choose(LOGITS.clone(), List.of(4, 4))).isEqualTo(1);
    float[] negative = {-1, -1.5f};
    assertThat(sampler.choose(negative, List.of(0))).isEqualTo(1);
  }

  @Test
  void choose_sameSeed_sameTokens() {
    TokenSampler one = new TokenSampler(sampling(1, 0, 1, 0));
    TokenSampler two = new TokenSampler(sampling(1, 0, 1, 0));
    for (int i = 0; i < 50; i++) {
      assertThat(one.choose(LOGITS.clone(), List.of()))
          .isEqualTo(two.choose(LOGITS.clone(), List.of()));
    }
  }

  @Test
  void choose_nan_namesToken() {
    assertThatThrownBy(() ->
            new TokenSampler(Sampling.GREEDY).choose(new float[] {1, Float.NaN, 2}, List.of()))
        .isInstanceOf(GenerationException.class)
        .hasMessageContaining("token 1");
  }

  @Test
  void choose_nothingPossible_isRefused() {
    float[] none = {Float.NEGATIVE_INFINITY, Float.NEGATIVE_INFINITY};
    assertThatThrownBy(() -> new TokenSampler(Sampling.GREEDY).choose(none, List.of()))
        .isInstanceOf(GenerationException.class)
        .hasMessageContaining("all 2 tokens");
  }

  @Test
  void sampling_outOfRange_namesSettingAndRange() {
    assertThatThrownBy(() -> sampling(1, 0, 1.5, 0))
        .isInstanceOf(GenerationException.class)
        .hasMessageContaining("top-p")
        .hasMessageContaining("1.5")
        .hasMessageContaining("at most 1");
  }
}
