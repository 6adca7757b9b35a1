package dev.heed.evaluate;

import dev.heed.data.Batch;
import dev.heed.grad.Run;
import dev.heed.model.Decoder;
import dev.heed.tensor.Tensor;
import dev.heed.tensor.Workspace;

/// How many targets a decoder names first.
///
/// @param right targets whose logit is above that of every other token
/// @param targets that count
public record Accuracy(long right, long targets) {
  /// The share that is right.
  public double share() {
    return (double) right / targets;
  }

  /// Of the targets of a batch that are not negative.
  public static Accuracy of(Decoder decoder, Batch batch, Run run) {
    Workspace.Mark mark = run.workspace().mark();
    Tensor logits = decoder.forward(batch.inputs(), batch.pass(), run);
    int width = logits.axis(2);
    int[] targets = batch.targets().ids();
    long right = 0;
    long counted = 0;
    for (int row = 0; row < targets.length; row++) {
      if (targets[row] >= 0) {
        counted++;
        right += isFirst(logits, row * width, width, targets[row]) ? 1 : 0;
      }
    }
    run.workspace().release(mark);
    return new Accuracy(right, counted);
  }

  private static boolean isFirst(Tensor logits, int row, int width, int target) {
    float[] all = logits.array();
    int from = logits.offset() + row;
    for (int token = 0; token < width; token++) {
      if (token != target && !(all[from + token] < all[from + target])) {
        return false;
      }
    }
    return true;
  }
}
