package dev.heed.grad;

import dev.heed.tensor.CounterRandom;

/// The random streams of a training run, numbered as they are drawn.
final class Draws {
  private final CounterRandom random;
  private int drawn;

  Draws(CounterRandom random) {
    this.random = random;
  }

  CounterRandom next() {
    return random.stream(drawn++);
  }
}
