package dev.heed.text;

import java.lang.Character.UnicodeScript;
import java.util.List;

/// The steps that rewrite pieces, or cut them by rules that are no pattern.
final class PreTokenizers {
  private PreTokenizers() {}

  /// Cuts at white space and sets punctuation apart.
  static PreTokenizer bert() {
    return new PreTokenizer.Sequence(
        List.of(
            new Split(Matches.each(Characters::isWhitespace), Split.Behavior.REMOVED),
            new Split(Matches.each(Characters::isPunctuation), Split.Behavior.ISOLATED)));
  }

  /// Words, and runs of what is neither word nor white space; white space is dropped.
  static Pieces whitespace(Pieces pieces) {
    Aligned text = pieces.text();
    Ranges in = pieces.ranges();
    Ranges out = new Ranges();
    for (int p = 0; p < in.count(); p++) {
      for (int i = in.start(p); i < in.end(p); ) {
        int from = i;
        int kind = wordKind(text.codePoint(i));
        while (i < in.end(p) && wordKind(text.codePoint(i)) == kind) {
          i += Character.charCount(text.codePoint(i));
        }
        if (kind >= 0) {
          out.add(from, i);
        }
      }
    }
    return new Pieces(text, out);
  }

  /// 1 in words, 0 between them, -1 for white space.
  private static int wordKind(int c) {
    if (Characters.isWhitespace(c)) {
      return -1;
    }
    return Characters.isWord(c) ? 1 : 0;
  }

  /// Writes every byte as a character of [Bytes].
  static Pieces byteLevel(Pieces pieces) {
    Aligned text = pieces.text();
    Aligned.Builder out = text.rewrite();
    Ranges in = pieces.ranges();
    Ranges ranges = new Ranges();
    for (int p = 0; p < in.count(); p++) {
      int start = out.length();
      writeBytes(text, in.start(p), in.end(p), out);
      ranges.addFilled(start, out.length());
    }
    return new Pieces(out.build(), ranges);
  }

  static void writeBytes(Aligned text, int start, int end, Aligned.Builder out) {
    for (int i = start; i < end; ) {
      int c = text.codePoint(i);
      if (c < 0x80) {
        out.put(Bytes.character(c), i);
      } else if (c < 0x800) {
        out.put(Bytes.character(0xC0 | c >> 6), i);
        out.put(Bytes.character(0x80 | c & 0x3F), i);
      } else if (c < 0x10000) {
        out.put(Bytes.character(0xE0 | c >> 12), i);
        out.put(Bytes.character(0x80 | c >> 6 & 0x3F), i);
        out.put(Bytes.character(0x80 | c & 0x3F), i);
      } else {
        out.put(Bytes.character(0xF0 | c >> 18), i);
        out.put(Bytes.character(0x80 | c >> 12 & 0x3F), i);
        out.put(Bytes.character(0x80 | c >> 6 & 0x3F), i);
        out.put(Bytes.character(0x80 | c & 0x3F), i);
      }
      i += Character.charCount(c);
    }
  }

  /// Puts a space before each piece that has none.
  static Pieces prefixSpace(Pieces pieces) {
    return prefix(pieces, ' ', Metaspace.Scheme.ALWAYS);
  }

  private static Pieces prefix(Pieces pieces, int mark, Metaspace.Scheme scheme) {
    Aligned text = pieces.text();
    Aligned.Builder out = text.rewrite();
    Ranges in = pieces.ranges();
    Ranges ranges = new Ranges();
    for (int p = 0; p < in.count(); p++) {
      int start = out.length();
      int first = in.start(p);
      boolean wanted =
          switch (scheme) {
            case ALWAYS -> true;
            case FIRST -> text.from(first) == 0;
            case NEVER -> false;
          };
      if (wanted && text.codePoint(first) != mark) {
        out.put(mark, first);
      }
      out.keep(first, in.end(p));
      ranges.add(start, out.length());
    }
    return new Pieces(out.build(), ranges);
  }

  /// Writes spaces as a visible mark, puts one before words that have none, and cuts before each.
  record Metaspace(int mark, Scheme scheme, Cut cut) implements PreTokenizer {
    /// Which pieces get a mark in front.
    enum Scheme {
      FIRST,
      ALWAYS,
      NEVER
    }

    /// Whether marks begin new pieces.
    enum Cut {
      AT_MARKS,
      NOWHERE
    }

    @Override
    public Pieces apply(Pieces pieces) {
      Pieces marked = prefix(mark(pieces), mark, scheme);
      boolean cuts = cut == Cut.AT_MARKS;
      Matches marks = Matches.each(c -> c == mark);
      return cuts ? new Split(marks, Split.Behavior.MERGED_WITH_NEXT).apply(marked) : marked;
    }

    private Pieces mark(Pieces pieces) {
      Aligned text = pieces.text();
      Aligned.Builder out = text.rewrite();
      Ranges in = pieces.ranges();
      Ranges ranges = new Ranges();
      for (int p = 0; p < in.count(); p++) {
        int start = out.length();
        int done = in.start(p);
        for (int i = done; i < in.end(p); i++) {
          if (text.charAt(i) == ' ') {
            out.keep(done, i);
            out.put(mark, i);
            done = i + 1;
          }
        }
        out.keep(done, in.end(p));
        ranges.add(start, out.length());
      }
      return new Pieces(out.build(), ranges);
    }
  }

  /// Cuts where the script changes. Japanese counts as one script with Chinese; spaces and
  /// unassigned characters go with what is before them, and are dropped where nothing is.
  static Pieces scripts(Pieces pieces) {
    Ranges in = pieces.ranges();
    Ranges out = new Ranges();
    for (int p = 0; p < in.count(); p++) {
      int from = -1;
      UnicodeScript last = UnicodeScript.UNKNOWN;
      for (int i = in.start(p); i < in.end(p); ) {
        int c = pieces.text().codePoint(i);
        UnicodeScript script = c == ' ' ? UnicodeScript.UNKNOWN : scriptOf(c);
        if (script != UnicodeScript.UNKNOWN && script != last) {
          out.addFilled(from, from < 0 ? from : i);
          from = i;
          last = script;
        }
        i += Character.charCount(c);
      }
      out.addFilled(from, from < 0 ? from : in.end(p));
    }
    return new Pieces(pieces.text(), out);
  }

  private static UnicodeScript scriptOf(int c) {
    UnicodeScript script = UnicodeScript.of(c);
    boolean japanese =
        c == 0x30FC || script == UnicodeScript.HIRAGANA || script == UnicodeScript.KATAKANA;
    return japanese ? UnicodeScript.HAN : script;
  }

  /// Cuts into pieces of a fixed number of code points.
  static Matches fixedLength(int codePoints) {
    return (text, start, end) -> {
      Ranges found = new Ranges();
      int from = start;
      int count = 0;
      for (int i = start; i < end; ) {
        i += Character.charCount(text.codePoint(i));
        if (++count == codePoints) {
          found.add(from, i);
          from = i;
          count = 0;
        }
      }
      found.addFilled(from, end);
      return found.toArray();
    };
  }
}
