package dev.heed.attention.expression;

import java.util.ArrayList;
import java.util.List;

/// Cuts text into tokens.
final class Lexer {
  enum Kind {
    NUMBER,
    NAME,
    SIGN,
    END
  }

  /// @param position where in the text it begins, from 0
  record Token(Kind kind, String text, int position) {
    boolean is(String sign) {
      return kind != Kind.NUMBER && text.equals(sign);
    }

    String shown() {
      return kind == Kind.END ? "the end" : "'" + text + "'";
    }
  }

  private static final String SIGNS = "()+-*/,<>=!&|";
  private static final List<String> PAIRS = List.of("<=", ">=", "==", "!=");

  private final String text;
  private int at;

  private Lexer(String text) {
    this.text = text;
  }

  /// The tokens of `text`, the last of them the end.
  static List<Token> tokens(String text) {
    Lexer lexer = new Lexer(text);
    List<Token> tokens = new ArrayList<>();
    do {
      tokens.add(lexer.next());
    } while (tokens.getLast().kind() != Kind.END);
    return tokens;
  }

  private Token next() {
    while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
      at++;
    }
    int start = at;
    if (start == text.length()) {
      return new Token(Kind.END, "", start);
    }
    char first = text.charAt(at);
    if (isDigit(first) || first == '.') {
      return number(start);
    }
    if (isLetter(first)) {
      while (at < text.length() && (isLetter(text.charAt(at)) || isDigit(text.charAt(at)))) {
        at++;
      }
      return new Token(Kind.NAME, text.substring(start, at), start);
    }
    if (SIGNS.indexOf(first) < 0) {
      String shown = Character.toString(text.codePointAt(start));
      throw ExpressionException.at(
          text, start, "the character '" + shown + "'", "a name, a number or one of " + SIGNS);
    }
    at += PAIRS.stream().anyMatch(pair -> text.startsWith(pair, start)) ? 2 : 1;
    return new Token(Kind.SIGN, text.substring(start, at), start);
  }

  private Token number(int start) {
    skipDigits();
    if (at < text.length() && text.charAt(at) == '.') {
      at++;
      skipDigits();
    }
    if (at < text.length() && (text.charAt(at) == 'e' || text.charAt(at) == 'E')) {
      at++;
      if (at < text.length() && (text.charAt(at) == '+' || text.charAt(at) == '-')) {
        at++;
      }
      skipDigits();
    }
    return new Token(Kind.NUMBER, text.substring(start, at), start);
  }

  private void skipDigits() {
    while (at < text.length() && isDigit(text.charAt(at))) {
      at++;
    }
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  private static boolean isLetter(char c) {
    return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_';
  }
}
