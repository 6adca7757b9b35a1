package dev.heed.text;

import java.text.Normalizer.Form;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// One of the four Unicode normal forms, with the origin of each character.
///
/// The JDK normalizes but does not say what became of which character. So the steps of the standard
/// (UAX #15) are done one at a time, and the JDK answers the questions within them: how one code
/// point decomposes, which of two marks comes first, what two code points compose to.
record UnicodeForm(Form form) implements Normalizer {
  private static final int FIRST_MARK = 0x300;
  // the mark with the highest combining class of all
  private static final int LAST_MARK = 0x345;

  @Override
  public Aligned apply(Aligned text) {
    if (java.text.Normalizer.isNormalized(text, form)) {
      return text;
    }
    List<Piece> pieces = decompose(text);
    boolean composes = form == Form.NFC || form == Form.NFKC;
    Changes changes = new Changes(pieces.size());
    for (Piece piece : composes ? compose(pieces) : pieces) {
      changes.add(piece.codePoint, piece.change);
    }
    return changes.applyTo(text);
  }

  private List<Piece> decompose(Aligned text) {
    Form decomposed = form == Form.NFC || form == Form.NFD ? Form.NFD : Form.NFKD;
    List<Piece> pieces = new ArrayList<>(text.length() + 16);
    int ordered = 0;
    for (int i = 0; i < text.length(); ) {
      int codePoint = text.codePoint(i);
      i += Character.charCount(codePoint);
      String parts =
          codePoint < 0x80 ? Character.toString(codePoint) : normalize(codePoint, decomposed);
      for (int j = 0; j < parts.length(); j += Character.charCount(parts.codePointAt(j))) {
        int part = parts.codePointAt(j);
        if (isStarter(part)) {
          order(pieces, ordered);
          ordered = pieces.size() + 1;
        }
        pieces.add(new Piece(part, j == 0 ? 0 : 1));
      }
    }
    order(pieces, ordered);
    return pieces;
  }

  /// Puts the marks from an index on into canonical order.
  private static void order(List<Piece> pieces, int start) {
    if (pieces.size() - start > 1) {
      pieces
          .subList(start, pieces.size())
          .sort(Comparator.comparing(Piece::codePoint, UnicodeForm::compareClass));
    }
  }

  private static List<Piece> compose(List<Piece> pieces) {
    List<Piece> out = new ArrayList<>(pieces.size());
    int starter = -1;
    int last = 0;
    for (Piece piece : pieces) {
      boolean starts = isStarter(piece.codePoint);
      boolean adjacent = starter == out.size() - 1;
      boolean blocked = !adjacent && (starts || compareClass(last, piece.codePoint) >= 0);
      int composed =
          starter < 0 || blocked ? -1 : composite(out.get(starter).codePoint, piece.codePoint);
      if (composed >= 0) {
        out.set(starter, new Piece(composed, out.get(starter).change + piece.change - 1));
        continue;
      }
      last = piece.codePoint;
      out.add(piece);
      starter = starts ? out.size() - 1 : starter;
    }
    return out;
  }

  /// What two code points compose to, or -1.
  private static int composite(int first, int second) {
    if (second < FIRST_MARK) {
      return -1;
    }
    String pair = Character.toString(first) + Character.toString(second);
    String composed = java.text.Normalizer.normalize(pair, Form.NFC);
    int result = composed.codePointAt(0);
    return Character.charCount(result) == composed.length() ? result : -1;
  }

  /// Whether a code point has combining class zero.
  private static boolean isStarter(int codePoint) {
    return codePoint < FIRST_MARK
        || codePoint != LAST_MARK && !(Characters.isMark(codePoint) && swaps(LAST_MARK, codePoint));
  }

  /// Compares the combining classes of two marks.
  private static int compareClass(int a, int b) {
    if (a == b) {
      return 0;
    }
    if (swaps(a, b)) {
      return 1;
    }
    return swaps(b, a) ? -1 : 0;
  }

  private static boolean swaps(int a, int b) {
    String pair = Character.toString(a) + Character.toString(b);
    return java.text.Normalizer.normalize(pair, Form.NFD).codePointAt(0) != a;
  }

  private static String normalize(int codePoint, Form form) {
    return java.text.Normalizer.normalize(Character.toString(codePoint), form);
  }

  private record Piece(int codePoint, int change) {}
}
