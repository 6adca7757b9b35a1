package dev.heed.checkpoint;

import dev.heed.checkpoint.Json.Arr;
import dev.heed.checkpoint.Json.Bool;
import dev.heed.checkpoint.Json.Null;
import dev.heed.checkpoint.Json.Num;
import dev.heed.checkpoint.Json.Obj;
import dev.heed.checkpoint.Json.Str;
import java.util.Map;

/// Compact JSON on one line; control characters, line separators, overrides of the writing
/// direction and lone surrogates are written as escapes.
final class JsonWriter {
  private JsonWriter() {}

  static String write(Json value) {
    StringBuilder out = new StringBuilder();
    write(value, out);
    return out.toString();
  }

  private static void write(Json value, StringBuilder out) {
    switch (value) {
      case Null _ -> out.append("null");
      case Bool(boolean truth) -> out.append(truth);
      case Num(String text) -> out.append(text);
      case Str(String text) -> quote(text, out);
      case Arr arr -> {
        String separator = "[";
        for (Json item : arr.items()) {
          out.append(separator);
          write(item, out);
          separator = ",";
        }
        out.append(arr.items().isEmpty() ? "[]" : "]");
      }
      case Obj obj -> {
        String separator = "{";
        for (Map.Entry<String, Json> member : obj.members().entrySet()) {
          quote(member.getKey(), out.append(separator));
          write(member.getValue(), out.append(':'));
          separator = ",";
        }
        out.append(obj.members().isEmpty() ? "{}" : "}");
      }
    }
  }

  private static void quote(String text, StringBuilder out) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"' -> out.append("\\\"");
        case '\\' -> out.append("\\\\");
        case '\n' -> out.append("\\n");
        case '\t' -> out.append("\\t");
        case '\r' -> out.append("\\r");
        default -> {
          if (isPlain(text, i)) {
            out.append(c);
          } else {
            out.append("\\u%04x".formatted((int) c));
          }
        }
      }
    }
    out.append('"');
  }

  private static boolean isPlain(String text, int at) {
    char c = text.charAt(at);
    if (Character.isHighSurrogate(c)) {
      return at + 1 < text.length() && Character.isLowSurrogate(text.charAt(at + 1));
    }
    if (Character.isLowSurrogate(c)) {
      return at > 0 && Character.isHighSurrogate(text.charAt(at - 1));
    }
    return c >= ' '
        && (c < 0x7f || c > 0x9f)
        && (c < 0x2028 || c > 0x202e)
        && (c < 0x2066 || c > 0x2069);
  }
}
