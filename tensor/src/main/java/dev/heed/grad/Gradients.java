package dev.heed.grad;

import dev.heed.tensor.Operand;
import dev.heed.tensor.Tensor;
import java.util.IdentityHashMap;
import java.util.Optional;

/// Gradients by the identity of the operand they belong to.
public final class Gradients {
  private final IdentityHashMap<Operand, Tensor> byOperand = new IdentityHashMap<>();

  /// Gradients of nothing yet.
  public Gradients() {}

  /// The gradient of `operand` to add to; zeros when first asked for.
  public Tensor of(Operand operand) {
    return byOperand.computeIfAbsent(operand, _ -> Tensor.zeros(operand.shape()));
  }

  /// Adds `amount` to the gradient of `operand`.
  public void add(Operand operand, Tensor amount, Run run) {
    Tensor sum = of(operand);
    Spread.elements(
        sum,
        run,
        (from, to) ->
            run.kernels()
                .rows()
                .addScaled(
                    1,
                    amount.array(),
                    amount.offset() + from,
                    sum.array(),
                    sum.offset() + from,
                    to - from));
  }

  /// The gradient of `operand`, if anything flowed to it.
  public Optional<Tensor> find(Operand operand) {
    return Optional.ofNullable(byOperand.get(operand));
  }
}
