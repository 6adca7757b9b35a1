package dev.heed.attention;

import dev.heed.attention.expression.Numeric;
import dev.heed.attention.expression.VisibleSet;
import dev.heed.grad.Run;
import dev.heed.tensor.CounterRandom;
import dev.heed.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// An attention call as data: one choice on each axis. *Who may look* (mask), *how similar* (score
/// and modifiers), *how to decide* (normalizer), *what is returned* (mixing): a weighted sum of
/// values, which may be mixed with more. While a model trains, some of it may be left to chance.
///
/// Multi-head, grouped-query and multi-query attention differ in the number of key/value heads of
/// the input alone: query head `h` reads key/value head `h / (H / G)`.
///
/// @param modifiers what happens to the scores before the mask, in this order
/// @param mixings what rows are mixed with besides values, one of a kind
public record Attention(
    Score score,
    List<Modifier> modifiers,
    Mask mask,
    Normalizer normalizer,
    List<Mixing> mixings,
    Chance chance) {
  public Attention {
    modifiers = List.copyOf(modifiers);
    mixings = List.copyOf(mixings);
    if (mixings.stream().map(Mixing::getClass).distinct().count() < mixings.size()) {
      throw new AttentionException(
          "attention: mixings %s; one of a kind would fit"
              .formatted(mixings.stream().map(Mixing::text).toList()));
    }
  }

  /// Scaled dot product, softmax, everything visible.
  public static Attention full() {
    return new Attention(
        Score.dot(), List.of(), Mask.everything(), Normalizer.softmax(), List.of(), Chance.none());
  }

  /// Scaled dot product, softmax, no look at later positions.
  public static Attention causal() {
    return full().withMask(Mask.causal());
  }

  public Attention withScore(Score other) {
    return new Attention(other, modifiers, mask, normalizer, mixings, chance);
  }

  /// With `modifier` after those there are.
  public Attention withModifier(Modifier modifier) {
    List<Modifier> longer = new ArrayList<>(modifiers);
    longer.add(modifier);
    return new Attention(score, longer, mask, normalizer, mixings, chance);
  }

  /// With these modifiers instead of those there are.
  public Attention withModifiers(List<Modifier> others) {
    return new Attention(score, others, mask, normalizer, mixings, chance);
  }

  public Attention withMask(Mask other) {
    return new Attention(score, modifiers, other, normalizer, mixings, chance);
  }

  public Attention withNormalizer(Normalizer other) {
    return new Attention(score, modifiers, mask, other, mixings, chance);
  }

  /// With `mixing` besides those there are.
  public Attention withMixing(Mixing mixing) {
    List<Mixing> longer = new ArrayList<>(mixings);
    longer.add(mixing);
    return new Attention(score, modifiers, mask, normalizer, longer, chance);
  }

  /// Whether heads need each other's rows.
  public boolean talks() {
    return mixes(Mixing.TalkScores.class) || mixes(Mixing.TalkWeights.class);
  }

  /// Whether rows are mixed in this way.
  boolean mixes(Class<? extends Mixing> kind) {
    return mixings.stream().anyMatch(kind::isInstance);
  }

  /// With `other` left out at random; the input then needs a generator.
  public Attention withChance(Chance other) {
    return new Attention(score, modifiers, mask, normalizer, mixings, other);
  }

  /// The learned numbers that the choices of a call of these lengths read; an input gives them,
  /// [AttentionInput#withParameter], and none besides.
  public List<Need> needs(AttentionShape shape) {
    List<Need> all = new ArrayList<>(score.needs(shape));
    modifiers.forEach(modifier -> all.addAll(modifier.needs(shape)));
    all.addAll(normalizer.needs(shape));
    mixings.forEach(mixing -> all.addAll(mixing.needs(shape)));
    return all;
  }

  /// Observes the weights of a call without keeping them: [Reference] row by row in double
  /// precision, the other executors tile by tile in memory that grows with the number of positions,
  /// in one pass more than the result takes. The same numbers for any number of threads.
  public Statistics observe(AttentionInput input, Observers observers, Executor executor, Run run) {
    if (talks()) {
      throw new UnsupportedCombinationException(
          "observers", Mixing.texts(mixings), "heads that do not talk, or a probe at the pattern,");
    }
    BoundCall call = BoundCall.of(this, input).checkInputs();
    Statistics statistics = Statistics.of(observers, input.shape());
    switch (executor) {
      case Reference _ -> new ReferenceObservation(call, statistics).run(observers, run);
      case Tiled _, Decode _ -> TiledObservation.run(call, observers, statistics, run);
    }
    return statistics;
  }

  /// What modifiers read besides positions.
  MaskReads modifierReads() {
    MaskReads all = MaskReads.NOTHING;
    for (Modifier modifier : modifiers) {
      if (modifier instanceof Modifier.Expression(Numeric formula)) {
        all = all.and(MaskReads.of(formula));
      }
    }
    return all;
  }

  /// The call as one line that a reader of papers reads.
  public String formula() {
    return Formula.of(this);
  }

  /// What a run would do with an input, without doing it.
  public Plan explain(AttentionInput input, Executor executor) {
    return Plan.of(BoundCall.of(this, input), executor);
  }

  /// What a run would do with a call of these lengths, where the queries are the last of the keys'
  /// positions `0, 1, ...`, all of one document, none padding and all given.
  public Plan explain(AttentionShape shape) {
    return explain(inputOf(shape), Executor.fitting(this, shape));
  }

  private AttentionInput inputOf(AttentionShape shape) {
    MaskReads reads = MaskReads.of(mask.truth()).and(modifierReads());
    AttentionInput input =
        AttentionInput.of(
            view(shape, shape.heads(), shape.queries(), shape.width()),
            view(shape, shape.groups(), shape.keys(), shape.width()),
            view(shape, shape.groups(), shape.keys(), shape.valueWidth()),
            Positions.range(shape.keys() - shape.queries(), shape.queries()),
            Positions.range(0, shape.keys()));
    if (reads.documents()) {
      input =
          input.withDocuments(
              Positions.of(new int[shape.queries()]), Positions.of(new int[shape.keys()]));
    }
    if (reads.lengths()) {
      int[] lengths = new int[shape.batch()];
      Arrays.fill(lengths, shape.keys());
      input = input.withLengths(lengths);
    }
    if (reads.given()) {
      VisibleSet.Axes axes = new VisibleSet.Axes(1, 1, shape.queries(), shape.keys());
      input = input.withVisible(VisibleSet.of(axes, (_, _, _, _) -> true));
    }
    if (!chance.isNone()) {
      input = input.withRandom(CounterRandom.of(0));
    }
    for (Need need : needs(shape)) {
      Tensor numbers = Tensor.zeros(need.least());
      numbers.fill(need.start());
      input = input.withParameter(need.name(), numbers);
    }
    return input;
  }

  /// Heads without numbers.
  private static HeadView view(AttentionShape shape, int heads, int length, int width) {
    HeadView.Axes axes = new HeadView.Axes(shape.batch(), heads, length, width);
    return new HeadView(new float[0], 0, axes, 0, 0, 0);
  }
}
