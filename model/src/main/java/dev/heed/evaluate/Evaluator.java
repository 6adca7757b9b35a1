package dev.heed.evaluate;

import dev.heed.data.DataException;
import dev.heed.data.TokenData;
import dev.heed.grad.Run;
import dev.heed.grad.Tokens;
import dev.heed.model.Decoder;
import dev.heed.tensor.Tensor;
import dev.heed.tensor.Workspace;
import java.util.Arrays;
import java.util.OptionalInt;

/// Measures a decoder on a text: consecutive windows that do not overlap, every token foreseen
/// once, from what stands before it in its window.
///
/// @param context tokens that a window reads
/// @param beginning a token that each window begins with, for models that were trained to see one;
///   without it the first token of the text is not foreseen
public record Evaluator(Decoder decoder, int context, OptionalInt beginning) {
  private static final int TOKENS_AT_ONCE = 4096;
  private static final int LOGITS_AT_ONCE = 1 << 23;
  private static final int ROWS_A_TASK = 16;

  public Evaluator {
    if (context < 1 || context > decoder.context()) {
      throw new DataException(
          "evaluate: a context of %d does not fit; 1 to %d, the model's own, do"
              .formatted(context, decoder.context()));
    }
  }

  /// Windows of the model's own context.
  public static Evaluator of(Decoder decoder) {
    return new Evaluator(decoder, decoder.context(), OptionalInt.empty());
  }

  /// The losses on `data`.
  public Losses evaluate(TokenData data, Run run) {
    int vocabulary = decoder.embedding().tokens().shape().axis(0);
    data.within(vocabulary);
    long count = data.size() - (beginning.isPresent() ? 0 : 1);
    if (count < 1) {
      throw new DataException(
          "evaluate: %d tokens leave nothing to foresee; at least 2 fit".formatted(data.size()));
    }
    int windows = Math.toIntExact(Math.ceilDiv(count, context));
    Losses losses = new Losses(new double[windows], new int[windows]);
    Arrays.fill(losses.targets(), context);
    losses.targets()[windows - 1] = (int) (count - (windows - 1L) * context);
    int full = losses.targets()[windows - 1] == context ? windows : windows - 1;
    int rows = Math.max(1, TOKENS_AT_ONCE / context);
    for (int first = 0; first < full; first += rows) {
      measure(new Part(data, first, Math.min(rows, full - first), context), losses, run);
    }
    if (full < windows) {
      measure(new Part(data, full, 1, losses.targets()[full]), losses, run);
    }
    return new Losses(losses.sums(), losses.targets());
  }

  /// Windows of one length, from a first one on.
  private record Part(TokenData data, int first, int rows, int length) {}

  private void measure(Part part, Losses losses, Run run) {
    Tokens inputs = new Tokens(new int[part.rows * part.length], part.rows, part.length);
    int[] targets = new int[inputs.ids().length];
    for (int row = 0; row < part.rows; row++) {
      read(part, row, inputs.ids(), targets);
    }
    Workspace.Mark mark = run.workspace().mark();
    double[] each = new double[targets.length];
    try {
      Tensor hidden = decoder.hidden(inputs, run);
      Tensor flat = hidden.reshape(targets.length, hidden.axis(2));
      int step = Math.max(1, LOGITS_AT_ONCE / decoder.head().weight().shape().axis(0));
      for (int from = 0; from < targets.length; from += step) {
        int to = Math.min(targets.length, from + step);
        Workspace.Mark inner = run.workspace().mark();
        tokenLosses(decoder.logits(flat.slice(from, to), run), targets, from, each, run);
        run.workspace().release(inner);
      }
    } finally {
      run.workspace().release(mark);
    }
    for (int i = 0; i < each.length; i++) {
      losses.sums()[part.first + i / part.length] += each[i];
    }
  }

  private void read(Part part, int row, int[] inputs, int[] targets) {
    int at = row * part.length;
    long from = (long) (part.first + row) * context;
    if (beginning.isPresent()) {
      inputs[at] = beginning.getAsInt();
      part.data.copy(from, inputs, at + 1, part.length - 1);
      part.data.copy(from, targets, at, part.length);
    } else {
      part.data.copy(from, inputs, at, part.length);
      part.data.copy(from + 1, targets, at, part.length);
    }
  }

  private static void tokenLosses(Tensor logits, int[] targets, int from, double[] out, Run run) {
    int rows = logits.axis(0);
    run.workers()
        .run(
            Math.ceilDiv(rows, ROWS_A_TASK),
            (task, _) -> {
              int end = Math.min(rows, (task + 1) * ROWS_A_TASK);
              for (int row = task * ROWS_A_TASK; row < end; row++) {
                out[from + row] = tokenLoss(logits, row, targets[from + row], run);
              }
            });
  }

  // -log softmax(x)[target]: the softmax at the largest logit is 1 / Σ exp(x - max), never small
  private static double tokenLoss(Tensor logits, int row, int target, Run run) {
    float[] x = logits.array();
    int width = logits.axis(1);
    int at = logits.offset() + row * width;
    int largest = at;
    for (int i = at; i < at + width; i++) {
      largest = x[i] > x[largest] ? i : largest;
    }
    double lead = (double) x[largest] - x[at + target];
    run.kernels().rows().softmax(x, at, x, at, width);
    return lead - Math.log(x[largest]);
  }
}
