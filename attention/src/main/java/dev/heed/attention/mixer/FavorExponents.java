package dev.heed.attention.mixer;

import dev.heed.grad.Gradients;
import dev.heed.grad.Operation;
import dev.heed.grad.Run;
import dev.heed.kernel.Matrix;
import dev.heed.tensor.Operand;
import dev.heed.tensor.ShapeException;
import dev.heed.tensor.Tensor;
import java.util.List;

/// The exponents of random features, `w_f x' - |x'|² / 2` with `x' = x E^(-1/4)` ([Favor]).
///
/// @param x `[B, T, heads·E]`; the result is `[B, T, heads·F]`
public record FavorExponents(Tensor x, int heads, Favor favor) implements Operation {
  public FavorExponents {
    if (x.shape().rank() != 3 || heads < 1 || x.axis(2) % heads != 0) {
      throw new ShapeException(
          "favor: %s is not [B, T, heads·E] of %d heads".formatted(x.shape(), heads));
    }
    favor.features(x.axis(2) / heads);
  }

  private int width() {
    return x.axis(2) / heads;
  }

  private Matrix directions() {
    return Matrix.of(favor.directions(), favor.features(width()), width());
  }

  /// All heads of all positions, one a row.
  private static Matrix rows(Tensor all, int width) {
    return new Matrix(all.array(), all.offset(), all.size() / width, width, width, 1);
  }

  @Override
  public List<Operand> operands() {
    return List.of(x);
  }

  @Override
  public boolean readsResult() {
    return false;
  }

  @Override
  public Tensor forward(Run run) {
    int width = width();
    int features = favor.features(width);
    Tensor y = run.allocate(x.shape().withLast(heads * features));
    Matrix out = rows(y, features);
    run.kernels().products().multiply(rows(x, width), directions().transpose(), out, run.workers());
    double half = 0.5 / Math.sqrt(width);
    HeadRows.run(
        y,
        heads,
        run,
        row -> {
          double square = 0;
          for (int e = 0; e < width; e++) {
            double number = x.array()[x.offset() + row * width + e];
            square += number * number;
          }
          float less = (float) (half * square);
          for (int f = 0; f < features; f++) {
            y.array()[y.offset() + row * features + f] -= less;
          }
        });
    return y;
  }

  @Override
  public void backward(Tensor dy, Gradients gradients, Run run) {
    if (!gradients.wants(x)) {
      return;
    }
    int width = width();
    int features = favor.features(width);
    Tensor dx = gradients.of(x);
    run.kernels()
        .products()
        .multiplyAdd(rows(dy, features), directions(), rows(dx, width), run.workers());
    float factor = (float) (1 / Math.sqrt(width));
    HeadRows.run(
        x,
        heads,
        run,
        row -> {
          float sum = 0;
          for (int f = 0; f < features; f++) {
            sum += dy.array()[dy.offset() + row * features + f];
          }
          for (int e = 0; e < width; e++) {
            int at = row * width + e;
            dx.array()[dx.offset() + at] -= factor * sum * x.array()[x.offset() + at];
          }
        });
  }
}
