package dev.heed.text;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/// The matches of a regular expression in Oniguruma's syntax, as `tokenizer.json` writes them.
///
/// Patterns that many models share are [scanners][WordScanner]; any other goes to
/// `java.util.regex`, where a budget of steps stops a pattern that goes through the same text again
/// and again.
final class RegexMatches implements Matches {
  private static final long STEPS_PER_UNIT = 2_000;
  private static final long SMALLEST_BUDGET = 10_000_000;

  private final String source;
  private final Pattern pattern;

  private RegexMatches(String source, Pattern pattern) {
    this.source = source;
    this.pattern = pattern;
  }

  /// @throws TokenizerException if the expression is not understood
  static Matches of(String expression) {
    for (WordScanner scanner : WordScanner.values()) {
      if (scanner.stands(expression)) {
        return scanner;
      }
    }
    if (expression.equals(TokenizerTraining.EACH_CHARACTER)) {
      return Matches.each(_ -> true);
    }
    try {
      int flags = Pattern.UNICODE_CHARACTER_CLASS | Pattern.MULTILINE | Pattern.UNIX_LINES;
      return new RegexMatches(expression, Pattern.compile(Oniguruma.translate(expression), flags));
    } catch (PatternSyntaxException | StackOverflowError e) {
      throw new TokenizerException(
          "regex: \"%s\" is not understood: %s; an expression that both Oniguruma and java.util.regex have would fit"
              .formatted(Text.quote(expression), Text.quote(String.valueOf(e.getMessage()))),
          e);
    }
  }

  @Override
  public int[] find(Aligned text, int start, int end) {
    Ranges found = new Ranges();
    Budget budget = new Budget(text, SMALLEST_BUDGET + STEPS_PER_UNIT * (end - start), source);
    Matcher matcher = pattern.matcher(budget).region(start, end);
    try {
      while (matcher.find()) {
        if (matcher.end() > matcher.start()) {
          found.add(matcher.start(), matcher.end());
        }
      }
    } catch (StackOverflowError e) {
      throw new TokenizerException(
          "regex: \"%s\" nests too deeply on a text of %d characters; a shorter text would fit"
              .formatted(Text.quote(source), end - start),
          e);
    }
    return found.toArray();
  }

  /// A text that may be read so many times and no more.
  private static final class Budget implements CharSequence {
    private final Aligned text;
    private final String pattern;
    private long left;

    Budget(Aligned text, long steps, String pattern) {
      this.text = text;
      this.pattern = pattern;
      left = steps;
    }

    @Override
    public char charAt(int index) {
      if (--left < 0) {
        throw new TokenizerException(
            "regex: \"%s\" takes too many steps on a text of %d characters; a pattern without nested repetition would fit"
                .formatted(Text.quote(pattern), text.length()));
      }
      return text.charAt(index);
    }

    @Override
    public int length() {
      return text.length();
    }

    @Override
    public CharSequence subSequence(int start, int end) {
      return text.subSequence(start, end);
    }

    @Override
    public String toString() {
      return text.toString();
    }
  }
}
