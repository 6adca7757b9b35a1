package dev.heed.lens;

import dev.heed.lens.Ablation.By;
import dev.heed.lens.HeadReport.Evidence;
import dev.heed.lens.HeadReport.Partner;
import dev.heed.tensor.CounterRandom;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;

/// Looks at every head of a model: where it looks, what its weights say, and what is lost without
/// it.
///
/// Texts of random tokens that come twice tell duplicates and induction from mere frequency: what
/// comes the second time can be foreseen by looking back, and by nothing else.
public final class HeadAnalysis {
  private static final int RANDOM_TEXTS = 8;
  private static final int LONGEST_PERIOD = 50;

  /// Texts on which losses are measured; patterns are looked at on all.
  private static final int ABLATED = 8;

  private static final Sites PATTERNS = Sites.matching("blocks.*.attn.pattern");

  private final Lens lens;
  private final List<int[]> texts;
  private final List<int[]> repeated;
  private final OptionalInt beginning;
  private final int period;

  private HeadAnalysis(Lens lens, List<int[]> texts, OptionalInt beginning, long seed) {
    this.lens = lens;
    this.texts = texts;
    this.beginning = beginning;
    int room = lens.decoder().context() - beginning.stream().map(_ -> 1).sum();
    period = Math.min(LONGEST_PERIOD, room / 2);
    repeated = new ArrayList<>();
    for (int text = 0; text < RANDOM_TEXTS; text++) {
      repeated.add(random(CounterRandom.of(seed).stream(text), period));
    }
  }

  /// The reports of all heads, layer by layer.
  ///
  /// @param texts of the kind that the model was made for
  /// @param beginning the token that texts begin with, where the model wants one
  /// @param seed of random tokens
  public static List<HeadReport> of(
      Lens lens, List<int[]> texts, OptionalInt beginning, long seed) {
    return new HeadAnalysis(lens, texts, beginning, seed).reports();
  }

  /// Random tokens, twice.
  private int[] random(CounterRandom random, int length) {
    int vocabulary = lens.decoder().embedding().tokens().shape().axis(0);
    int first = beginning.isPresent() ? 1 : 0;
    int[] tokens = new int[first + 2 * length];
    beginning.ifPresent(id -> tokens[0] = id);
    for (int i = 0; i < length; i++) {
      tokens[first + i] = random.below(vocabulary, i);
      tokens[first + length + i] = tokens[first + i];
    }
    return tokens;
  }

  /// What is added up of a head.
  private static final class Sums {
    final HeadStatistics.Sum statistics = new HeadStatistics.Sum();
    final Map<HeadRole, HeadRole.Sum> roles = new EnumMap<>(HeadRole.class);

    Sums() {
      for (HeadRole role : HeadRole.values()) {
        roles.put(role, new HeadRole.Sum(role));
      }
    }

    HeadRole.Sum role(HeadRole role) {
      return Objects.requireNonNull(roles.get(role));
    }
  }

  private List<HeadReport> reports() {
    Map<Place, Sums> sums = sums();
    Map<Place, Pattern> positional = PositionalPatterns.of(lens, beginning, 2 * period);
    Ablation onTexts = Ablation.of(lens, texts.subList(0, Math.min(ABLATED, texts.size())), 1);
    Ablation onRepeated = Ablation.of(lens, repeated, repeated.getFirst().length - period + 1);
    List<HeadReport> reports = new ArrayList<>();
    for (int layer = 0; layer < lens.decoder().blocks().size(); layer++) {
      for (int head = 0; head < heads(layer); head++) {
        Place place = Place.head(layer, head);
        Sums sum = sums.getOrDefault(place, new Sums());
        Map<HeadRole, HeadRole.Score> roles = new EnumMap<>(HeadRole.class);
        sum.roles.forEach((role, added) -> roles.put(role, added.score()));
        int[] none = new int[2 * period];
        Optional<Double> previous =
            Optional.ofNullable(positional.get(place))
                .map(pattern -> HeadRole.PREVIOUS.score(pattern, none).score());
        int number = head;
        Evidence evidence =
            new Evidence(
                HeadWeights.of(lens, layer).map(weights -> weights.copying(number)),
                previous,
                partner(layer, head, roles, reports));
        HeadReport.Loss lost =
            new HeadReport.Loss(
                onTexts.cost(By.MEAN, layer, head),
                onTexts.cost(By.ZERO, layer, head),
                onRepeated.cost(By.MEAN, layer, head),
                onRepeated.cost(By.ZERO, layer, head));
        reports.add(new HeadReport(layer, head, sum.statistics.mean(), roles, evidence, lost));
      }
    }
    return reports;
  }

  /// Heads of a layer that have patterns.
  private int heads(int layer) {
    String site = "blocks." + layer + ".attn.pattern";
    return lens.sites().has(site) ? lens.sites().get(site).heads() : 0;
  }

  private Map<Place, Sums> sums() {
    Map<Place, Sums> sums = new HashMap<>();
    for (int[] text : texts) {
      Trace trace = lens.trace(text, PATTERNS);
      eachHead((layer, head) -> {
        Sums sum = sums.computeIfAbsent(Place.head(layer, head), _ -> new Sums());
        Pattern pattern = trace.pattern(layer, head);
        sum.statistics.add(pattern);
        for (HeadRole role : List.of(HeadRole.PREVIOUS, HeadRole.CURRENT, HeadRole.FIRST)) {
          sum.role(role).add(pattern, text);
        }
      });
    }
    for (int[] text : repeated) {
      Trace trace = lens.trace(text, PATTERNS);
      eachHead((layer, head) -> {
        Sums sum = sums.computeIfAbsent(Place.head(layer, head), _ -> new Sums());
        for (HeadRole role : List.of(HeadRole.DUPLICATE, HeadRole.INDUCTION)) {
          sum.role(role).add(trace.pattern(layer, head), text);
        }
      });
    }
    return sums;
  }

  /// What is done with a head.
  private interface Each {
    void head(int layer, int head);
  }

  private void eachHead(Each each) {
    for (int layer = 0; layer < lens.decoder().blocks().size(); layer++) {
      for (int head = 0; head < heads(layer); head++) {
        each.head(layer, head);
      }
    }
  }

  /// Of a head that looks like one of induction: the earlier head whose writing its keys read most.
  private Optional<Partner> partner(
      int layer, int head, Map<HeadRole, HeadRole.Score> roles, List<HeadReport> earlier) {
    Optional<HeadWeights> weights = HeadWeights.of(lens, layer);
    if (weights.isEmpty()
        || Objects.requireNonNull(roles.get(HeadRole.INDUCTION)).score() < HeadReport.THRESHOLD) {
      return Optional.empty();
    }
    Optional<Partner> best = Optional.empty();
    for (HeadReport report : earlier) {
      Optional<HeadWeights> writes = HeadWeights.of(lens, report.layer());
      if (report.layer() < layer && writes.isPresent()) {
        double score =
            weights.get().composition(head, HeadWeights.Reads.KEY, writes.get(), report.head());
        if (best.isEmpty() || score > best.get().composition()) {
          best = Optional.of(new Partner(report.layer(), report.head(), score));
        }
      }
    }
    return best;
  }
}
