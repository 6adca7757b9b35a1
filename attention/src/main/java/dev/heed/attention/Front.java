package dev.heed.attention;

import dev.heed.attention.expression.Truth;
import java.util.List;

/// Keys that stand nowhere, before those of a text: how a call looks with them.
///
/// @param count how many
public record Front(int count) {
  /// The attention, in which every query sees them. A modifier that reads positions has nothing to
  /// read for them and is refused.
  public Attention attention(Attention text) {
    for (Modifier modifier : text.modifiers()) {
      if (modifier.readsPositions()) {
        throw new UnsupportedCombinationException(
            "modifier " + modifier.text(),
            "learned keys, which have no position",
            "rotary positions or a modifier that reads the score alone would do");
      }
    }
    if (text.mixes(Mixing.RelativeValues.class)) {
      throw new UnsupportedCombinationException(
          Mixing.texts(text.mixings()),
          "learned keys, which have no position",
          "mixings that read no positions would do");
    }
    if (MaskReads.of(text.mask().truth()).given()) {
      throw new UnsupportedCombinationException(
          "mask '%s'".formatted(text.mask()),
          "learned keys, of which the given places know nothing",
          "a mask without 'given' would do");
    }
    boolean seesAll = text.mask().equals(Mask.everything());
    return seesAll ? text : text.withMask(new Mask(seen(text.mask().truth())));
  }

  private Truth seen(Truth mask) {
    return new Truth.Or(List.of(new Truth.Front(count), mask));
  }

  /// The input with these keys before its own.
  ///
  /// @param k the keys of both, `[B, G, P + S, E]`
  /// @param v the values of both, `[B, G, P + S, W]`
  public AttentionInput input(AttentionInput text, HeadRows k, HeadRows v) {
    return text.behind(count, k, v);
  }

  /// Whole numbers of keys, with zeros for these before them.
  Positions numbers(Positions text) {
    int length = count + text.length();
    int[] all = new int[text.batch() * length];
    for (int b = 0; b < text.batch(); b++) {
      System.arraycopy(text.array(), text.row(b), all, b * length + count, text.length());
    }
    return new Positions(all, 0, text.batch(), length, length);
  }
}
