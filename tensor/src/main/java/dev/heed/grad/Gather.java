package dev.heed.grad;

import dev.heed.tensor.Dequantize;
import dev.heed.tensor.Shape;
import dev.heed.tensor.ShapeException;
import dev.heed.tensor.Tensor;
import dev.heed.tensor.Weight;

/// Rows of a table by their numbers: token and position embeddings.
///
/// @param table `[V, D]`
/// @param ids `[B, T]`
public record Gather(Weight table, Tokens ids) implements Operation {
  public Gather {
    for (int id : ids.ids()) {
      if (id < 0 || id >= table.shape().axis(0)) {
        throw new ShapeException(
            "gather: id %d is not a row of %s; 0 to %d fit"
                .formatted(id, table, table.shape().axis(0) - 1));
      }
    }
  }

  @Override
  public Tensor forward(Run run) {
    int width = table.shape().axis(1);
    Tensor y = run.allocate(Shape.of(ids.batch(), ids.length(), width));
    for (int i = 0; i < ids.ids().length; i++) {
      Dequantize.into(
          table.type(),
          table.segment(),
          ids.ids()[i] * table.rowBytes(),
          y.array(),
          y.offset() + i * width,
          width);
    }
    return y;
  }

  @Override
  public void backward(Tensor dy, Gradients gradients, Run run) {
    Tensor dTable = gradients.of(table);
    int width = table.shape().axis(1);
    for (int i = 0; i < ids.ids().length; i++) {
      int row = dTable.offset() + ids.ids()[i] * width;
      run.kernels()
          .rows()
          .addScaled(1, dy.array(), dy.offset() + i * width, dTable.array(), row, width);
    }
  }
}
