package dev.heed.cli.conform;

import dev.heed.checkpoint.CheckpointException;
import dev.heed.cli.conform.Comparison.Tolerance;

/// Numbers beside those of a file.
final class Comparisons {
  private Comparisons() {}

  /// @param name of the tensor in the file
  static Check check(
      Tensors tensors, String name, String way, float[] actual, Tolerance tolerance) {
    float[] expected = tensors.floats(name);
    if (actual.length != expected.length) {
      throw new CheckpointException(
          "%s: '%s' has %d numbers where Heed computes %d"
              .formatted(tensors.file().path(), name, expected.length, actual.length));
    }
    return new Check(name, way, Comparison.of(actual, expected, tolerance));
  }
}
