package dev.heed.checkpoint;

import java.util.List;
import java.util.Locale;
import tools.jackson.core.exc.StreamReadException;

/// What is wrong with a text that should be JSON, in the words of who wrote it.
///
/// @param text all of it
/// @param thrown what the parser said
record JsonFault(CharSequence text, StreamReadException thrown) {
  /// What the parser's word for something means.
  private record Meaning(String word, String said) {}

  /// The first that is in the parser's message holds.
  private static final List<Meaning> MEANINGS =
      List.of(
          new Meaning("end-of-input", "it ends before everything that was opened is closed"),
          new Meaning("leading zero", "a number does not begin with a zero before other digits"),
          new Meaning("numeric value", "a number is not complete"),
          new Meaning("comment", "comments are not JSON; leave them out"),
          new Meaning("unquoted character", "a line ends inside a text, or a control character is"),
          new Meaning("character escape", "no escape after a backslash; \\n, \\\", \\\\ are some"),
          new Meaning("no open", "a bracket is closed that was not opened"),
          new Meaning(
              "expected ']'", "a list that was opened with '[' is closed by another bracket"),
          new Meaning("expected '}'", "an object that was opened with '{' is closed by another"),
          new Meaning("expecting a colon", "a colon is missing after the name"),
          new Meaning("expecting comma", "a comma is missing before this"),
          new Meaning("expected a value", "a value is missing after the colon"),
          new Meaning("expected a valid value", "a value is missing here"));

  /// One line that names the place and the mistake.
  ///
  /// @param source how errors call the text
  String message(String source) {
    return "%s: not JSON at line %d, column %d: %s"
        .formatted(
            source, thrown.getLocation().getLineNr(), thrown.getLocation().getColumnNr(), said());
  }

  private String said() {
    String parsers = thrown.getOriginalMessage().toLowerCase(Locale.ROOT);
    char at = at();
    if (parsers.startsWith("unrecognized token")) {
      return "%s is no value; a text stands in double quotes".formatted(token());
    }
    if ((at == '}' || at == ']') && before() == ',') {
      return "the comma before '%s' is one too many".formatted(at);
    }
    if (at == '\'' || parsers.contains("double-quote")) {
      return "names and texts stand in double quotes";
    }
    return MEANINGS.stream()
        .filter(meaning -> parsers.contains(meaning.word))
        .map(Meaning::said)
        .findFirst()
        .orElse("'%s' does not fit here".formatted(Escape.text(String.valueOf(at))));
  }

  private int offset() {
    return Math.clamp(thrown.getLocation().getCharOffset(), 0, text.length());
  }

  private char at() {
    return offset() < text.length() ? text.charAt(offset()) : ' ';
  }

  /// The last character before the place that is no space.
  private char before() {
    int at = offset() - 1;
    while (at >= 0 && Character.isWhitespace(text.charAt(at))) {
      at--;
    }
    return at < 0 ? ' ' : text.charAt(at);
  }

  /// The word that the parser stumbled over.
  private String token() {
    int end = offset();
    while (end < text.length() && Character.isLetterOrDigit(text.charAt(end))) {
      end++;
    }
    return "'" + Escape.text(text.subSequence(offset(), end).toString()) + "'";
  }
}
