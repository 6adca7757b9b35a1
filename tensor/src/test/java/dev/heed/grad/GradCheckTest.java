package dev.heed.grad;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heed.kernel.Kernels;
import dev.heed.kernel.Rows.Row;
import dev.heed.kernel.Workers;
import dev.heed.tensor.CounterRandom;
import dev.heed.tensor.HeedException;
import dev.heed.tensor.Operand;
import dev.heed.tensor.Tensor;
import dev.heed.tensor.Weight;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GradCheckTest {
  private static final Run RUN = Run.inference(Kernels.best(), Workers.of(2));
  private static final GradCheck CHECK = new GradCheck(RUN);

  private final Random random = new Random(3);
  private final Tensor x = Tensor.of(numbers(2 * 7 * 6), 2, 7, 6);
  private final Weight w = Weight.of("w", numbers(5 * 6), 5, 6);
  private final Weight bias = Weight.of("bias", numbers(5), 5);

  private float[] numbers(int size) {
    float[] numbers = new float[size];
    for (int i = 0; i < size; i++) {
      numbers[i] = (float) random.nextGaussian();
    }
    return numbers;
  }

  /// SiLU whose backward is that of SiLU times `factor`, plus `offset`.
  private record Broken(Tensor x, float factor, float offset) implements Operation {
    @Override
    public List<Operand> operands() {
      return List.of(x);
    }

    @Override
    public Tensor forward(Run run) {
      return new Activate(x, Activation.SILU).forward(run);
    }

    @Override
    public void backward(Tensor dy, Gradients gradients, Run run) {
      Tensor dx = gradients.of(x);
      Row out = new Row(dx.array(), dx.offset());
      run.kernels()
          .rowsBackward()
          .silu(
              new Row(x.array(), x.offset()),
              new Row(dy.array(), dy.offset()),
              out,
              x.size(),
              run.workspace().room());
      for (int i = 0; i < dx.size(); i++) {
        dx.array()[dx.offset() + i] = dx.array()[dx.offset() + i] * factor + offset;
      }
    }
  }

  /// Forgets the gradient of its second operand.
  private record Forgetful(Tensor a, Tensor b) implements Operation {
    @Override
    public List<Operand> operands() {
      return List.of(a, b);
    }

    @Override
    public Tensor forward(Run run) {
      return new Multiply(a, b).forward(run);
    }

    @Override
    public void backward(Tensor dy, Gradients gradients, Run run) {
      Gradients all = new Gradients();
      new Multiply(a, b).backward(dy, all, run);
      gradients.add(a, all.of(a), run);
    }
  }

  @Test
  void check_rightBackward_passes() {
    GradCheck.Result result = CHECK.check(new Broken(x, 1, 0));

    assertThat(result.failure()).isEmpty();
    assertThat(result.largest()).isBetween(1e-6, 1.0);
    // 40 numbers and 2 directions
    assertThat(result.checked()).isEqualTo(42);
    result.orElseThrow();
  }

  @ParameterizedTest
  @ValueSource(floats = {0, -1, 0.5f, 0.98f, 1.02f, 2, Float.NaN})
  void check_wrongFactor_isCaught(float factor) {
    GradCheck.Result result = CHECK.check(new Broken(x, factor, 0));

    assertThat(result.passed()).isFalse();
    assertThatThrownBy(result::orElseThrow)
        .isInstanceOf(HeedException.class)
        .hasMessageContaining("operand 0 Tensor[2, 7, 6]")
        .hasMessageContaining("the gradient is");
  }

  @Test
  void check_wrongOffset_isCaught() {
    assertThat(CHECK.check(new Broken(x, 1, 0.02f)).passed()).isFalse();
  }

  @Test
  void check_forgottenOperand_isCaught() {
    Tensor other = Tensor.of(numbers(x.size()), 2, 7, 6);
    assertThat(CHECK.check(new Forgetful(x, other)).failure().orElseThrow())
        .contains("operand 1")
        .contains("the gradient is 0");
  }

  @Test
  void check_layerThatDropsOut_drawsTheSameForEveryEvaluation() {
    GradCheck check = new GradCheck(RUN.training(CounterRandom.of(6)));
    GradCheck.Result result =
        check.check(
            List.of(x, w, bias),
            run -> {
              Tensor y = run.apply(new Project(x, w, Optional.of(bias)));
              Tensor dropped = Dropout.apply(y, 0.5f, run);
              return run.apply(new Activate(dropped, Activation.RELU));
            });
    result.orElseThrow();
    assertThat(result.checked()).isEqualTo(42 + 32 + 7);
  }

  @Test
  void check_operands_areAsBefore() {
    float[] before = x.toArray();
    CHECK.check(new Activate(x, Activation.TANH));
    assertThat(x.toArray()).isEqualTo(before);
  }

  @Test
  void check_noNumbers_namesWhatFits() {
    assertThatThrownBy(() -> new GradCheck(RUN, 0, 1e-3))
        .isInstanceOf(HeedException.class)
        .hasMessageContaining("0 numbers");
  }
}
