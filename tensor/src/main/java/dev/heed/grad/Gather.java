package dev.heed.grad;

import dev.heed.tensor.Dequantize;
import dev.heed.tensor.Operand;
import dev.heed.tensor.Shape;
import dev.heed.tensor.ShapeException;
import dev.heed.tensor.Tensor;
import dev.heed.tensor.Weight;
import java.util.List;

/// Rows of a table by their numbers: token and position embeddings.
///
/// @param table `[V, D]`
/// @param ids `[B, T]`
public record Gather(Weight table, Tokens ids) implements Operation {
  private static final int COLUMNS_A_TASK = 128;

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
  public List<Operand> operands() {
    return List.of(table);
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

  // A task adds a run of columns of all rows in their order, which may name a row of the table
  // twice.
  @Override
  public void backward(Tensor dy, Gradients gradients, Run run) {
    if (!gradients.wants(table)) {
      return;
    }
    Tensor dTable = gradients.of(table);
    int width = table.shape().axis(1);
    run.workers()
        .run(
            (width + COLUMNS_A_TASK - 1) / COLUMNS_A_TASK,
            (task, _) -> {
              int column = task * COLUMNS_A_TASK;
              int count = Math.min(COLUMNS_A_TASK, width - column);
              for (int i = 0; i < ids.ids().length; i++) {
                int from = dy.offset() + i * width + column;
                int to = dTable.offset() + ids.ids()[i] * width + column;
                run.kernels().rows().addScaled(1, dy.array(), from, dTable.array(), to, count);
              }
            });
  }
}
