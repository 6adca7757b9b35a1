package dev.heed.text;

/// A rewriting of a text before it is split, which keeps track of where each character came from.
@FunctionalInterface
interface Normalizer {
  /// Leaves a text as it is.
  Normalizer NONE = text -> text;

  Aligned apply(Aligned text);
}
