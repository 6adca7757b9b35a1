package dev.heed.grad;

import dev.heed.tensor.HeedException;
import dev.heed.tensor.Operand;
import dev.heed.tensor.Shape;
import dev.heed.tensor.Tensor;
import java.util.List;

/// A moment of numbers about a value, the mean of `(x - about)^order`: one number, `[1]`.
///
/// @param order 1 or 2
public record Moment(Tensor x, float about, int order) implements Operation {
  public Moment {
    if (order != 1 && order != 2 || x.size() == 0) {
      throw new HeedException(
          "moment: order %d of %s; order 1 or 2 of at least one number fits"
              .formatted(order, x.shape()));
    }
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
    double sum = 0;
    for (int i = x.offset(); i < x.offset() + x.size(); i++) {
      double apart = (double) x.array()[i] - about;
      sum += order == 1 ? apart : apart * apart;
    }
    Tensor y = run.allocate(Shape.of(1));
    y.array()[y.offset()] = (float) (sum / x.size());
    return y;
  }

  @Override
  public void backward(Tensor dy, Gradients gradients, Run run) {
    if (!gradients.wants(x)) {
      return;
    }
    Tensor dx = gradients.of(x);
    float share = dy.at(0) / x.size();
    for (int i = 0; i < x.size(); i++) {
      float slope = order == 1 ? 1 : 2 * (x.array()[x.offset() + i] - about);
      dx.array()[dx.offset() + i] += share * slope;
    }
  }
}
