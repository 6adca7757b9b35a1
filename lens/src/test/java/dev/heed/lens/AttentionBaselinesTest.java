package dev.heed.lens;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.heed.tensor.CounterRandom;
import dev.heed.train.NewWeights;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class AttentionBaselinesTest {
  private static final Sites MAPS = Sites.matching("blocks.*.attn.pattern");

  private static Lens seeded(int seed) {
    return TestModels.lens(NewWeights.random(TestModels.config("{}"), CounterRandom.of(seed)));
  }

  private static double[] attention(Trace trace) {
    double[] mean = new double[9];
    for (int head = 0; head < 12; head++) {
      for (int k = 0; k < 9; k++) {
        mean[k] += trace.pattern(head / 6, head % 6).get(8, k) / 12;
      }
    }
    return mean;
  }

  @Test
  void seeds_ofTwoModels_differByTheirMeans() {
    Lens one = seeded(1);
    Lens other = seeded(3);
    SeedVariance same = SeedVariance.of(one, List.of(one), List.of(TestModels.IDS));
    assertThat(same).isEqualTo(new SeedVariance(0, 0));
    SeedVariance apart = SeedVariance.of(one, List.of(other), List.of(TestModels.IDS));
    Trace first = one.trace(TestModels.IDS, MAPS);
    Trace second = other.trace(TestModels.IDS, MAPS);
    assertThat(apart.divergence())
        .isEqualTo(Distributions.jensenShannon(attention(first), attention(second)), within(1e-7))
        .isPositive();
    double[] answer = Distributions.softmax(first.logits().row(0, 8));
    double[] otherAnswer = Distributions.softmax(second.logits().row(0, 8));
    assertThat(apart.variation())
        .isEqualTo(Distributions.totalVariation(answer, otherAnswer), within(1e-9));
    assertThatThrownBy(() -> SeedVariance.of(one, List.of(), List.of(TestModels.IDS)))
        .isInstanceOf(LensException.class);
    Lens stranger = TestModels.lens(TestModels.decoder("{`vocab_size`: 13}"));
    assertThatThrownBy(() -> SeedVariance.of(one, List.of(stranger), List.of(TestModels.IDS)))
        .isInstanceOf(LensException.class)
        .hasMessageContaining("11 and 13");
  }

  /// Two tokens in turn: what comes next is what came before, where these heads look.
  @Test
  void imposed_weightsThatTellTheAnswer_areWorthMoreThanEqualOnes() {
    Lens lens = TestModels.lens(TestModels.decoder("{`mixer`: {`mask`: `causal & (j == i - 1)`}}"));
    List<int[]> texts = new ArrayList<>();
    for (int text = 0; text < 45; text++) {
      int[] tokens = new int[8];
      CounterRandom random = CounterRandom.of(text);
      for (int t = 0; t < tokens.length; t++) {
        tokens[t] = random.below(11, t % 2);
      }
      texts.add(tokens);
    }
    ImposedWeights weights = ImposedWeights.of(lens, texts);
    // the second token cannot be foreseen, one in seven
    assertThat(weights.imposed()).isBetween(.8, 1.0);
    assertThat(weights.uniform()).isLessThan(weights.imposed() - .15);
    assertThat(weights.majority()).isLessThan(.3);
    assertThatThrownBy(() -> ImposedWeights.of(lens, texts.subList(0, 2)))
        .isInstanceOf(LensException.class)
        .hasMessageContaining("2 texts");
  }
}
