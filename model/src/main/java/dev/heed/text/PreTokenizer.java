package dev.heed.text;

import java.util.List;

/// A step that cuts the pieces of a text into smaller ones, and may rewrite them.
@FunctionalInterface
interface PreTokenizer {
  /// Leaves the pieces as they are.
  PreTokenizer NONE = pieces -> pieces;

  Pieces apply(Pieces pieces);

  record Sequence(List<PreTokenizer> steps) implements PreTokenizer {
    @Override
    public Pieces apply(Pieces pieces) {
      Pieces result = pieces;
      for (PreTokenizer step : steps) {
        result = step.apply(result);
      }
      return result;
    }
  }
}
