package dev.heed.serve;

import dev.heed.tensor.Tensor;
import java.util.stream.IntStream;

/// What logits foretell.
///
/// @param logits `[T, V]`
record Predictions(Tensor logits) {
  int vocabulary() {
    return logits.axis(1);
  }

  float logit(int position, int id) {
    return logits.array()[logits.offset() + position * vocabulary() + id];
  }

  /// The logarithms of the probabilities of what follows a position, `[V]`.
  double[] logProbabilities(int position) {
    int row = logits.offset() + position * vocabulary();
    double most = Double.NEGATIVE_INFINITY;
    for (int id = 0; id < vocabulary(); id++) {
      most = Math.max(most, logits.array()[row + id]);
    }
    double sum = 0;
    for (int id = 0; id < vocabulary(); id++) {
      sum += Math.exp(logits.array()[row + id] - most);
    }
    double norm = most + Math.log(sum);
    double[] all = new double[vocabulary()];
    for (int id = 0; id < all.length; id++) {
      all[id] = logits.array()[row + id] - norm;
    }
    return all;
  }

  /// The loss of each token but the first, in nats; 0 stands for the first.
  double[] losses(int[] ids) {
    double[] losses = new double[ids.length];
    for (int i = 1; i < ids.length; i++) {
      losses[i] = -logProbabilities(i - 1)[ids[i]];
    }
    return losses;
  }

  /// The most probable ids after a position, the likeliest first.
  int[] top(int position, int count) {
    return IntStream.range(0, vocabulary())
        .boxed()
        .sorted((a, b) -> Float.compare(logit(position, b), logit(position, a)))
        .limit(count)
        .mapToInt(Integer::intValue)
        .toArray();
  }
}
