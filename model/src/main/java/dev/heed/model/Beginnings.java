package dev.heed.model;

import dev.heed.attention.Attention;
import dev.heed.attention.Modifier;
import dev.heed.attention.Need;
import dev.heed.attention.Score;
import java.util.Arrays;

/// What the numbers that a choice of attention learns begin with, so that the choice begins as it
/// is without them: matrices as the identity, a learned scale and learned slopes as the usual ones,
/// all others as the choice says.
final class Beginnings {
  /// The scale of cosines, [Liu et al. 2021](https://arxiv.org/abs/2111.09883).
  private static final float COSINE = 10;

  private Beginnings() {}

  /// @param width `E`
  static float[] of(Need need, Attention attention, int width) {
    float[] numbers = new float[need.shape().arraySize()];
    switch (need.name()) {
      case "temperature" ->
          Arrays.fill(
              numbers,
              attention.score() instanceof Score.Cosine ? COSINE : (float) (1 / Math.sqrt(width)));
      case "alibi" -> slopes(numbers);
      case "bilinear" -> identities(numbers, width);
      case "talking.scores", "talking.weights" -> identities(numbers, need.shape().axis(1));
      default -> Arrays.fill(numbers, need.start());
    }
    return numbers;
  }

  private static void slopes(float[] numbers) {
    for (int h = 0; h < numbers.length; h++) {
      numbers[h] = (float) Modifier.Alibi.slope(h, numbers.length);
    }
  }

  private static void identities(float[] numbers, int width) {
    for (int i = 0; i < numbers.length; i++) {
      int place = i % (width * width);
      numbers[i] = place / width == place % width ? 1 : 0;
    }
  }
}
