package dev.heed.attention.source;

import dev.heed.grad.Gradients;
import dev.heed.grad.Operation;
import dev.heed.grad.Run;
import dev.heed.tensor.Operand;
import dev.heed.tensor.Shape;
import dev.heed.tensor.ShapeException;
import dev.heed.tensor.Tensor;
import dev.heed.tensor.Weight;
import java.util.List;

/// The same rows before those of every batch: `[P, N]` before `[B, S, N]` gives `[B, P + S, N]`.
public final class Prepend implements Operation {
  private final Operand rows;
  private final Tensor x;
  private final int count;
  private final int width;

  /// @param rows `[P, N]`, numbers in an array
  /// @param x `[B, S, N]`
  public Prepend(Operand rows, Tensor x) {
    if (x.shape().rank() != 3 || rows.shape().rank() != 2 || rows.shape().axis(1) != x.axis(2)) {
      throw new ShapeException(
          "prepend: rows %s do not fit before %s; [P, N] before [B, S, N] would"
              .formatted(rows.shape(), x.shape()));
    }
    this.rows = rows;
    this.x = x;
    this.count = rows.shape().axis(0);
    this.width = x.axis(2);
  }

  @Override
  public List<Operand> operands() {
    return List.of(rows, x);
  }

  @Override
  public boolean readsResult() {
    return false;
  }

  @Override
  public Tensor forward(Run run) {
    Tensor first = numbers(rows);
    Tensor y = run.allocate(Shape.of(x.axis(0), count + x.axis(1), width));
    for (int b = 0; b < x.axis(0); b++) {
      int at = y.offset() + b * (count + x.axis(1)) * width;
      System.arraycopy(first.array(), first.offset(), y.array(), at, count * width);
      int text = x.axis(1) * width;
      System.arraycopy(x.array(), x.offset() + b * text, y.array(), at + count * width, text);
    }
    return y;
  }

  /// The numbers of learned rows, which are in an array.
  static Tensor numbers(Operand operand) {
    return switch (operand) {
      case Tensor tensor -> tensor;
      case Weight weight ->
          Tensor.over(
              weight
                  .array()
                  .orElseThrow(() ->
                      new ShapeException(
                          "source: the weight %s is read in place; one in an array fits"
                              .formatted(weight))),
              0,
              weight.shape());
    };
  }

  @Override
  public void backward(Tensor dy, Gradients gradients, Run run) {
    int text = x.axis(1) * width;
    int all = count * width + text;
    for (int b = 0; b < x.axis(0); b++) {
      if (gradients.wants(rows)) {
        add(dy, b * all, new Span(gradients.of(rows), 0, count * width), run);
      }
      if (gradients.wants(x)) {
        add(dy, b * all + count * width, new Span(gradients.of(x), b * text, text), run);
      }
    }
  }

  /// Some numbers of a sum.
  private record Span(Tensor sum, int from, int length) {}

  private static void add(Tensor dy, int at, Span to, Run run) {
    float[] sum = to.sum.array();
    run.kernels()
        .rows()
        .addScaled(1, dy.array(), dy.offset() + at, sum, to.sum.offset() + to.from, to.length);
  }
}
