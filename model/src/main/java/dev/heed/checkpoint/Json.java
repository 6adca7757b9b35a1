package dev.heed.checkpoint;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A JSON value as it stands in a file.
///
/// Reading is strict: duplicate keys, nesting beyond a small depth and trailing text are errors.
public sealed interface Json {
  /// Members in the order of the file.
  record Obj(Map<String, Json> members) implements Json {
    public Optional<Json> get(String key) {
      return Optional.ofNullable(members.get(key));
    }
  }

  record Arr(List<Json> items) implements Json {}

  record Str(String value) implements Json {}

  /// A number as it was written, so that 64-bit integers and decimals are both exact.
  record Num(String text) implements Json {
    public double asDouble() {
      return Double.parseDouble(text);
    }
  }

  record Bool(boolean value) implements Json {}

  record Null() implements Json {}
}
