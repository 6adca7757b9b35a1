package dev.heed.lens;

import dev.heed.lens.LogitAttribution.Question;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/// A text as a model reads it: what it foresees, where its heads look, what they are worth here,
/// and what the next token comes from.
///
/// @param tokens as they are shown, `[T]`
/// @param heads of all layers, on this text alone
/// @param patterns of the same heads, in their order
/// @param next the likeliest tokens after the text
/// @param parts that speak for the likeliest of them, or against
/// @param sources how much each token does for it, gradient times input, `[T]`
public record Look(
    List<String> tokens,
    LogitLens layers,
    List<HeadReport> heads,
    List<Pattern> patterns,
    List<Next> next,
    List<LogitAttribution.Contribution> parts,
    double[] sources) {
  private static final int NEXT = 5;
  private static final int PARTS = 8;

  /// A token that may come.
  public record Next(String token, double probability) {}

  public Look {
    tokens = List.copyOf(tokens);
    heads = List.copyOf(heads);
    patterns = List.copyOf(patterns);
    next = List.copyOf(next);
    parts = List.copyOf(parts);
  }

  /// Of a text of at least two tokens.
  ///
  /// @param names how a token is shown, by its id
  public static Look of(Lens lens, int[] ids, IntFunction<String> names) {
    if (ids.length < 2) {
      throw new LensException(
          "look: %d tokens; at least 2 would fit, one to foresee".formatted(ids.length));
    }
    List<String> maps =
        lens.sites().paths().stream().filter(path -> path.endsWith(".attn.pattern")).toList();
    Trace trace = lens.trace(ids, LogitLens.SITES.and(new Sites(maps)));
    Ablation ablation = Ablation.of(lens, List.of(ids), 1);
    List<HeadReport> heads = new ArrayList<>();
    List<Pattern> patterns = new ArrayList<>();
    for (String map : maps) {
      int layer = Integer.parseInt(map.split("\\.")[1]);
      for (int head = 0; head < lens.sites().get(map).heads(); head++) {
        Pattern pattern = trace.pattern(layer, head);
        patterns.add(pattern);
        heads.add(report(ablation, layer, head, pattern, ids));
      }
    }
    float[] logits = trace.logits().row(0, ids.length - 1);
    List<Integer> likeliest = likeliest(logits);
    double[] p = Distributions.softmax(logits);
    Question question = Question.of(ids.length - 1, likeliest.getFirst());
    return new Look(
        IntStream.of(ids).mapToObj(names).toList(),
        LogitLens.of(lens, trace),
        heads,
        patterns,
        likeliest.stream().map(id -> new Next(names.apply(id), p[id])).toList(),
        LogitAttribution.of(lens, ids, question).strongest(PARTS),
        InputAttribution.gradientTimesInput(lens, ids, question).scores());
  }

  private static HeadReport report(
      Ablation ablation, int layer, int head, Pattern pattern, int[] ids) {
    HeadReport.Loss loss =
        new HeadReport.Loss(
            ablation.cost(ablation.mean(), layer, head),
            ablation.cost(new Replacement.Zero(), layer, head),
            0,
            0);
    return new HeadReport(
        layer,
        head,
        HeadStatistics.of(pattern),
        HeadRole.scores(pattern, ids),
        HeadReport.Evidence.NONE,
        loss);
  }

  private static List<Integer> likeliest(float[] logits) {
    return IntStream.range(0, logits.length)
        .boxed()
        .sorted(Comparator.comparingDouble(id -> -logits[id]))
        .limit(NEXT)
        .toList();
  }

  /// The mean loss, nats a token.
  public double loss() {
    return layers.loss(layers.layers().size() - 1);
  }

  /// The heads without which most is lost here, and where in [#heads] they are.
  public List<Integer> worthiest(int count) {
    return IntStream.range(0, heads.size())
        .boxed()
        .sorted(Comparator.comparingDouble(i -> -heads.get(i).loss().textMean()))
        .limit(count)
        .toList();
  }
}
