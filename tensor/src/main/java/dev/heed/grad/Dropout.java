package dev.heed.grad;

import dev.heed.kernel.Rows.Row;
import dev.heed.tensor.CounterRandom;
import dev.heed.tensor.HeedException;
import dev.heed.tensor.Operand;
import dev.heed.tensor.Tensor;
import java.util.List;
import java.util.Optional;

/// Zeros in the place of some numbers, the others scaled up in turn, [Srivastava et al.
/// 2014](https://jmlr.org/papers/v15/srivastava14a.html).
///
/// Number `i` of `x` is dropped where `random` gives less than `probability` at index `i`; nothing
/// is stored, the backward draws the same numbers again.
public record Dropout(Tensor x, float probability, CounterRandom random) implements Operation {
  public Dropout {
    check(probability);
  }

  private static void check(float probability) {
    if (!(probability >= 0 && probability < 1)) {
      throw new HeedException(
          "dropout: probability %s; from 0 to less than 1 fits".formatted(probability));
    }
  }

  /// `x` with dropout if `run` trains, else `x` itself.
  public static Tensor apply(Tensor x, float probability, Run run) {
    check(probability);
    Optional<CounterRandom> random = probability == 0 ? Optional.empty() : run.draw();
    return random.isPresent() ? run.apply(new Dropout(x, probability, random.get())) : x;
  }

  @Override
  public List<Operand> operands() {
    return List.of(x);
  }

  @Override
  public Tensor forward(Run run) {
    Tensor y = run.allocate(x.shape());
    keep(x, new Gradients.Sum(y, true), run);
    return y;
  }

  @Override
  public void backward(Tensor dy, Gradients gradients, Run run) {
    if (gradients.wants(x)) {
      keep(dy, gradients.sum(x), run);
    }
  }

  private void keep(Tensor from, Gradients.Sum to, Run run) {
    Spread.add(
        to,
        1,
        run,
        (first, end, out, _) -> {
          Row in = new Row(from.array(), from.offset() + first);
          run.kernels().rowsBackward().keep(random, first, probability, in, out, end - first);
        });
  }
}
