package dev.heed.generate;

import java.util.Arrays;

/// Tokens that may be drawn and their weights, the most probable first; ties go to the lower id.
///
/// @param ids the first `count` are candidates
/// @param weights their probabilities, up to a common factor
record Candidates(int[] ids, double[] weights, int count) {
  /// `e^-64` of the largest weight is below the resolution of a draw for any vocabulary.
  private static final double NEVER_DRAWN = 64;

  static Candidates of(float[] logits, Sampling sampling) {
    int[] ids =
        largest(
            logits, sampling.topK() == 0 ? logits.length : sampling.topK(), sampling.temperature());
    double[] weights = new double[ids.length];
    for (int i = 0; i < ids.length; i++) {
      weights[i] = Math.exp((logits[ids[i]] - (double) logits[ids[0]]) / sampling.temperature());
    }
    int count = nucleus(weights, sampling.topP());
    while (count > 1 && weights[count - 1] < sampling.minP() * weights[0]) {
      count--;
    }
    return new Candidates(ids, weights, count);
  }

  /// The candidate at `share`, from 0 to 1, of the total weight.
  int draw(double share) {
    double total = 0;
    for (int i = 0; i < count; i++) {
      total += weights[i];
    }
    double left = share * total;
    for (int i = 0; i < count; i++) {
      left -= weights[i];
      if (left < 0) {
        return ids[i];
      }
    }
    return ids[count - 1];
  }

  private static int nucleus(double[] weights, double share) {
    double total = 0;
    for (double weight : weights) {
      total += weight;
    }
    double held = 0;
    for (int i = 0; i < weights.length; i++) {
      held += weights[i];
      if (held >= share * total) {
        return i + 1;
      }
    }
    return weights.length;
  }

  // Ids by falling logit, at most `count`, without those too improbable for a draw of 53 bits to
  // ever meet.
  private static int[] largest(float[] logits, int count, double temperature) {
    float maximum = Float.NEGATIVE_INFINITY;
    for (float logit : logits) {
      maximum = Math.max(maximum, logit);
    }
    double least = maximum - NEVER_DRAWN * temperature;
    long[] keys = new long[logits.length];
    int found = 0;
    for (int id = 0; id < logits.length; id++) {
      if (logits[id] >= least) {
        keys[found++] = (long) ~ordered(logits[id]) << 32 | id;
      }
    }
    Arrays.sort(keys, 0, found);
    int[] ids = new int[Math.min(count, found)];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = (int) keys[i];
    }
    return ids;
  }

  // An int that is ordered as the float is.
  private static int ordered(float value) {
    int bits = Float.floatToIntBits(value + 0f);
    return bits < 0 ? ~bits ^ Integer.MIN_VALUE : bits;
  }
}
