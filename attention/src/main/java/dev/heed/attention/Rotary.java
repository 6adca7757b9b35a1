package dev.heed.attention;

import dev.heed.tensor.ShapeException;

/// Rotary positions, [Su et al. 2021](https://arxiv.org/abs/2104.09864): pairs of numbers of a head
/// are turned by angles proportional to the position, so that `q · k` depends on the difference of
/// positions alone.
///
/// @param layout which numbers make a pair
/// @param width how many numbers of a head are turned, from its first; even
/// @param base the slowest pair turns by nearly `1 / base` a position
public record Rotary(Layout layout, int width, double base, RotaryScaling scaling) {
  /// Which numbers of a head make pair `p`.
  public enum Layout {
    /// `(p, p + width / 2)`, as GPT-NeoX and Hugging Face have it.
    HALF_SPLIT,
    /// `(2p, 2p + 1)`, as GPT-J and Meta's Llama have it.
    INTERLEAVED
  }

  public Rotary {
    if (width < 2 || width % 2 != 0 || !(base > 1)) {
      throw new AttentionException(
          "rotary: width %d and base %s; an even width and a base above 1 are needed"
              .formatted(width, base));
    }
  }

  /// Half-split, unscaled, over the whole of a head of `width` numbers.
  public static Rotary of(int width, double base) {
    return new Rotary(Layout.HALF_SPLIT, width, base, RotaryScaling.none());
  }

  public int pairs() {
    return width / 2;
  }

  /// What each pair turns by from one position to the next, for calls of up to `length` positions.
  public double[] frequencies(int length) {
    return scaling.frequencies(this, length);
  }

  /// Cosines and sines of all pairs at all positions of a call; computed once, they serve every
  /// layer.
  public Angles angles(Positions positions) {
    return angles(positions, 0);
  }

  /// The same for positions of a text of `length`, which may reach beyond them.
  public Angles angles(Positions positions, int length) {
    int pairs = pairs();
    int rows = positions.batch() * positions.length();
    int last = length - 1;
    for (int row = 0; row < rows; row++) {
      last = Math.max(last, positions.at(row / positions.length(), row % positions.length()));
    }
    double[] frequencies = frequencies(last + 1);
    double magnitude = scaling.magnitude();
    float[] cosine = new float[rows * pairs];
    float[] sine = new float[rows * pairs];
    for (int row = 0; row < rows; row++) {
      int position = positions.at(row / positions.length(), row % positions.length());
      for (int pair = 0; pair < pairs; pair++) {
        double angle = position * frequencies[pair];
        cosine[row * pairs + pair] = (float) (magnitude * Math.cos(angle));
        sine[row * pairs + pair] = (float) (magnitude * Math.sin(angle));
      }
    }
    return new Angles(this, cosine, sine, positions.batch(), positions.length());
  }

  /// Cosines and sines `[batch, length, pairs]`; a batch of 1 serves any.
  public record Angles(Rotary rotary, float[] cosine, float[] sine, int batch, int length) {
    int row(int b, int t) {
      return ((batch == 1 ? 0 : b) * length + t) * rotary.pairs();
    }

    /// The angles that turn back.
    Angles reversed() {
      float[] negative = new float[sine.length];
      for (int n = 0; n < sine.length; n++) {
        negative[n] = -sine[n];
      }
      return new Angles(rotary, cosine, negative, batch, length);
    }

    void check(HeadView x) {
      if (x.axes().width() < rotary.width()
          || x.axes().length() != length
          || (batch != 1 && batch != x.axes().batch())) {
        throw new ShapeException(
            "rotary: heads %s do not fit angles [%d, %d] of width %d; batch and length must match, heads be as wide"
                .formatted(x, batch, length, rotary.width()));
      }
    }
  }
}
