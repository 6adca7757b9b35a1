package dev.heed.attention;

import java.util.ArrayList;
import java.util.List;

/// An attention call as data: one choice on each axis. *Who may look* (mask), *how similar* (score
/// and modifiers), *how to decide* (normalizer); what is returned is a weighted sum of values.
///
/// Multi-head, grouped-query and multi-query attention differ in the number of key/value heads of
/// the input alone: query head `h` reads key/value head `h / (H / G)`.
///
/// @param modifiers what happens to the scores before the mask, in this order
public record Attention(Score score, List<Modifier> modifiers, Mask mask, Normalizer normalizer) {
  public Attention {
    modifiers = List.copyOf(modifiers);
  }

  /// Scaled dot product, softmax, everything visible.
  public static Attention full() {
    return new Attention(Score.dot(), List.of(), Mask.everything(), Normalizer.softmax());
  }

  /// Scaled dot product, softmax, no look at later positions.
  public static Attention causal() {
    return full().withMask(Mask.causal());
  }

  public Attention withScore(Score other) {
    return new Attention(other, modifiers, mask, normalizer);
  }

  /// With `modifier` after those there are.
  public Attention withModifier(Modifier modifier) {
    List<Modifier> longer = new ArrayList<>(modifiers);
    longer.add(modifier);
    return new Attention(score, longer, mask, normalizer);
  }

  public Attention withMask(Mask other) {
    return new Attention(score, modifiers, other, normalizer);
  }

  public Attention withNormalizer(Normalizer other) {
    return new Attention(score, modifiers, mask, other);
  }
}
