package dev.heed.serve;

import dev.heed.checkpoint.Json;
import dev.heed.checkpoint.Nearest;
import java.util.Set;

/// Checks of what a request says.
final class Checks {
  private Checks() {}

  /// Fails for fields that nobody reads.
  static void fields(String of, Json.Obj asked, Set<String> known) {
    for (String field : asked.members().keySet()) {
      if (!known.contains(field)) {
        throw new RefusedException(
            400,
            "studio: '%s%s' is not read here; %s".formatted(of, field, Nearest.hint(field, known)));
      }
    }
  }

  static int within(String what, int value, int count) {
    if (value < 0 || value >= count) {
      throw new RefusedException(
          400, "studio: %s %d; there are %d, numbered from 0".formatted(what, value, count));
    }
    return value;
  }
}
