package dev.heed.grad;

import dev.heed.tensor.CounterRandom;

/// The random streams of a training run, numbered as they are drawn.
final class Draws {
  private final CounterRandom random;
  private int drawn;

  Draws(CounterRandom random) {
    this.random = random;
  }

  /// The same streams from the first on.
  Draws again() {
    return new Draws(random);
  }

  CounterRandom next() {
    return random.stream(drawn++);
  }
}
