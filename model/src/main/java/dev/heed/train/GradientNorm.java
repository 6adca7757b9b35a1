package dev.heed.train;

import dev.heed.grad.Run;
import dev.heed.tensor.Tensor;
import java.util.List;

/// The length of all gradients together, as one vector.
public final class GradientNorm {
  private final Spans spans;
  private final double[] squares;

  public GradientNorm(List<Parameter> parameters) {
    spans = Spans.of(parameters);
    squares = new double[spans.count()];
  }

  /// `√(Σ g²)`, added in an order that does not depend on threads.
  public double of(List<Tensor> gradients, Run run) {
    spans.runNumbered(
        run,
        (number, span) -> {
          Tensor gradient = gradients.get(span.index());
          squares[number] =
              run.kernels()
                  .updates()
                  .squares(gradient.array(), gradient.offset() + span.from(), span.length());
        });
    double sum = 0;
    for (double square : squares) {
      sum += square;
    }
    return Math.sqrt(sum);
  }

  /// What to multiply gradients of length `norm` with, so that they are no longer than `most`.
  public static float scale(double norm, double most) {
    return (float) Math.min(1, most / (norm + 1e-6));
  }
}
