package dev.heed.attention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.heed.grad.GradCheck;
import dev.heed.grad.Run;
import dev.heed.kernel.Kernels;
import dev.heed.kernel.Workers;
import dev.heed.tensor.ShapeException;
import dev.heed.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ForgetSumsTest {
  private final Run run = Run.inference(Kernels.best(), Workers.of(2));
  private final Random random = new Random(3);

  @Test
  void forward_gates_addUpTheirLogarithms() {
    // σ(0) = 1/2, σ(log 3) = 3/4
    float three = (float) Math.log(3);
    Tensor x = Tensor.of(new float[] {0, three, 0, 0, three, -200}, 1, 3, 2);
    Tensor before = Tensor.of(new float[] {-1, 0}, 1, 2);
    float[] sums = new ForgetSums(x, Optional.of(before)).forward(run).toArray();
    float half = (float) Math.log(0.5);
    float quarters = (float) Math.log(0.75);
    float[] expected = {
      -1 + half,
      -1 + 2 * half,
      -1 + 2 * half + quarters,
      quarters,
      quarters + half,
      quarters + half - 200
    };
    for (int n = 0; n < expected.length; n++) {
      assertThat(sums[n]).as("sum %d", n).isCloseTo(expected[n], within(2e-5f));
    }
  }

  /// From gates to the result of attention that forgets by them, end to end.
  @Test
  void backward_gatesOfAnAttention_equalsDifferences() {
    Tensor gates = Calls.tensor(random, 2, 7, 4);
    Tensor q = Calls.tensor(random, 2, 7, 4 * 3);
    Tensor k = Calls.tensor(random, 2, 7, 2 * 3);
    Tensor v = Calls.tensor(random, 2, 7, 2 * 5);
    Attention attention = Attention.causal().withModifier(new Modifier.Forget());
    GradCheck.Result result =
        new GradCheck(run)
            .check(
                List.of(gates, q, k, v),
                each -> {
                  Tensor sums = each.apply(new ForgetSums(gates, Optional.empty()));
                  AttentionInput input =
                      AttentionInput.of(
                              HeadView.split(q, 4),
                              HeadView.split(k, 2),
                              HeadView.split(v, 2),
                              Positions.range(0, 7),
                              Positions.range(0, 7))
                          .withParameter("forget.q", sums)
                          .withParameter("forget.k", sums);
                  Map<String, Tensor> read = new LinkedHashMap<>();
                  read.put("forget.q", sums);
                  read.put("forget.k", sums);
                  return each.apply(
                      Attend.trainable(
                          attention,
                          input,
                          AttentionSites.inBlock(0),
                          new Attend.Operands(q, k, v, new LinkedHashMap<>(read))));
                });
    assertThat(result.failure()).isEmpty();
  }

  @Test
  void new_sumsOfOtherHeads_areRefused() {
    Tensor x = Tensor.zeros(2, 3, 4);
    assertThatThrownBy(() -> new ForgetSums(x, Optional.of(Tensor.zeros(2, 3))))
        .isInstanceOf(ShapeException.class)
        .hasMessageContainingAll("[2, 3, 4]", "[2, 3]", "[B, H]");
  }
}
