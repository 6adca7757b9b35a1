package dev.heed.serve;

import dev.heed.lens.Distributions;
import dev.heed.lens.Value;
import java.util.stream.IntStream;

/// What logits foretell.
///
/// @param logits `[1, T, V]`
record Predictions(Value logits) {
  /// The probabilities of what follows a position, `[V]`.
  double[] probabilities(int position) {
    return Distributions.softmax(logits.row(0, position));
  }

  /// The loss of each token but the first, in nats; 0 stands for the first.
  double[] losses(int[] ids) {
    double[] losses = new double[ids.length];
    for (int i = 1; i < ids.length; i++) {
      losses[i] = Distributions.loss(logits.row(0, i - 1), ids[i]);
    }
    return losses;
  }

  /// The most probable ids after a position, the likeliest first.
  int[] top(int position, int count) {
    float[] row = logits.row(0, position);
    return IntStream.range(0, row.length)
        .boxed()
        .sorted((a, b) -> Float.compare(row[b], row[a]))
        .limit(count)
        .mapToInt(Integer::intValue)
        .toArray();
  }
}
