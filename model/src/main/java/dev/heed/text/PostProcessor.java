package dev.heed.text;

import java.util.List;

/// What is done to the tokens of a text at the end: adding those that mark structure, trimming
/// offsets.
@FunctionalInterface
interface PostProcessor {
  /// Leaves the tokens as they are.
  PostProcessor NONE = (tokens, _) -> tokens;

  Tokens apply(Tokens tokens, SpecialTokens specials);

  /// The number of tokens that this adds to any text.
  default int added() {
    return apply(new Tokens(0), SpecialTokens.WITH).count();
  }

  /// A token with its id.
  record Mark(int id, String piece) {}

  /// Tokens before and after the text.
  record Around(List<Mark> before, List<Mark> after) implements PostProcessor {
    @Override
    public Tokens apply(Tokens tokens, SpecialTokens specials) {
      if (specials == SpecialTokens.WITHOUT) {
        return tokens;
      }
      Tokens out = new Tokens(before.size() + tokens.count() + after.size());
      before.forEach(mark -> out.add(mark.id, mark.piece, 0, 0));
      out.addAll(tokens);
      after.forEach(mark -> out.add(mark.id, mark.piece, 0, 0));
      return out;
    }
  }

  /// Takes the spaces that byte-level pieces begin and end with out of their offsets.
  ///
  /// @param prefix whether a space was put before the text, which has no offset to be trimmed
  record TrimOffsets(Prefix prefix) implements PostProcessor {
    enum Prefix {
      ADDED,
      NONE
    }

    @Override
    public Tokens apply(Tokens tokens, SpecialTokens specials) {
      for (int i = 0; i < tokens.count(); i++) {
        trim(tokens, i);
      }
      return tokens;
    }

    private void trim(Tokens tokens, int index) {
      String piece = tokens.piece(index);
      int leading = 0;
      while (leading < piece.length() && isSpace(piece.charAt(leading))) {
        leading++;
      }
      int trailing = 0;
      while (trailing < piece.length() && isSpace(piece.charAt(piece.length() - 1 - trailing))) {
        trailing++;
      }
      int start = tokens.start(index);
      int end = tokens.end(index);
      boolean first = index == 0 || start == 0;
      boolean keepsFirst = first && leading == 1 && prefix == Prefix.ADDED;
      start = keepsFirst ? start : Math.min(start + leading, end);
      end = trailing > 0 && end >= trailing ? Math.max(end - trailing, start) : end;
      tokens.move(index, start, end);
    }

    private static boolean isSpace(char c) {
      return c == Bytes.character(' ') || Characters.isWhitespace(c);
    }
  }

  record Sequence(List<PostProcessor> steps) implements PostProcessor {
    @Override
    public Tokens apply(Tokens tokens, SpecialTokens specials) {
      Tokens result = tokens;
      for (PostProcessor step : steps) {
        result = step.apply(result, specials);
      }
      return result;
    }
  }
}
