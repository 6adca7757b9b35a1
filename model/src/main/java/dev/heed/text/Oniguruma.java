package dev.heed.text;

/// Rewrites a regular expression from Oniguruma's syntax, as in Ruby, to that of `java.util.regex`.
///
/// Most of the two is the same. What differs: `\h` is a hexadecimal digit, `(?m)` is Java's `(?s)`,
/// ignoring case follows Unicode, scripts are named without `Is`, and classes are written
/// `[[:alpha:]]`.
final class Oniguruma {
  private final String source;
  private final StringBuilder out = new StringBuilder();
  private int at;
  private int classDepth;

  private Oniguruma(String source) {
    this.source = source;
  }

  static String translate(String expression) {
    return new Oniguruma(expression).run();
  }

  private String run() {
    while (at < source.length()) {
      if (source.charAt(at) == '\\' && at + 1 < source.length()) {
        escape();
      } else if (classDepth > 0 && source.startsWith("[:", at) && source.indexOf(":]", at) > 0) {
        posix();
      } else if (classDepth == 0 && source.startsWith("(?", at)) {
        group();
      } else {
        char c = source.charAt(at++);
        classDepth += c == '[' ? 1 : c == ']' && classDepth > 0 ? -1 : 0;
        out.append(c);
      }
    }
    return out.toString();
  }

  private void escape() {
    char c = source.charAt(at + 1);
    at += 2;
    switch (c) {
      case 'h' -> out.append("\\p{XDigit}");
      case 'H' -> out.append("\\P{XDigit}");
      case 'p', 'P' -> property(c);
      default -> out.append('\\').append(c);
    }
  }

  private void property(char kind) {
    int end = source.indexOf('}', at);
    if (end < 0 || source.charAt(at) != '{') {
      out.append('\\').append(kind);
      return;
    }
    String name = source.substring(at + 1, end);
    at = end + 1;
    boolean negated = name.startsWith("^");
    char sign = negated ? kind == 'p' ? 'P' : 'p' : kind;
    out.append('\\')
        .append(sign)
        .append('{')
        .append(javaName(negated ? name.substring(1) : name))
        .append('}');
  }

  private static String javaName(String name) {
    if (name.length() <= 2 || name.contains("=")) {
      return name;
    }
    try {
      Character.UnicodeScript.forName(name);
      return "Is" + name;
    } catch (IllegalArgumentException e) {
      return longName(name);
    }
  }

  private static String longName(String name) {
    return switch (name) {
      case "Letter" -> "L";
      case "Mark" -> "M";
      case "Number" -> "N";
      case "Punctuation" -> "P";
      case "Symbol" -> "S";
      case "Separator" -> "Z";
      default -> name;
    };
  }

  private void posix() {
    int end = source.indexOf(":]", at);
    String name = source.substring(at + 2, end);
    boolean negated = name.startsWith("^");
    String plain = negated ? name.substring(1) : name;
    String property =
        switch (plain) {
          case "alpha" -> "Alpha";
          case "digit" -> "Digit";
          case "alnum" -> "Alnum";
          case "upper" -> "Upper";
          case "lower" -> "Lower";
          case "punct" -> "Punct";
          case "space" -> "Space";
          case "blank" -> "Blank";
          case "cntrl" -> "Cntrl";
          case "graph" -> "Graph";
          case "print" -> "Print";
          case "xdigit" -> "XDigit";
          default ->
              throw new TokenizerException(
                  "regex: the class [:%s:] is not known; alpha, digit, alnum, upper, lower, punct, space, blank, cntrl, graph, print and xdigit are"
                      .formatted(Text.quote(name)));
        };
    out.append(negated ? "\\P{" : "\\p{").append(property).append('}');
    at = end + 2;
  }

  /// The flags of a group; `(?<name>` and look-arounds stay as they are.
  private void group() {
    int i = at + 2;
    while (i < source.length() && "imx-".indexOf(source.charAt(i)) >= 0) {
      i++;
    }
    boolean flags =
        i > at + 2 && i < source.length() && (source.charAt(i) == ':' || source.charAt(i) == ')');
    if (!flags) {
      out.append("(?");
      at += 2;
      return;
    }
    String text = source.substring(at, i);
    out.append(text.replace("m", "s").replace("i", "iu"));
    at = i;
  }
}
