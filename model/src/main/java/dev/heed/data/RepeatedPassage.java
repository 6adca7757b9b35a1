package dev.heed.data;

import dev.heed.grad.Tokens;
import dev.heed.tensor.CounterRandom;
import java.util.Arrays;

/// Noise, a passage, noise, the same passage: what follows a token of the second passage is to be
/// foreseen, by looking for where the token stood before and at what followed it there, which is
/// what an induction head does, [Olsson et al. 2022](https://arxiv.org/abs/2209.11895).
///
/// How long the passage and the noise before it are changes from row to row, so that neither a
/// place nor a distance tells the answer. The second token of the second passage does not count:
/// the first may have stood in the noise, too, and nothing tells yet that the passage has begun.
///
/// @param vocabulary `V`
/// @param shape rows and tokens in a row, `[B, T]`
/// @param shortest tokens of a passage
/// @param longest tokens of a passage
public record RepeatedPassage(
    int vocabulary, BatchShape shape, int shortest, int longest, CounterRandom random)
    implements Batches {
  /// Streams of a row.
  private static final int LENGTHS = 0;

  private static final int TOKENS = 1;

  public RepeatedPassage {
    boolean fits =
        vocabulary > 1 && shortest >= 3 && longest >= shortest && 2L * longest <= shape.length();
    if (!fits) {
      throw new DataException(
          "passage: %d to %d tokens of %d do not fit twice into a row of %d; 3 to %d would"
              .formatted(shortest, longest, vocabulary, shape.length(), shape.length() / 2));
    }
  }

  @Override
  public Batch batch(long step) {
    int length = shape.length();
    int[] inputs = new int[shape.tokens()];
    int[] targets = new int[inputs.length];
    Arrays.fill(targets, -1);
    CounterRandom drawn = random.stream(step);
    for (int row = 0; row < shape.rows(); row++) {
      fill(drawn.stream(row), inputs, targets, row * length);
    }
    return new Batch(
        new Tokens(inputs, shape.rows(), length), new Tokens(targets, shape.rows(), length));
  }

  private void fill(CounterRandom row, int[] inputs, int[] targets, int at) {
    CounterRandom lengths = row.stream(LENGTHS);
    CounterRandom tokens = row.stream(TOKENS);
    int passage = shortest + lengths.below(longest - shortest + 1, 0);
    int noise = shape.length() - 2 * passage;
    int first = lengths.below(noise + 1, 1);
    int second = shape.length() - passage;
    for (int i = 0; i < second; i++) {
      inputs[at + i] = tokens.below(vocabulary, i);
    }
    for (int i = 0; i < passage; i++) {
      inputs[at + second + i] = inputs[at + first + i];
      if (i > 1) {
        targets[at + second + i - 1] = inputs[at + second + i];
      }
    }
  }
}
