package dev.heed.attention;

import java.util.Arrays;
import java.util.stream.IntStream;

/// The blocks of positions that the keys of a call lie in, those without keys left out.
///
/// @param of the block of each key, `[1 or B][S]`, numbered from 0 in the order of positions
/// @param count of the batch with the most
record KeyBlocks(int[][] of, int count) {
  /// Bits of a word: as many as a float keeps.
  private static final int BITS = 24;

  static KeyBlocks of(Positions keys, int size) {
    int[][] numbers = new int[keys.batch()][keys.length()];
    int most = 0;
    for (int b = 0; b < numbers.length; b++) {
      int batch = b;
      int[] blocks =
          IntStream.range(0, keys.length())
              .map(s -> Math.floorDiv(keys.at(batch, s), size))
              .toArray();
      int[] distinct = IntStream.of(blocks).sorted().distinct().toArray();
      Arrays.setAll(numbers[b], s -> Arrays.binarySearch(distinct, blocks[s]));
      most = Math.max(most, distinct.length);
    }
    return new KeyBlocks(numbers, most);
  }

  /// How many words a bit a block takes.
  int words() {
    return (count + BITS - 1) / BITS;
  }

  /// The blocks of the keys of a batch.
  int[] batch(int b) {
    return of[of.length == 1 ? 0 : b];
  }

  /// Writes the scores of the `most` blocks with the largest means, and -∞ for all others.
  void select(int b, int most, double[] scores, double[] selected) {
    int[] blocks = batch(b);
    double[] means = new double[count];
    int[] counts = new int[count];
    for (int s = 0; s < scores.length; s++) {
      boolean sees = scores[s] != Double.NEGATIVE_INFINITY;
      means[blocks[s]] += sees ? scores[s] : 0;
      counts[blocks[s]] += sees ? 1 : 0;
    }
    for (int n = 0; n < count; n++) {
      means[n] = counts[n] == 0 ? Double.NEGATIVE_INFINITY : means[n] / counts[n];
    }
    int[] bits = new int[words()];
    choose(means, most, bits);
    for (int s = 0; s < scores.length; s++) {
      selected[s] = isChosen(bits, blocks[s]) ? scores[s] : Double.NEGATIVE_INFINITY;
    }
  }

  /// Sets the bits of the `most` largest means, the first where some are equal.
  static void choose(double[] means, int most, int[] bits) {
    Arrays.fill(bits, 0);
    Arrays.setAll(means, n -> means[n] + 0.0); // -0 is 0, also in its order
    double[] sorted = means.clone();
    Arrays.sort(sorted);
    double least = sorted[Math.max(0, means.length - most)];
    int above = 0;
    for (double mean : means) {
      above += Double.compare(mean, least) > 0 ? 1 : 0;
    }
    int equal = most - above;
    for (int n = 0; n < means.length; n++) {
      int compared = Double.compare(means[n], least);
      if (compared > 0 || (compared == 0 && equal-- > 0)) {
        bits[n / BITS] |= 1 << n % BITS;
      }
    }
  }

  static boolean isChosen(int[] bits, int block) {
    return (bits[block / BITS] >>> block % BITS & 1) != 0;
  }
}
