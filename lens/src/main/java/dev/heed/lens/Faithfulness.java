package dev.heed.lens;

import dev.heed.attention.Normalizer;
import dev.heed.attention.Source;
import dev.heed.attention.UnsupportedCombinationException;
import dev.heed.checkpoint.Json;
import dev.heed.grad.Tokens;
import dev.heed.layer.Block;
import dev.heed.layer.SelfAttention;
import dev.heed.lens.LogitAttribution.Question;
import dev.heed.tensor.CounterRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.function.ToDoubleFunction;
import java.util.function.UnaryOperator;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/// Whether where a model looks explains what it says: what becomes of its answers when the last
/// token looks elsewhere, in all layers and heads. [Jain and Wallace
/// 2019](https://arxiv.org/abs/1902.10186), with the baseline of [Wiegreffe and Pinter
/// 2019](https://arxiv.org/abs/1908.04626).
///
/// @param examples one a text
/// @param uniformLoss what is lost, nats a token, when every token attends to all it sees alike:
///   where it is nothing, attention does nothing, and the tests below say nothing
public record Faithfulness(List<Example> examples, double uniformLoss, Settings settings) {
  static final Sites SITES = Sites.matching("blocks.*.attn.pattern", "blocks.*.attn.attn_scores");

  private static final int AT_ONCE = 25;

  /// A text, and what became of the answer after its last token. Distances between answers are
  /// total variations, 0 to 1.
  ///
  /// @param permuted the distances when the weights of the last token are shuffled, the smallest
  ///   first
  /// @param uniform the distance when they are all alike
  /// @param adversary attention that is as far as could be found from the model's, with an answer
  ///   that stays
  /// @param candidates where the search for it ended, whether the answer stays there or not
  /// @param gradient Kendall's `τ` of the weights, mean over heads and layers, and gradient times
  ///   input
  /// @param leaveOneOut the same with how far the answer moves when nobody may look at a token
  public record Example(
      List<Double> permuted,
      double uniform,
      Candidate adversary,
      List<Candidate> candidates,
      double gradient,
      double leaveOneOut) {
    public Example {
      permuted = List.copyOf(permuted);
      candidates = List.copyOf(candidates);
    }

    private double medianPermuted() {
      return middle(permuted.stream().mapToDouble(Double::doubleValue));
    }

    /// All of it.
    public Json.Obj json() {
      return Json.object()
          .with("permuted", Json.of(permuted.stream().<Json>map(Json::of).toList()))
          .with("uniform", uniform)
          .with("adversary", adversary.json())
          .with("candidates", Json.of(candidates.stream().map(Candidate::json).toList()))
          .with("tauGradient", gradient)
          .with("tauLeaveOneOut", leaveOneOut);
    }
  }

  /// Other attention of the last token.
  ///
  /// @param divergence from the model's, mean Jensen-Shannon divergence over layers and heads, 0 to
  ///   `ln 2`
  /// @param variation how far the answer is from the model's
  public record Candidate(double divergence, double variation) {
    private Json.Obj json() {
      return Json.object().with("divergence", divergence).with("variation", variation);
    }
  }

  /// Medians of examples, of that of each for `permuted`.
  public record Medians(
      double permuted, double uniform, double adversarial, double gradient, double leaveOneOut) {}

  /// @param shuffles of the permutation test
  /// @param candidates of the adversary, likewise its steps and rate
  /// @param tolerance how far an answer may move and count as the same
  public record Settings(
      int shuffles, int candidates, int steps, double rate, double tolerance, long seed) {
    /// Those of the paper.
    public static final Settings PAPER = new Settings(100, 5, 500, .01, .01, 0);

    /// Fewer and longer steps, for a look.
    public static final Settings QUICK = new Settings(50, 3, 120, .05, .01, 0);

    private AdversarialAttention.Settings adversary() {
      return new AdversarialAttention.Settings(candidates, steps, rate, tolerance, seed);
    }
  }

  /// What follows for pictures of this model's attention.
  public enum Verdict {
    /// Quite other attention gives the same answers.
    FREE(
        "attention moves freely: quite other weights give the same answers; a picture of them is no explanation"),
    /// Other attention gives the same answers, within limits.
    PARTLY(
        "attention is bound in part: weights move some way before answers change; look at what ablation says beside them"),
    /// Answers change as attention does.
    BOUND("attention is bound: answers change when it does");

    private final String text;

    Verdict(String text) {
      this.text = text;
    }

    public String text() {
      return text;
    }
  }

  public Faithfulness {
    examples = List.copyOf(examples);
  }

  /// Of texts, whose last tokens are the ones that look elsewhere.
  public static Faithfulness of(Lens lens, List<int[]> texts, Settings settings) {
    return of(lens, texts, settings, _ -> {});
  }

  /// The same, which tells of each text as soon as it is done with.
  public static Faithfulness of(
      Lens lens, List<int[]> texts, Settings settings, Consumer<Example> done) {
    checkSelfAttention(lens);
    List<Example> examples = new ArrayList<>();
    for (int[] text : texts) {
      examples.add(example(lens, text, settings));
      done.accept(examples.getLast());
    }
    Ablation losses = Ablation.of(lens, texts, 1);
    return new Faithfulness(examples, losses.cost(patterns(lens, Faithfulness::alike)), settings);
  }

  private static void checkSelfAttention(Lens lens) {
    boolean any = false;
    for (Block block : lens.decoder().blocks()) {
      if (block.mixer().layer() instanceof SelfAttention attention) {
        any = true;
        check("source " + attention.source().text(), attention.source().equals(Source.self()));
        Normalizer normalizer = attention.attention().normalizer();
        check("normalizer " + normalizer.text(), normalizer.isSoftmax());
        check("heads that talk", !attention.attention().talks());
      }
    }
    if (!any) {
      throw new LensException("faithfulness: the model has no self-attention to change");
    }
  }

  private static void check(String choice, boolean fits) {
    if (!fits) {
      throw new UnsupportedCombinationException(
          choice, "tests of attention as an explanation", "softmax over the text itself");
    }
  }

  static void checkCausal(Pattern pattern) {
    for (int q = 0; q < pattern.queries(); q++) {
      for (int k = q + 1; k < pattern.keys(); k++) {
        if (pattern.sees(q, k)) {
          throw new LensException(
              "faithfulness: query %d sees key %d behind it; a causal mask would fit"
                  .formatted(q, k));
        }
      }
    }
  }

  private static Example example(Lens lens, int[] text, Settings settings) {
    if (text.length < 3) {
      throw new LensException(
          "faithfulness: a text of %d tokens; at least 3 would fit".formatted(text.length));
    }
    int last = text.length - 1;
    Trace trace = lens.trace(text, SITES);
    double[] answer = Distributions.softmax(trace.logits().row(0, last));
    double[] attention = attention(lens, trace, last);
    int first = likeliest(answer);
    double[] gradient =
        InputAttribution.gradientTimesInput(lens, text, Question.of(last, first)).scores();
    double[] uniform = moved(lens, text, 1, answer, onLast(last, (_, seen) -> alike(seen)));
    CounterRandom random = CounterRandom.of(settings.seed);
    double[] permuted =
        moved(
            lens,
            text,
            settings.shuffles,
            answer,
            onLast(
                last, (row, seen) -> shuffled(seen, random.stream(row.text()).stream(row.head()))));
    Arrays.sort(permuted);
    AdversarialAttention.Found found =
        AdversarialAttention.search(lens, text, settings.adversary());
    return new Example(
        DoubleStream.of(permuted).boxed().toList(),
        uniform[0],
        found.best(),
        found.last(),
        Ranks.kendall(attention, absolute(gradient)),
        Ranks.kendall(attention, leaveOneOut(lens, text, answer)));
  }

  /// What each key gets from a token, the last of them, summed over layers and heads.
  static double[] attention(Lens lens, Trace trace, int last) {
    double[] mean = new double[last + 1];
    for (int layer = 0; layer < lens.decoder().blocks().size(); layer++) {
      String site = "blocks." + layer + ".attn.pattern";
      for (int head = 0; trace.has(site) && head < lens.sites().get(site).heads(); head++) {
        float[] row = trace.pattern(layer, head).row(last);
        for (int k = 0; k < mean.length; k++) {
          mean[k] += row[k];
        }
      }
    }
    return mean;
  }

  /// What a row of weights becomes.
  private interface Change {
    float[] of(Intervention.Row row, float[] weights);
  }

  private static Change onLast(int last, Change change) {
    return (row, weights) -> row.position() == last ? change.of(row, weights) : weights;
  }

  private static List<Intervention> patterns(Lens lens, UnaryOperator<float[]> of) {
    return patterns(lens, (_, weights) -> of.apply(weights), 0);
  }

  private static List<Intervention> patterns(Lens lens, Change change, int firstText) {
    List<Intervention> changes = new ArrayList<>();
    for (String path : lens.sites().paths()) {
      if (path.endsWith(".attn.pattern")) {
        int layer = Integer.parseInt(path.split("\\.")[1]);
        changes.add(
            new Intervention.Custom(
                Place.at(path),
                (row, weights) ->
                    change.of(
                        new Intervention.Row(
                            firstText + row.text(), layer * 1024 + row.head(), row.position()),
                        weights)));
      }
    }
    return changes;
  }

  /// How far the answer is from the model's in each of `count` texts alike.
  private static double[] moved(Lens lens, int[] text, int count, double[] answer, Change change) {
    double[] moved = new double[count];
    for (int first = 0; first < count; first += AT_ONCE) {
      int now = Math.min(AT_ONCE, count - first);
      int[] ids = new int[now * text.length];
      for (int i = 0; i < ids.length; i++) {
        ids[i] = text[i % text.length];
      }
      Trace trace =
          lens.run(new Tokens(ids, now, text.length), patterns(lens, change, first), Sites.none());
      for (int i = 0; i < now; i++) {
        double[] other = Distributions.softmax(trace.logits().row(i, text.length - 1));
        moved[first + i] = Distributions.totalVariation(answer, other);
      }
    }
    return moved;
  }

  /// All that has weight gets the same.
  private static float[] alike(float[] weights) {
    double sum = 0;
    int count = 0;
    for (float weight : weights) {
      sum += weight;
      count += weight > 0 ? 1 : 0;
    }
    for (int k = 0; k < weights.length; k++) {
      weights[k] = weights[k] > 0 ? (float) (sum / count) : 0;
    }
    return weights;
  }

  /// Weights change places among the keys that have any.
  private static float[] shuffled(float[] weights, CounterRandom random) {
    int[] places = IntStream.range(0, weights.length).filter(k -> weights[k] > 0).toArray();
    for (int i = places.length - 1; i > 0; i--) {
      int other = places[random.below(i + 1, i)];
      float kept = weights[places[i]];
      weights[places[i]] = weights[other];
      weights[other] = kept;
    }
    return weights;
  }

  /// How far the answer moves when nobody may look at a token but the token itself.
  private static double[] leaveOneOut(Lens lens, int[] text, double[] answer) {
    double[] moved = new double[text.length];
    for (int key = 0; key < text.length; key++) {
      int hidden = key;
      List<Intervention> changes = new ArrayList<>();
      for (String path : lens.sites().paths()) {
        if (path.endsWith(".attn.attn_scores")) {
          changes.add(
              new Intervention.Custom(
                  Place.at(path),
                  (row, scores) -> {
                    if (row.position() != hidden) {
                      scores[hidden] = Float.NEGATIVE_INFINITY;
                    }
                    return scores;
                  }));
        }
      }
      Trace trace = lens.run(text, changes, Sites.none());
      double[] other = Distributions.softmax(trace.logits().row(0, text.length - 1));
      moved[key] = Distributions.totalVariation(answer, other);
    }
    return moved;
  }

  private static double[] absolute(double[] numbers) {
    return Arrays.stream(numbers).map(Math::abs).toArray();
  }

  private static int likeliest(double[] p) {
    int first = 0;
    for (int v = 1; v < p.length; v++) {
      first = p[v] > p[first] ? v : first;
    }
    return first;
  }

  /// The medians of the examples.
  public Medians median() {
    return new Medians(
        median(Example::medianPermuted),
        median(Example::uniform),
        median(example -> example.adversary.divergence),
        median(Example::gradient),
        median(Example::leaveOneOut));
  }

  private double median(ToDoubleFunction<Example> figure) {
    return middle(examples.stream().mapToDouble(figure));
  }

  /// The number in the middle, or between the two there.
  private static double middle(DoubleStream numbers) {
    double[] sorted = numbers.sorted().toArray();
    return sorted.length == 0
        ? 0
        : (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2;
  }

  /// By how far the adversary got: over half of what is possible, under a fifth, or between.
  public Verdict verdict() {
    double share = median().adversarial / Math.log(2);
    return share >= .5 ? Verdict.FREE : share >= .2 ? Verdict.PARTLY : Verdict.BOUND;
  }

  /// All of it.
  public Json.Obj json() {
    Medians median = median();
    return Json.object()
        .with("verdict", verdict().name().toLowerCase(Locale.ROOT))
        .with("texts", examples.size())
        .with("permuted", median.permuted)
        .with("uniform", median.uniform)
        .with("adversarial", median.adversarial)
        .with("tauGradient", median.gradient)
        .with("tauLeaveOneOut", median.leaveOneOut)
        .with("uniformLoss", uniformLoss)
        .with("tolerance", settings.tolerance)
        .with("steps", settings.steps)
        .with("examples", Json.of(examples.stream().map(Example::json).toList()));
  }
}
