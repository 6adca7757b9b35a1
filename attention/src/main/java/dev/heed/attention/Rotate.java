package dev.heed.attention;

import dev.heed.grad.Gradients;
import dev.heed.grad.Operation;
import dev.heed.grad.Run;
import dev.heed.kernel.Rows;
import dev.heed.tensor.Operand;
import dev.heed.tensor.Tensor;
import java.util.List;

/// Turns the heads of a projection by rotary angles; back is a turn the other way.
///
/// @param x `[B, T, H·E]`
public record Rotate(Tensor x, int heads, Rotary.Angles angles) implements Operation {
  private static final int ROWS_A_TASK = 16;

  @Override
  public List<Operand> operands() {
    return List.of(x);
  }

  @Override
  public Tensor forward(Run run) {
    Tensor y = run.allocate(x.shape());
    System.arraycopy(x.array(), x.offset(), y.array(), y.offset(), x.size());
    turn(HeadView.split(y, heads), angles, run);
    return y;
  }

  @Override
  public void backward(Tensor dy, Gradients gradients, Run run) {
    Tensor turned = dy.copy();
    turn(HeadView.split(turned, heads), angles.reversed(), run);
    gradients.add(x, turned, run);
  }

  /// Turns heads in place.
  static void turn(HeadView x, Rotary.Angles angles, Run run) {
    angles.check(x);
    Rotary rotary = angles.rotary();
    boolean split = rotary.layout() == Rotary.Layout.HALF_SPLIT;
    int step = split ? 1 : 2;
    int apart = split ? rotary.pairs() : 1;
    int length = x.axes().length();
    int rows = x.axes().batch() * length;
    run.workers()
        .run(
            (rows + ROWS_A_TASK - 1) / ROWS_A_TASK,
            (task, _) -> {
              int end = Math.min(rows, (task + 1) * ROWS_A_TASK);
              for (int row = task * ROWS_A_TASK; row < end; row++) {
                int b = row / length;
                int t = row % length;
                Rows.Row cosine = new Rows.Row(angles.cosine(), angles.row(b, t));
                Rows.Row sine = new Rows.Row(angles.sine(), angles.row(b, t));
                for (int h = 0; h < x.axes().heads(); h++) {
                  Rows.Row head = new Rows.Row(x.array(), x.row(b, h, t));
                  run.kernels().rows().rotate(head, step, apart, cosine, sine, rotary.pairs());
                }
              }
            });
  }
}
