package dev.heed.lens;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class RolloutTest {
  private static final int LENGTH = 5;

  private static double[][] uniform() {
    double[][] map = new double[LENGTH][LENGTH];
    for (double[] row : map) {
      java.util.Arrays.fill(row, 1.0 / LENGTH);
    }
    return map;
  }

  @Test
  void of_uniformLayers_isTheClosedForm() {
    // (I + U) / 2 to the power of L is 2^-L I + (1 - 2^-L) U, for U U = U
    List<double[][]> layers = Rollout.of(Collections.nCopies(3, uniform()));

    for (int layer = 1; layer <= 3; layer++) {
      double own = Math.pow(2, -layer);
      double[][] rolled = layers.get(layer - 1);
      assertThat(rolled[2][2]).isEqualTo(own + (1 - own) / LENGTH, within(1e-12));
      assertThat(rolled[2][4]).isEqualTo((1 - own) / LENGTH, within(1e-12));
      assertThat(java.util.Arrays.stream(rolled[1]).sum()).isEqualTo(1, within(1e-12));
    }
  }

  @Test
  void of_relay_findsTheTokenBehindTheToken() {
    // layer 1: 1 reads 0; layer 2: 2 reads 1
    double[][] first = {{1, 0, 0}, {1, 0, 0}, {0, 0, 1}};
    double[][] second = {{1, 0, 0}, {0, 1, 0}, {0, 1, 0}};

    double[] reached = Rollout.of(List.of(first, second)).get(1)[2];

    assertThat(reached).containsExactly(.25, .25, .5);
  }

  @Test
  void flow_relay_isTheLeastPipeOnTheWay() {
    double[][] first = {{1, 0, 0}, {1, 0, 0}, {0, 0, 1}};
    double[][] second = {{1, 0, 0}, {0, 1, 0}, {0, 1, 0}};

    // to 0: .5 of 2 to 1, half of 1 to 0; to 1: the same; to 2: .5 of 2 to 2 and all of it on
    double[] flow = AttentionFlow.of(List.of(first, second), 2);

    assertThat(flow).containsExactly(.5 / 1.5, .5 / 1.5, .5 / 1.5);
  }

  @Test
  void flow_twoWays_addsUp() {
    double[][] first = {{1, 0, 0}, {.6, .4, 0}, {.6, 0, .4}};
    double[][] second = {{1, 0, 0}, {0, 1, 0}, {0, 1, 0}};

    double[] flow = AttentionFlow.of(List.of(first, second), 2);

    // by 1: min(.5, .3), by 2: min(.5, .3); 1 gets min(.5, .7), 2 gets min(.5, .7)
    assertThat(flow[0]).isEqualTo(.6 / 1.6, within(1e-12));
    assertThat(flow[1]).isEqualTo(.5 / 1.6, within(1e-12));
  }
}
