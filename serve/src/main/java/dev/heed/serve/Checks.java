package dev.heed.serve;

/// Checks of what a request says.
final class Checks {
  private Checks() {}

  static int within(String what, int value, int count) {
    if (value < 0 || value >= count) {
      throw new RefusedException(
          400, "studio: %s %d; there are %d, numbered from 0".formatted(what, value, count));
    }
    return value;
  }
}
