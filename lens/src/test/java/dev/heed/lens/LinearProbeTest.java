package dev.heed.lens;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heed.lens.LinearProbe.Rows;
import dev.heed.lens.LinearProbe.Task;
import dev.heed.tensor.CounterRandom;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LinearProbeTest {
  @Test
  void fit_whatIsLinear_isLearnedAndWhatIsRandomIsNot() {
    assertThat(LinearProbe.fit(rows(0, 1), rows(1, 1), 3)).isGreaterThan(.95);
    // three classes alike
    assertThat(LinearProbe.fit(rows(0, 0), rows(1, 0), 3)).isLessThan(.5);
  }

  /// 300 rows of seven numbers, whose first three say the class, or nothing does.
  private static Rows rows(long seed, int says) {
    CounterRandom random = CounterRandom.of(seed);
    Rows rows = new Rows();
    for (int i = 0; i < 300; i++) {
      float[] state = new float[7];
      for (int d = 0; d < 7; d++) {
        state[d] = (float) random.stream(i).normal(d);
      }
      int label = random.below(3, i);
      state[label] += 6 * says;
      rows.states().add(state);
      rows.labels().add(label);
      rows.tokens().add(0);
    }
    return rows;
  }

  @Test
  void of_labelsThatAreTheTokens_areLearnedByHeartAndNotSelective() {
    // eleven tokens in twelve dimensions: any label of a token can be read off its embedding
    List<int[]> texts = new ArrayList<>();
    List<int[]> labels = new ArrayList<>();
    for (int text = 0; text < 12; text++) {
      CounterRandom random = CounterRandom.of(text);
      int[] ids = new int[20];
      int[] parity = new int[20];
      for (int t = 0; t < ids.length; t++) {
        ids[t] = random.below(11, t);
        parity[t] = t == 3 ? -1 : ids[t] % 2;
      }
      texts.add(ids);
      labels.add(parity);
    }
    Lens lens = TestModels.lens(TestModels.decoder("{}"));

    LinearProbe probe = LinearProbe.of(lens, new Task(texts, labels, 2), "blocks.0.resid_pre", 1);

    assertThat(probe.accuracy()).isGreaterThan(.95);
    assertThat(probe.embedding()).isEqualTo(probe.accuracy());
    assertThat(Math.abs(probe.selectivity())).isLessThan(.1);
    assertThat(probe.majority()).isBetween(.3, .7);
    assertThatThrownBy(() -> new Task(texts, labels.subList(1, 5), 2))
        .isInstanceOf(LensException.class);
  }
}
