package dev.heed.grad;

import dev.heed.tensor.HeedException;
import dev.heed.tensor.Operand;
import dev.heed.tensor.Shape;
import dev.heed.tensor.ShapeException;
import dev.heed.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The mean loss of predicting `targets` from logits, in nats: one number, `[1]`.
///
/// Of a row with log-sum `l = log Σ e^x` it is `l - x_target`; label smoothing `ε` takes `ε` of the
/// target's share to all tokens evenly ([Szegedy et al. 2016](https://arxiv.org/abs/1512.00567)
/// section 7), and `z l²` keeps the log-sums small ([Chowdhery et al.
/// 2022](https://arxiv.org/abs/2204.02311) section 5). Log-probabilities are never stored: one
/// log-sum a row is, and the gradient is written over the logits where a tape has no other reader
/// of them.
public final class CrossEntropy implements Operation {
  private final Tensor logits;
  private final Tokens targets;
  private final Settings settings;
  private final int counted;
  private @Nullable Tensor logSums;

  /// @param smoothing the share `ε` of the target that goes to all tokens
  /// @param zLoss the weight `z` of the squared log-sum
  public record Settings(float smoothing, float zLoss) {
    /// The cross-entropy alone.
    public static final Settings PLAIN = new Settings(0, 0);

    public Settings {
      if (!(smoothing >= 0 && smoothing < 1 && zLoss >= 0)) {
        throw new HeedException(
            "cross entropy: smoothing %s and z-loss %s; from 0 to less than 1, and from 0 on, fit"
                .formatted(smoothing, zLoss));
      }
    }
  }

  /// @param logits `[B, T, V]`
  /// @param targets `[B, T]`, negative where the loss does not count
  public CrossEntropy(Tensor logits, Tokens targets, Settings settings) {
    int rows = targets.ids().length;
    Shape fitting = Shape.of(targets.batch(), targets.length(), logits.axis(-1));
    if (!logits.shape().equals(fitting)) {
      throw new ShapeException(
          "cross entropy: logits %s do not fit targets [%d, %d]; [%d, %d, V] do"
              .formatted(
                  logits.shape(),
                  targets.batch(),
                  targets.length(),
                  targets.batch(),
                  targets.length()));
    }
    int count = 0;
    for (int row = 0; row < rows; row++) {
      int target = targets.ids()[row];
      if (target >= logits.axis(-1)) {
        throw new HeedException(
            "cross entropy: target %d of row %d is not a token of logits %s; up to %d fit, negative ones are ignored"
                .formatted(target, row, logits.shape(), logits.axis(-1) - 1));
      }
      count += target >= 0 ? 1 : 0;
    }
    if (count == 0) {
      throw new HeedException(
          "cross entropy: all %d targets are ignored; the mean of nothing is no loss"
              .formatted(rows));
    }
    this.logits = logits;
    this.targets = targets;
    this.settings = settings;
    this.counted = count;
  }

  /// Without smoothing and z-loss.
  public CrossEntropy(Tensor logits, Tokens targets) {
    this(logits, targets, Settings.PLAIN);
  }

  /// How many targets are not ignored.
  public int counted() {
    return counted;
  }

  @Override
  public List<Operand> operands() {
    return List.of(logits);
  }

  @Override
  public Tensor forward(Run run) {
    int rows = targets.ids().length;
    Tensor sums = run.allocate(Shape.of(rows));
    Tensor losses = run.allocate(Shape.of(rows));
    Spread.rows(
        logits,
        logits.axis(-1),
        run,
        (from, to, scratch) -> {
          float[] room = scratch.room();
          for (int row = from; row < to; row++) {
            losses.array()[losses.offset() + row] = loss(row, sums, room, run);
          }
        });
    logSums = sums;
    double sum = 0;
    for (int row = 0; row < rows; row++) {
      sum += losses.array()[losses.offset() + row];
    }
    Tensor mean = run.allocate(Shape.of(1));
    mean.fill((float) (sum / counted));
    return mean;
  }

  private float loss(int row, Tensor sums, float[] room, Run run) {
    int target = targets.ids()[row];
    if (target < 0) {
      return 0;
    }
    int width = logits.axis(-1);
    int at = logits.offset() + row * width;
    float logSum = run.kernels().rowsBackward().logSum(logits.array(), at, width, room);
    sums.array()[sums.offset() + row] = logSum;
    double loss = logSum - (1 - settings.smoothing) * logits.array()[at + target];
    if (settings.smoothing > 0) {
      double mean = run.kernels().rowsBackward().sum(logits.array(), at, width) / width;
      loss -= settings.smoothing * mean;
    }
    return (float) (loss + settings.zLoss * logSum * logSum);
  }

  @Override
  public void backward(Tensor dy, Gradients gradients, Run run) {
    if (!gradients.wants(logits)) {
      return;
    }
    float scale = dy.array()[dy.offset()] / counted;
    int width = logits.axis(-1);
    Spread.add(
        gradients.sumInPlace(logits),
        width,
        run,
        (from, to, out, _) -> {
          for (int at = from; at < to; at += width) {
            row(at / width, scale, out.array(), out.from() + at - from, run);
          }
        });
  }

  // d/dx = (1 + 2 z l) p - (1 - ε) [target] - ε / V, p = e^(x - l)
  private void row(int row, float scale, float[] dx, int at, Run run) {
    Tensor sums = Objects.requireNonNull(logSums, "the forward has run");
    float logSum = sums.array()[sums.offset() + row];
    int width = logits.axis(-1);
    int target = targets.ids()[row];
    if (target < 0) {
      Arrays.fill(dx, at, at + width, 0);
      return;
    }
    float factor = scale * (1 + 2 * settings.zLoss * logSum);
    float shift = -scale * settings.smoothing / width;
    int from = logits.offset() + row * width;
    run.kernels()
        .rowsBackward()
        .exponentials(factor, logSum, shift, logits.array(), from, dx, at, width);
    dx[at + target] -= scale * (1 - settings.smoothing);
  }
}
