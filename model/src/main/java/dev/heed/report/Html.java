package dev.heed.report;

import dev.heed.checkpoint.Json;

/// Text inside of HTML.
final class Html {
  private Html() {}

  /// A text so that it stands for itself, in an element or in an attribute in double quotes.
  static String escape(String text) {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '&' -> out.append("&amp;");
        case '<' -> out.append("&lt;");
        case '>' -> out.append("&gt;");
        case '"' -> out.append("&quot;");
        case '\'' -> out.append("&#39;");
        default -> out.append(shown(c) ? c : '\uFFFD');
      }
    }
    return out.toString();
  }

  // what HTML forbids, and what would turn the direction of the text around it
  private static boolean shown(char c) {
    boolean control = Character.isISOControl(c) && c != '\n' && c != '\t' && c != '\r';
    boolean turning = c >= '\u202a' && c <= '\u202e' || c >= '\u2066' && c <= '\u2069';
    return !control && !turning;
  }

  /// JSON inside of a `script` element, which nothing in it can end.
  static String script(Json json) {
    return json.toString().replace("<", "\\u003c").replace("&", "\\u0026");
  }
}
