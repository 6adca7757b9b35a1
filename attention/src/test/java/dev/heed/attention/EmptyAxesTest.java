package dev.heed.attention;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heed.grad.Run;
import dev.heed.kernel.Kernels;
import dev.heed.kernel.Workers;
import dev.heed.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Gradients of calls with nothing to ask, or nothing to look at.
class EmptyAxesTest {
  private static final int HEADS = 6;
  private static final int GROUPS = 3;
  private static final int WIDTH = 5;
  private static final int VALUE_WIDTH = 7;

  private static AttentionInput input(int queries, int keys) {
    Random random = new Random(3);
    return AttentionInput.of(
        HeadView.of(Calls.tensor(random, 2, HEADS, queries, WIDTH)),
        HeadView.of(Calls.tensor(random, 2, GROUPS, keys, WIDTH)),
        HeadView.of(Calls.tensor(random, 2, GROUPS, keys, VALUE_WIDTH)),
        Positions.range(0, queries),
        Positions.range(0, keys));
  }

  static List<Executor> executors() {
    return List.of(new Reference(), new Tiled());
  }

  @ParameterizedTest
  @MethodSource("executors")
  void backward_noKeysOrNoQueries_addsNothing(Executor executor) {
    for (int[] lengths : new int[][] {{4, 0}, {0, 4}}) {
      AttentionInput input = input(lengths[0], lengths[1]);
      InputGradients dx =
          new InputGradients(
              ones(HEADS, lengths[0], WIDTH),
              ones(GROUPS, lengths[1], WIDTH),
              ones(GROUPS, lengths[1], VALUE_WIDTH));
      OutputGradients dy = OutputGradients.of(ones(HEADS, lengths[0], VALUE_WIDTH));
      executor.backward(Attention.causal(), input, dy, dx, run());

      for (HeadView view : List.of(dx.q(), dx.k(), dx.v())) {
        for (float number : view.array()) {
          assertThat(number).as(Arrays.toString(lengths)).isOne();
        }
      }
    }
  }

  private static HeadView ones(int heads, int length, int width) {
    Tensor tensor = Tensor.zeros(2, heads, length, width);
    tensor.fill(1);
    return HeadView.of(tensor);
  }

  private static Run run() {
    return Run.inference(Kernels.best(), Workers.of(1));
  }
}
