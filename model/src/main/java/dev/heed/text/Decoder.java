package dev.heed.text;

import java.util.List;

/// A step from pieces to text: takes pieces and gives pieces, which are joined in the end.
@FunctionalInterface
interface Decoder {
  List<String> apply(List<String> pieces);

  record Sequence(List<Decoder> steps) implements Decoder {
    @Override
    public List<String> apply(List<String> pieces) {
      List<String> result = pieces;
      for (Decoder step : steps) {
        result = step.apply(result);
      }
      return result;
    }
  }
}
