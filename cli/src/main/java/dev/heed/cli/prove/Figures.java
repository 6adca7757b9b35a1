package dev.heed.cli.prove;

import dev.heed.checkpoint.Json;
import java.util.LinkedHashMap;
import java.util.Map;

/// What a training came to.
///
/// @param settings of it, all
/// @param numbers figures by their names
record Figures(String variant, long seed, Json.Obj settings, Map<String, Double> numbers) {
  Json.Obj json() {
    Json.Obj measured = Json.object();
    for (Map.Entry<String, Double> number : numbers.entrySet()) {
      measured = measured.with(number.getKey(), number.getValue());
    }
    return Json.object()
        .with("variant", variant)
        .with("seed", seed)
        .with("figures", measured)
        .with("settings", settings);
  }

  static Figures of(Json.Obj json) {
    Map<String, Double> numbers = new LinkedHashMap<>();
    Json.Obj measured = json.object("figures");
    measured.members().keySet().forEach(name -> numbers.put(name, measured.number(name)));
    return new Figures(
        json.string("variant"), json.whole("seed"), json.object("settings"), numbers);
  }
}
