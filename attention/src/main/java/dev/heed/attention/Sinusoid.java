package dev.heed.attention;

import dev.heed.tensor.Tensor;

/// Absolute positions as sines and cosines, [Vaswani et al. 2017](https://arxiv.org/abs/1706.03762)
/// section 3.5: pair `n` of a row of `width` numbers turns by `base^(-2n / width)` a position.
///
/// @param width numbers of a row; even
/// @param layout where the sine and the cosine of a pair stand
public record Sinusoid(int width, double base, Layout layout) {
  /// Where the numbers of pair `n` stand.
  public enum Layout {
    /// The sine at `2n`, the cosine at `2n + 1`, as in the paper.
    INTERLEAVED,
    /// All sines, then all cosines, as Marian and Tensor2Tensor have it.
    HALVES
  }

  public Sinusoid {
    if (width < 2 || width % 2 != 0 || !(base > 1)) {
      throw new AttentionException(
          "sinusoid: width %d and base %s; an even width and a base above 1 are needed"
              .formatted(width, base));
    }
  }

  /// The paper's, with a base of 10,000.
  public static Sinusoid of(int width) {
    return new Sinusoid(width, 10_000, Layout.INTERLEAVED);
  }

  /// The rows of the given positions, `[T, width]`, or `[B, T, width]` where they have a batch
  /// axis.
  public Tensor rows(Positions positions) {
    int count = positions.batch() * positions.length();
    Tensor rows =
        positions.batch() == 1
            ? Tensor.zeros(positions.length(), width)
            : Tensor.zeros(positions.batch(), positions.length(), width);
    for (int row = 0; row < count; row++) {
      int position = positions.at(row / positions.length(), row % positions.length());
      for (int pair = 0; pair < width / 2; pair++) {
        double angle = position * Math.pow(base, -2.0 * pair / width);
        int at = row * width + (layout == Layout.HALVES ? pair : 2 * pair);
        rows.array()[at] = (float) Math.sin(angle);
        rows.array()[at + (layout == Layout.HALVES ? width / 2 : 1)] = (float) Math.cos(angle);
      }
    }
    return rows;
  }
}
