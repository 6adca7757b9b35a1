package dev.heed.text;

/// The splitting patterns of GPT-2, Llama 3 and Qwen 2, written out as scanners: linear in the
/// text, and a stack of constant depth, whatever the text.
///
/// Every character belongs to a match, so a scanner only has to say where the match ends.
enum WordScanner implements Matches {
  GPT2(
      "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+",
      Integer.MAX_VALUE),
  LLAMA3(modern("\\p{N}{1,3}"), 3),
  QWEN2(modern("\\p{N}"), 1);

  private final String pattern;
  private final int digits;

  WordScanner(String pattern, int digits) {
    this.pattern = pattern;
    this.digits = digits;
  }

  /// The regular expression that this stands for.
  String pattern() {
    return pattern;
  }

  /// Whether an expression is this pattern, in one of its usual spellings.
  boolean stands(String expression) {
    String spelt = expression.replace("'(?:[sdmt]|ll|ve|re)", "'s|'t|'re|'ve|'m|'ll|'d");
    return spelt.equals(pattern);
  }

  private static String modern(String numbers) {
    return "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|"
        + numbers
        + "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
  }

  @Override
  public int[] find(Aligned text, int start, int end) {
    char[] chars = text.units();
    Ranges found = new Ranges();
    for (int i = start; i < end; ) {
      int next = this == GPT2 ? gpt2(chars, i, end) : modern(chars, i, end);
      found.add(i, next);
      i = next;
    }
    return found.toArray();
  }

  private static int gpt2(char[] text, int start, int end) {
    if (text[start] == '\'') {
      int contraction = contraction(text, start, end);
      if (contraction > start && isLower(text, start + 1, contraction)) {
        return contraction;
      }
    }
    int word = text[start] == ' ' && start + 1 < end ? start + 1 : start;
    byte kind = classAt(text, word, end);
    return kind == Characters.SPACE ? spaces(text, start, end) : run(text, word, end, kind);
  }

  private int modern(char[] text, int start, int end) {
    if (text[start] == '\'') {
      int contraction = contraction(text, start, end);
      if (contraction > start) {
        return contraction;
      }
    }
    byte kind = classAt(text, start, end);
    if (kind == Characters.LETTER) {
      return run(text, start, end, kind);
    }
    if (kind == Characters.NUMBER) {
      return numbers(text, start, end);
    }
    int second = start + size(text, start, end);
    byte next = second < end ? classAt(text, second, end) : Characters.SPACE;
    if (next == Characters.LETTER && text[start] != '\r' && text[start] != '\n') {
      return run(text, second, end, next);
    }
    if (kind == Characters.OTHER || text[start] == ' ' && next == Characters.OTHER) {
      int stop = run(text, kind == Characters.OTHER ? start : second, end, Characters.OTHER);
      while (stop < end && (text[stop] == '\r' || text[stop] == '\n')) {
        stop++;
      }
      return stop;
    }
    return lines(text, start, end);
  }

  private int numbers(char[] text, int start, int end) {
    int stop = start;
    for (int i = 0;
        i < digits && stop < end && classAt(text, stop, end) == Characters.NUMBER;
        i++) {
      stop += size(text, stop, end);
    }
    return stop;
  }

  /// White space up to its last line break, or else as [#spaces].
  private static int lines(char[] text, int start, int end) {
    int stop = run(text, start, end, Characters.SPACE);
    for (int i = stop; i > start; i--) {
      if (text[i - 1] == '\r' || text[i - 1] == '\n') {
        return i;
      }
    }
    return spaces(text, start, end);
  }

  /// White space without its last character, which belongs to the word that follows, if there is
  /// one.
  private static int spaces(char[] text, int start, int end) {
    int stop = run(text, start, end, Characters.SPACE);
    return stop == end || stop - start == 1 ? stop : stop - 1;
  }

  private static int run(char[] text, int start, int end, byte kind) {
    int i = start;
    while (i < end && classAt(text, i, end) == kind) {
      i += size(text, i, end);
    }
    return i;
  }

  /// The end of one of `'s 't 're 've 'm 'll 'd` in either case, or the start.
  private static int contraction(char[] text, int start, int end) {
    if (start + 1 == end) {
      return start;
    }
    int first = fold(text[start + 1]);
    if (first == 's' || first == 't' || first == 'm' || first == 'd') {
      return start + 2;
    }
    if (start + 2 == end) {
      return start;
    }
    int second = fold(text[start + 2]);
    boolean two = second == 'e' && (first == 'r' || first == 'v') || second == 'l' && first == 'l';
    return two ? start + 3 : start;
  }

  private static boolean isLower(char[] text, int start, int end) {
    for (int i = start; i < end; i++) {
      if (text[i] < 'a' || text[i] > 'z') {
        return false;
      }
    }
    return true;
  }

  // the long s is an s to a pattern that ignores case
  private static int fold(char c) {
    return c == '\u017F' ? 's' : c >= 'A' && c <= 'Z' ? c | 0x20 : c;
  }

  private static byte classAt(char[] text, int index, int end) {
    char c = text[index];
    return Characters.classOf(
        Character.isHighSurrogate(c) ? Character.codePointAt(text, index, end) : c);
  }

  private static int size(char[] text, int index, int end) {
    return index + 1 < end && Character.isSurrogatePair(text[index], text[index + 1]) ? 2 : 1;
  }
}
