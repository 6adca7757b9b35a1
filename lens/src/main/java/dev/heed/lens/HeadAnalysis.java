package dev.heed.lens;

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
  private final Map<Place, Pattern> positional;
  private final Ablation onTexts;
  private final Ablation onRepeated;
  private final double[][] throughVocabulary;

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
    positional = PositionalPatterns.of(lens, beginning, 2 * period);
    onTexts = Ablation.of(lens, texts.subList(0, Math.min(ABLATED, texts.size())), 1);
    throughVocabulary = HeadWeights.throughVocabulary(lens);
    onRepeated = Ablation.of(lens, repeated, repeated.getFirst().length - period + 1);
  }

  /// The reports of all heads, layer by layer.
  ///
  /// @param texts of the kind that the model was made for
  /// @param beginning the token that texts begin with, where the model wants one
  /// @param seed of random tokens
  public static List<HeadReport> of(
      Lens lens, List<int[]> texts, OptionalInt beginning, long seed) {
    List<HeadId> heads = heads(lens);
    if (heads.isEmpty()) {
      throw new LensException("heads: the model has no head that attends; its layers keep states");
    }
    return new HeadAnalysis(lens, texts, beginning, seed).reports(heads);
  }

  /// The report of one head, as [#of(Lens, List, OptionalInt, long)] has it.
  public static HeadReport of(
      Lens lens, List<int[]> texts, OptionalInt beginning, long seed, HeadId head) {
    if (!heads(lens).contains(head)) {
      throw new LensException(
          "heads: the model has no %s that attends; %d heads do"
              .formatted(head, heads(lens).size()));
    }
    return new HeadAnalysis(lens, texts, beginning, seed).reports(List.of(head)).getFirst();
  }

  /// The heads that have patterns, layer by layer.
  private static List<HeadId> heads(Lens lens) {
    List<HeadId> heads = new ArrayList<>();
    for (SiteShape site : lens.sites().all()) {
      if (site.isIn("attn.pattern")) {
        for (int head = 0; head < site.heads(); head++) {
          heads.add(new HeadId(site.layer(), head));
        }
      }
    }
    return heads;
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

  private List<HeadReport> reports(List<HeadId> heads) {
    Map<HeadId, Sums> sums = sums(heads);
    return heads.stream()
        .map(head -> report(head, Objects.requireNonNull(sums.get(head))))
        .toList();
  }

  private HeadReport report(HeadId id, Sums sums) {
    int layer = id.layer();
    int head = id.head();
    Map<HeadRole, HeadRole.Score> roles = new EnumMap<>(HeadRole.class);
    sums.roles.forEach((role, added) -> roles.put(role, added.score()));
    int[] none = new int[2 * period];
    Evidence evidence =
        new Evidence(
            HeadWeights.of(lens, layer).map(weights -> weights.copying(head)),
            HeadWeights.of(lens, layer)
                .map(weights -> weights.eigenvalueCopying(head, throughVocabulary)),
            Optional.ofNullable(positional.get(id.place()))
                .map(pattern -> HeadRole.PREVIOUS.score(pattern, none).score()),
            partner(id, roles));
    HeadReport.Loss lost =
        new HeadReport.Loss(
            onTexts.cost(onTexts.mean(), layer, head),
            onTexts.cost(new Replacement.Zero(), layer, head),
            onRepeated.cost(onRepeated.mean(), layer, head),
            onRepeated.cost(new Replacement.Zero(), layer, head));
    return new HeadReport(layer, head, sums.statistics.mean(), roles, evidence, lost);
  }

  private Map<HeadId, Sums> sums(List<HeadId> heads) {
    Map<HeadId, Sums> sums = new HashMap<>();
    heads.forEach(head -> sums.put(head, new Sums()));
    for (int[] text : texts) {
      Trace trace = lens.trace(text, PATTERNS);
      sums.forEach((head, sum) -> {
        Pattern pattern = trace.pattern(head.layer(), head.head());
        sum.statistics.add(pattern);
        for (HeadRole role : List.of(HeadRole.PREVIOUS, HeadRole.CURRENT, HeadRole.FIRST)) {
          sum.role(role).add(pattern, text);
        }
      });
    }
    for (int[] text : repeated) {
      Trace trace = lens.trace(text, PATTERNS);
      sums.forEach((head, sum) -> {
        for (HeadRole role : List.of(HeadRole.DUPLICATE, HeadRole.INDUCTION)) {
          sum.role(role).add(trace.pattern(head.layer(), head.head()), text);
        }
      });
    }
    return sums;
  }

  /// Of a head that looks like one of induction: the earlier head whose writing its keys read most.
  private Optional<Partner> partner(HeadId head, Map<HeadRole, HeadRole.Score> roles) {
    Optional<HeadWeights> weights = HeadWeights.of(lens, head.layer());
    if (weights.isEmpty()
        || Objects.requireNonNull(roles.get(HeadRole.INDUCTION)).score() < HeadReport.THRESHOLD) {
      return Optional.empty();
    }
    Optional<Partner> best = Optional.empty();
    for (HeadId earlier : heads(lens)) {
      Optional<HeadWeights> writes = HeadWeights.of(lens, earlier.layer());
      if (earlier.layer() < head.layer() && writes.isPresent()) {
        double score =
            weights
                .get()
                .composition(head.head(), HeadWeights.Reads.KEY, writes.get(), earlier.head());
        if (best.isEmpty() || score > best.get().composition()) {
          best = Optional.of(new Partner(earlier.layer(), earlier.head(), score));
        }
      }
    }
    return best;
  }
}
