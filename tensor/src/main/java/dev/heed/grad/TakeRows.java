package dev.heed.grad;

import dev.heed.tensor.Operand;
import dev.heed.tensor.Shape;
import dev.heed.tensor.ShapeException;
import dev.heed.tensor.Tensor;
import java.util.List;

/// Some rows of a tensor, one below the other: `[..., D]` to `[R, D]`.
///
/// @param rows which, counted over all outer axes; may name one twice
public record TakeRows(Tensor x, int... rows) implements Operation {
  public TakeRows {
    rows = rows.clone();
    for (int row : rows) {
      if (row < 0 || row >= x.shape().rows()) {
        throw new ShapeException(
            "rows: %d is not a row of %s; 0 to %d fit"
                .formatted(row, x.shape(), x.shape().rows() - 1));
      }
    }
  }

  @Override
  public int[] rows() {
    return rows.clone();
  }

  @Override
  public List<Operand> operands() {
    return List.of(x);
  }

  @Override
  public Tensor forward(Run run) {
    int width = x.axis(-1);
    Tensor y = run.allocate(Shape.of(rows.length, width));
    for (int n = 0; n < rows.length; n++) {
      int from = x.offset() + rows[n] * width;
      System.arraycopy(x.array(), from, y.array(), y.offset() + n * width, width);
    }
    return y;
  }

  @Override
  public void backward(Tensor dy, Gradients gradients, Run run) {
    if (!gradients.wants(x)) {
      return;
    }
    Tensor dx = gradients.of(x);
    int width = x.axis(-1);
    for (int n = 0; n < rows.length; n++) {
      int from = dy.offset() + n * width;
      int to = dx.offset() + rows[n] * width;
      run.kernels().rows().addScaled(1, dy.array(), from, dx.array(), to, width);
    }
  }
}
