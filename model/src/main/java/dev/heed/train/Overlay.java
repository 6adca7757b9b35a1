package dev.heed.train;

import dev.heed.checkpoint.Json;
import java.util.Map;
import java.util.Optional;

/// Settings over settings: a file over a preset, options over a file.
public final class Overlay {
  private Overlay() {}

  /// `below` with what `above` states. Objects are laid over each other member by member, unless
  /// they are of another `type` (or `model_type`): then that above stands alone.
  public static Json.Obj of(Json.Obj below, Json.Obj above) {
    Json.Obj all = below;
    for (Map.Entry<String, Json> member : above.members().entrySet()) {
      all = all.with(member.getKey(), of(below.get(member.getKey()), member.getValue()));
    }
    return all;
  }

  private static Json of(Optional<Json> below, Json above) {
    boolean both =
        below.orElse(above) instanceof Json.Obj low
            && above instanceof Json.Obj high
            && sameKind(low, high);
    return both ? of((Json.Obj) below.orElse(above), (Json.Obj) above) : above;
  }

  private static boolean sameKind(Json.Obj low, Json.Obj high) {
    return same(low, high, "type") && same(low, high, "model_type");
  }

  private static boolean same(Json.Obj low, Json.Obj high, String key) {
    return !high.has(key) || high.get(key).equals(low.get(key));
  }

  /// An object that states one member at the end of a path: `optimizer.rate`.
  public static Json.Obj at(String path, Json value) {
    int dot = path.indexOf('.');
    return dot < 0
        ? Json.object().with(path, value)
        : Json.object().with(path.substring(0, dot), at(path.substring(dot + 1), value));
  }

  /// The path of the first member that two objects do not have alike.
  public static Optional<String> difference(Json.Obj one, Json.Obj other) {
    for (String key : Overlay.of(one, other).members().keySet()) {
      Optional<Json> a = one.get(key);
      Optional<Json> b = other.get(key);
      if (a.equals(b)) {
        continue;
      }
      if (a.orElse(new Json.Null()) instanceof Json.Obj inner
          && b.orElse(new Json.Null()) instanceof Json.Obj outer) {
        return difference(inner, outer).map(rest -> key + "." + rest);
      }
      return Optional.of(key);
    }
    return Optional.empty();
  }
}
