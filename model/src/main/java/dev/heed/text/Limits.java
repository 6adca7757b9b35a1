package dev.heed.text;

import java.util.Optional;

/// The length that a tokenizer's file prescribes: texts are cut to it, or filled up to it.
record Limits(Optional<Truncation> truncation, Optional<Padding> padding) {
  static final Limits NONE = new Limits(Optional.empty(), Optional.empty());

  enum Side {
    LEFT,
    RIGHT
  }

  /// At most so many tokens, those that mark structure included; the others are cut off on one
  /// side.
  record Truncation(int length, Side side) {}

  /// At least `length` tokens, and a multiple of `multiple`, by adding a token on one side.
  record Padding(int length, int multiple, Side side, PostProcessor.Mark mark) {}

  Tokens apply(Tokens tokens, PostProcessor post, SpecialTokens specials) {
    Tokens cut = truncation.map(rule -> cut(tokens, rule, post, specials)).orElse(tokens);
    Tokens marked = post.apply(cut, specials);
    return padding.map(rule -> pad(marked, rule)).orElse(marked);
  }

  private static Tokens cut(
      Tokens tokens, Truncation rule, PostProcessor post, SpecialTokens specials) {
    int marks = specials == SpecialTokens.WITH ? post.added() : 0;
    int room = Math.max(0, rule.length - marks);
    int count = tokens.count();
    if (count <= room) {
      return tokens;
    }
    return rule.side == Side.RIGHT ? tokens.slice(0, room) : tokens.slice(count - room, count);
  }

  private static Tokens pad(Tokens tokens, Padding rule) {
    int wanted = Math.max(tokens.count(), rule.length);
    wanted = Math.ceilDiv(wanted, rule.multiple) * rule.multiple;
    Tokens fill = new Tokens(wanted - tokens.count());
    for (int i = tokens.count(); i < wanted; i++) {
      fill.add(rule.mark.id(), rule.mark.piece(), 0, 0);
    }
    Tokens first = rule.side == Side.LEFT ? fill : tokens;
    first.addAll(rule.side == Side.LEFT ? tokens : fill);
    return first;
  }
}
