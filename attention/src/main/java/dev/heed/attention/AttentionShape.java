package dev.heed.attention;

import dev.heed.tensor.ShapeException;

/// The lengths of all axes of a call: `q [B, H, T, E]`, `k [B, G, S, E]`, `v [B, G, S, W]`.
///
/// @param groups key/value heads; query head `h` reads key/value head [#groupOf]
public record AttentionShape(
    int batch, int heads, int groups, int queries, int keys, int width, int valueWidth) {
  public AttentionShape {
    if (groups < 1 || heads % groups != 0) {
      throw new ShapeException(
          "attention: %d query heads cannot share %d key/value heads; heads must be a multiple"
              .formatted(heads, groups));
    }
  }

  static AttentionShape of(HeadView q, HeadRows k, HeadRows v) {
    HeadView.Axes a = q.axes();
    HeadView.Axes b = k.axes();
    HeadView.Axes c = v.axes();
    if (a.batch() != b.batch()
        || a.width() != b.width()
        || b.heads() == 0
        || a.heads() % b.heads() != 0) {
      throw new ShapeException(
          "attention: q %s does not fit k %s; batch and width must match and k's heads divide q's"
              .formatted(q, k));
    }
    if (b.batch() != c.batch() || b.heads() != c.heads() || b.length() != c.length()) {
      throw new ShapeException(
          "attention: k %s does not fit v %s; all but the width must match".formatted(k, v));
    }
    return new AttentionShape(
        a.batch(), a.heads(), b.heads(), a.length(), b.length(), a.width(), c.width());
  }

  /// The key/value head that query head `head` reads.
  public int groupOf(int head) {
    return head / groupSize();
  }

  /// Query heads that share a key/value head.
  public int groupSize() {
    return heads / groups;
  }
}
