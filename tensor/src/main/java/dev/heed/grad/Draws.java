package dev.heed.grad;

import dev.heed.tensor.CounterRandom;

/// The random streams of a training run, numbered as they are drawn.
final class Draws {
  private final CounterRandom random;
  private int drawn;

  Draws(CounterRandom random) {
    this.random = random;
  }

  /// How many were drawn.
  int drawn() {
    return drawn;
  }

  /// The same streams from number `from` on.
  Draws again(int from) {
    Draws again = new Draws(random);
    again.drawn = from;
    return again;
  }

  CounterRandom next() {
    return random.stream(drawn++);
  }
}
