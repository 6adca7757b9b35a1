package dev.heed.data;

import dev.heed.grad.Tokens;
import dev.heed.tensor.CounterRandom;
import java.util.Arrays;

/// Multi-query associative recall, MQAR, [Arora et al. 2023](https://arxiv.org/abs/2312.04927)
/// section 3.1 and appendix E: a row begins with pairs of a key and a value; later each key comes
/// once more, at an even place, and there its value is to be foreseen, and nothing elsewhere.
///
/// Keys are from the lower half of the vocabulary without 0, values from the upper half. How long a
/// key keeps to come follows a power law, so most come soon. What is between is noise from the
/// whole vocabulary. Every step has rows of its own.
///
/// @param vocabulary `V`, even
/// @param shape rows and tokens in a row, `[B, T]`; even `T`
/// @param pairs in a row; twice as many pairs of tokens must fit
public record AssociativeRecall(int vocabulary, BatchShape shape, int pairs, CounterRandom random)
    implements Batches {
  /// The exponent of the power law.
  private static final double POWER = 0.01;

  /// Streams of a row.
  private static final int KEYS = 0;

  private static final int VALUES = 1;
  private static final int PLACES = 2;
  private static final int NOISE = 3;

  public AssociativeRecall {
    boolean fits =
        vocabulary % 2 == 0
            && shape.length() % 2 == 0
            && pairs >= 1
            && pairs < vocabulary / 2
            && 4L * pairs <= shape.length();
    if (!fits) {
      throw new DataException(
          "recall: %d pairs of a vocabulary of %d do not fit rows of %d; even numbers of both, fewer pairs than half the vocabulary and four tokens a pair do"
              .formatted(pairs, vocabulary, shape.length()));
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
    int half = vocabulary / 2;
    int[] keys = Distinct.even(half - 1, pairs, row.stream(KEYS));
    int[] values = Distinct.even(half, pairs, row.stream(VALUES));
    int places = (shape.length() - 2 * pairs) / 2;
    int[] gaps =
        Distinct.weighted(
            places, pairs, place -> Math.pow(place + 1, POWER - 1), row.stream(PLACES));
    CounterRandom noise = row.stream(NOISE);
    for (int i = 2 * pairs; i < shape.length(); i++) {
      inputs[at + i] = noise.below(vocabulary, i);
    }
    for (int pair = 0; pair < pairs; pair++) {
      int key = 1 + keys[pair];
      int value = half + values[pair];
      inputs[at + 2 * pair] = key;
      inputs[at + 2 * pair + 1] = value;
      int query = at + 2 * pairs + 2 * gaps[pair];
      inputs[query] = key;
      targets[query] = value;
    }
  }
}
