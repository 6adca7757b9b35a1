package dev.heed.bench.curves;

import dev.heed.tensor.CounterRandom;
import dev.heed.tensor.Tensor;

/// Random queries, keys and values `[B, n, heads·width]`.
record Texts(Kind kind, Tensor q, Tensor k, Tensor v) {
  static final int BATCH = 1;
  static final int HEADS = 4;
  static final int LENGTH = 512;
  static final int WIDTH = 32;
  static final long TEST_SEED = 1_000_003;

  /// How queries and keys are drawn; values are as smooth as they are.
  enum Kind {
    FLAT(0, "sigma 0.5, independent", 0.5, 1),
    SHARP(1, "sigma 1, independent", 1, 1),
    SMOOTH(2, "sigma 1, smooth over 17", 1, 17);

    private final int stream;
    private final String title;
    private final double deviation;
    private final int window;

    Kind(int stream, String title, double deviation, int window) {
      this.stream = stream;
      this.title = title;
      this.deviation = deviation;
      this.window = window;
    }

    String title() {
      return title;
    }
  }

  static Texts drawn(Kind kind, long seed) {
    CounterRandom random = CounterRandom.of(seed).stream(kind.stream);
    return new Texts(
        kind,
        numbers(kind, kind.deviation, random.stream(0)),
        numbers(kind, kind.deviation, random.stream(1)),
        numbers(kind, 1, random.stream(2)));
  }

  private static Tensor numbers(Kind kind, double deviation, CounterRandom random) {
    int row = HEADS * WIDTH;
    Tensor numbers = Tensor.zeros(BATCH, LENGTH, row);
    int longer = LENGTH + kind.window - 1;
    double factor = deviation / Math.sqrt(kind.window);
    float[] drawn = new float[BATCH * longer * row];
    for (int n = 0; n < drawn.length; n++) {
      drawn[n] = (float) (factor * random.normal(n));
    }
    for (int n = 0; n < numbers.size(); n++) {
      int first = n / row / LENGTH * longer + n / row % LENGTH;
      float sum = 0;
      for (int t = first; t < first + kind.window; t++) {
        sum += drawn[t * row + n % row];
      }
      numbers.array()[n] = sum;
    }
    return numbers;
  }
}
