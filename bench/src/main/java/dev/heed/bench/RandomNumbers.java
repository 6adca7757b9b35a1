package dev.heed.bench;

import java.util.Random;

/// Signed numbers to compute with, the same for the same seed.
final class RandomNumbers {
  private RandomNumbers() {}

  static float[] of(int count, int seed) {
    Random random = new Random(seed);
    float[] numbers = new float[count];
    for (int i = 0; i < count; i++) {
      numbers[i] = (float) random.nextGaussian();
    }
    return numbers;
  }
}
