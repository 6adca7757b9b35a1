package dev.heed.data;

import dev.heed.grad.Tokens;
import dev.heed.tensor.CounterRandom;
import java.util.Arrays;

/// Noise in which a marker stands once: at the first place of a row the token after the marker is
/// to be told. Where an answer comes from is known, so that what claims to tell it can be judged.
///
/// @param vocabulary `V`; 0 asks, 1 marks, the rest is noise
/// @param shape rows and tokens in a row, `[B, T]`
public record MarkedToken(int vocabulary, BatchShape shape, CounterRandom random)
    implements Batches {
  /// The token that asks, at the first place.
  public static final int ASKS = 0;

  /// The token that marks the one after it.
  public static final int MARKS = 1;

  private static final int NOISE = 2;

  public MarkedToken {
    if (vocabulary < NOISE + 2 || shape.length() < 4) {
      throw new DataException(
          "marker: %d tokens in rows of %d; at least %d in rows of 4 would fit"
              .formatted(vocabulary, shape.length(), NOISE + 2));
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
      CounterRandom of = drawn.stream(row);
      int at = row * length;
      for (int i = 1; i < length; i++) {
        inputs[at + i] = NOISE + of.below(vocabulary - NOISE, i);
      }
      int marker = at + 1 + of.below(length - 2, 0);
      inputs[at] = ASKS;
      inputs[marker] = MARKS;
      targets[at] = inputs[marker + 1];
    }
    return new Batch(
        new Tokens(inputs, shape.rows(), length), new Tokens(targets, shape.rows(), length));
  }
}
