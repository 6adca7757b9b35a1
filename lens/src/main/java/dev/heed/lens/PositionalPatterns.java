package dev.heed.lens;

import dev.heed.grad.Tokens;
import dev.heed.tensor.CounterRandom;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/// Where heads would look if they knew positions alone: queries and keys are the means over random
/// texts at each position, so that what tokens say is averaged away, and what positions say,
/// embedded, rotated or biased, stays.
final class PositionalPatterns {
  private static final int TEXTS = 32;

  private PositionalPatterns() {}

  /// The patterns of all heads whose queries and keys can be looked at.
  static Map<Place, Pattern> of(Lens lens, OptionalInt beginning, int length) {
    List<String> sites = new ArrayList<>();
    for (String path : lens.sites().paths()) {
      String map = path.replaceFirst("\\.rot_[qk]$", ".pattern");
      if (!map.equals(path) && lens.sites().has(map)) {
        sites.add(path);
      }
    }
    if (sites.isEmpty()) {
      return Map.of();
    }
    Map<String, double[]> means = means(lens, random(lens, beginning, length), sites);
    List<Intervention> changes = new ArrayList<>();
    means.forEach((site, mean) -> {
      int heads = lens.sites().get(site).heads();
      changes.add(
          new Intervention.Custom(
              Place.at(site),
              (row, values) -> {
                int at = (row.position() * heads + row.head()) * values.length;
                for (int i = 0; i < values.length; i++) {
                  values[i] = (float) mean[at + i];
                }
                return values;
              }));
    });
    String[] maps =
        sites.stream()
            .filter(site -> site.endsWith("rot_q"))
            .map(site -> site.replace("rot_q", "pattern"))
            .toArray(String[]::new);
    int[] any = new int[length];
    Trace trace = lens.run(any, changes, new Sites(List.of(maps)));
    Map<Place, Pattern> patterns = new HashMap<>();
    for (String map : maps) {
      int layer = Integer.parseInt(map.split("\\.")[1]);
      for (int head = 0; head < lens.sites().get(map).heads(); head++) {
        patterns.put(Place.head(layer, head), trace.pattern(layer, head));
      }
    }
    return patterns;
  }

  private static List<int[]> random(Lens lens, OptionalInt beginning, int length) {
    int vocabulary = lens.decoder().embedding().tokens().shape().axis(0);
    List<int[]> texts = new ArrayList<>();
    for (int text = 0; text < TEXTS; text++) {
      CounterRandom random = CounterRandom.of(text);
      int[] tokens = new int[length];
      for (int t = 0; t < length; t++) {
        tokens[t] = random.below(vocabulary, t);
      }
      beginning.ifPresent(id -> tokens[0] = id);
      texts.add(tokens);
    }
    return texts;
  }

  /// The means at each position, `[T, H, E]` of each site.
  private static Map<String, double[]> means(Lens lens, List<int[]> texts, List<String> sites) {
    Map<String, double[]> means = new HashMap<>();
    for (int[] text : texts) {
      Trace trace = lens.run(Tokens.of(text), List.of(), new Sites(sites));
      for (String site : sites) {
        float[] numbers = trace.value(site).numbers();
        double[] mean = means.computeIfAbsent(site, _ -> new double[numbers.length]);
        for (int i = 0; i < mean.length; i++) {
          mean[i] += numbers[i] / (double) texts.size();
        }
      }
    }
    return means;
  }
}
