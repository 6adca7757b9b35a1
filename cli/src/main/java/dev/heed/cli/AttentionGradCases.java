package dev.heed.cli;

import dev.heed.attention.Attend;
import dev.heed.attention.Attention;
import dev.heed.attention.AttentionInput;
import dev.heed.attention.AttentionShape;
import dev.heed.attention.AttentionSites;
import dev.heed.attention.Chance;
import dev.heed.attention.Executor;
import dev.heed.attention.HeadView;
import dev.heed.attention.Mask;
import dev.heed.attention.Mixing;
import dev.heed.attention.Modifier;
import dev.heed.attention.Need;
import dev.heed.attention.Normalizer;
import dev.heed.attention.ObserveWeights;
import dev.heed.attention.Positions;
import dev.heed.attention.Reference;
import dev.heed.attention.Score;
import dev.heed.attention.Tiled;
import dev.heed.grad.Run;
import dev.heed.tensor.CounterRandom;
import dev.heed.tensor.Operand;
import dev.heed.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// Every choice of attention, one at a time and then together, in the executors that go back.
final class AttentionGradCases {
  private static final int BATCH = 2;
  private static final int HEADS = 6;
  private static final int WIDTH = 5;
  private static final List<String> MASKS =
      List.of(
          "causal",
          "causal & window(4)",
          "causal & (window(3) | global(2))",
          "causal | prefix(3)",
          "causal & document",
          "padding",
          "chunk(4)",
          "causal & dilated(2)",
          "!causal",
          "i - j < 2 * (h + 1)");

  private static final List<Score> SCORES =
      List.of(
          new Score.Dot(new Score.Scale.Learned()),
          Score.cosine(3),
          new Score.Cosine(new Score.Scale.Learned()),
          Score.bilinear(),
          Score.distance(),
          Score.additive(4),
          new Score.Additive(3, new Score.Scale.Learned()));

  /// The first power of ReLU bends at 0, where no difference quotient tells its derivative.
  private static final List<String> NORMALIZERS =
      List.of(
          "sink",
          "sparsemax",
          "entmax15",
          "entmax",
          "topk(7)",
          "blocktopk(1,7)",
          "sigmoid(-1)",
          "relu(1.5,5)",
          "relu(3,5)");

  private final GradCheckCases.Numbers numbers = new GradCheckCases.Numbers(2);
  private final List<GradCheckCase> cases = new ArrayList<>();

  private AttentionGradCases() {}

  /// How many key/value heads there are, how many queries and how many keys.
  private record Lengths(int groups, int queries, int keys) {
    static final Lengths USUAL = new Lengths(3, 9, 13);

    /// Longer than a tile of queries and than several of keys.
    static final Lengths TILES = new Lengths(2, 53, 80);
  }

  static List<GradCheckCase> all() {
    AttentionGradCases made = new AttentionGradCases();
    Attention full = Attention.full();
    made.add("score dot", full, Lengths.USUAL);
    made.add("score dot(0.3)", full.withScore(Score.dot(0.3)), Lengths.USUAL);
    SCORES.forEach(score -> made.add("score " + name(score), full.withScore(score), Lengths.USUAL));
    made.modifiers()
        .forEach(modifier ->
            made.add("modifier " + name(modifier), full.withModifier(modifier), Lengths.USUAL));
    MASKS.forEach(mask -> made.add("mask " + mask, full.withMask(Mask.parse(mask)), Lengths.USUAL));
    NORMALIZERS.forEach(text ->
        made.add("normalizer " + text, full.withNormalizer(Normalizer.parse(text)), Lengths.USUAL));
    made.add(
        "entmax, causal, several tiles",
        Attention.causal().withNormalizer(Normalizer.entmax()),
        Lengths.TILES);
    for (String text : List.of("softmax", "sink", "entmax", "sigmoid(-1)", "relu(3,5)")) {
      made.observe(text, Attention.causal().withNormalizer(Normalizer.parse(text)));
    }
    made.add("chance of weights", full.withChance(Chance.none().withWeights(0.3)), Lengths.USUAL);
    made.add("chance of keys", full.withChance(Chance.none().withKeys(0.3)), Lengths.USUAL);
    made.add("chance of heads", full.withChance(Chance.none().withHeads(0.3)), Lengths.USUAL);
    made.mixings();
    made.add("heads of their own", Attention.causal(), new Lengths(HEADS, 9, 13));
    made.add("one key/value head", Attention.causal(), new Lengths(1, 9, 13));
    Attention everything = Attention.causal().withNormalizer(Normalizer.sink());
    for (Modifier modifier : made.modifiers()) {
      everything = everything.withModifier(modifier);
    }
    everything = everything.withChance(new Chance(0.2, 0.2, 0.2));
    made.add("all modifiers, causal, sink, chances", everything, Lengths.USUAL);
    made.add("all of these, several tiles", everything, Lengths.TILES);
    made.add("causal, several tiles", Attention.causal(), Lengths.TILES);
    List<Modifier> functions =
        List.of(
            Modifier.expression("s - w * log(1 + abs(i - j))"),
            Modifier.expression("s * exp(-abs(i - j) / 9) + u * tanh(s / (h + 2))"));
    functions.forEach(modifier ->
        made.add("modifier " + name(modifier), full.withModifier(modifier), Lengths.USUAL));
    made.add(
        "functions of the user's own, causal, several tiles",
        Attention.causal().withModifier(functions.get(1)).withModifier(functions.get(0)),
        Lengths.TILES);
    return made.cases;
  }

  private void mixings() {
    Attention all = Attention.causal().withModifier(Modifier.softCap(2));
    for (String text : List.of("talking(scores)", "talking(weights)", "values(3)")) {
      Mixing mixing = Mixing.parse(text);
      add("mixing " + text, Attention.full().withMixing(mixing), Lengths.USUAL);
      all = all.withMixing(mixing);
    }
    all = all.withNormalizer(Normalizer.sink()).withChance(new Chance(0.2, 0.2, 0.2));
    add("all mixings, causal, softcap, sink, chances", all, Lengths.USUAL);
  }

  private List<Modifier> modifiers() {
    return List.of(
        Modifier.scale(0.7),
        new Modifier.Scale(List.of(0.5, 0.6, 0.7, 0.8, 0.9, 1.0)),
        new Modifier.LearnedScale(),
        new Modifier.Bias(),
        new Modifier.Forget(),
        new Modifier.Shaw(4),
        new Modifier.TransformerXl(3),
        new Modifier.LearnedAlibi(),
        Modifier.softCap(1.5),
        Modifier.alibi(),
        new Modifier.T5(8, 12, Modifier.T5.Direction.BIDIRECTIONAL),
        new Modifier.T5(8, 9, Modifier.T5.Direction.CAUSAL));
  }

  private static String name(Score score) {
    String learned = score.scale() instanceof Score.Scale.Learned ? " of learned scale" : "";
    return score.getClass().getSimpleName().toLowerCase(Locale.ROOT) + learned;
  }

  private static String name(Modifier modifier) {
    return switch (modifier) {
      case Modifier.Scale(List<Double> factors) when factors.size() > 1 -> "scale of each head";
      case Modifier.SoftCap _ -> "softcap";
      default -> modifier.text();
    };
  }

  private void add(String choice, Attention attention, Lengths lengths) {
    Attend.Operands operands = operands(attention, lengths);
    List<Operand> all = new ArrayList<>(List.of(operands.q(), operands.k(), operands.v()));
    all.addAll(operands.parameters().values());
    for (Executor executor : List.of(new Reference(), new Tiled())) {
      String name = choice + ", " + executor.getClass().getSimpleName();
      cases.add(
          new GradCheckCase(
              Attend.class,
              name,
              all,
              run -> attend(attention, operands, lengths, run.choosing(Executor.class, executor))));
    }
  }

  private Attend.Operands operands(Attention attention, Lengths lengths) {
    Tensor q = numbers.tensor(BATCH, lengths.queries(), HEADS * WIDTH);
    Tensor k = numbers.tensor(BATCH, lengths.keys(), lengths.groups() * WIDTH);
    Tensor v = numbers.tensor(BATCH, lengths.keys(), lengths.groups() * (WIDTH + 2));
    AttentionShape shape =
        new AttentionShape(
            BATCH, HEADS, lengths.groups(), lengths.queries(), lengths.keys(), WIDTH, WIDTH + 2);
    if (hasBends(attention.normalizer())) {
      setApart(q, 1, 1);
      setApart(k, 0, -6);
    }
    Map<String, Operand> learned = new LinkedHashMap<>();
    for (Need need : attention.needs(shape)) {
      learned.put(need.name(), learned(need));
    }
    return new Attend.Operands(q, k, v, learned);
  }

  private static boolean hasBends(Normalizer normalizer) {
    return switch (normalizer) {
      case Normalizer.Sparsemax _, Normalizer.Entmax15 _, Normalizer.Entmax _ -> true;
      case Normalizer.TopK _, Normalizer.BlockTopK _ -> true;
      case Normalizer.Softmax _, Normalizer.Sink _, Normalizer.Sigmoid _, Normalizer.Relu _ ->
          false;
    };
  }

  /// Makes the scores of every other key much smaller than those of the rest, which are almost
  /// equal, so that no step carries a key over the bend where its weight begins.
  private static void setApart(Tensor heads, float even, float odd) {
    int row = heads.axis(2);
    for (int n = 0; n < heads.size(); n++) {
      int place = n / row % heads.axis(1);
      heads.array()[n] = 0.2f * heads.array()[n];
      if (n % row % WIDTH == 0) {
        heads.array()[n] = place % 2 == 0 ? even : odd;
      }
    }
  }

  /// Entropy and coverage of a call with few numbers of its own.
  private void observe(String choice, Attention attention) {
    Lengths lengths = Lengths.USUAL;
    Attend.Operands of = operands(attention, lengths);
    List<Operand> all = new ArrayList<>(List.of(of.q(), of.k()));
    all.addAll(of.parameters().values());
    for (Executor executor : List.of(new Reference(), new Tiled())) {
      String name = "%s, %s".formatted(choice, executor.getClass().getSimpleName());
      AttentionInput input = input(attention, of, lengths);
      cases.add(
          new GradCheckCase(
              ObserveWeights.class,
              "entropy of " + name,
              all,
              run ->
                  run.choosing(Executor.class, executor)
                      .apply(ObserveWeights.entropy(attention, input, of))));
      cases.add(
          new GradCheckCase(
              ObserveWeights.class,
              "coverage of " + name,
              all,
              run ->
                  run.choosing(Executor.class, executor)
                      .apply(ObserveWeights.coverage(attention, input, of))));
    }
  }

  /// Learned numbers near where they begin, where that is not 0.
  private Tensor learned(Need need) {
    Tensor tensor = numbers.tensor(need.shape().toArray());
    for (int n = 0; n < tensor.size() && need.start() != 0; n++) {
      tensor.array()[n] = need.start() + 0.1f * (float) Math.tanh(tensor.array()[n]);
    }
    return tensor;
  }

  private static Tensor attend(Attention attention, Attend.Operands of, Lengths lengths, Run run) {
    AttentionInput input = input(attention, of, lengths);
    return run.apply(Attend.trainable(attention, input, AttentionSites.inBlock(0), of));
  }

  private static AttentionInput input(Attention attention, Attend.Operands of, Lengths lengths) {
    AttentionInput input =
        AttentionInput.of(
            HeadView.split(of.q(), HEADS),
            HeadView.split(of.k(), lengths.groups()),
            HeadView.split(of.v(), lengths.groups()),
            Positions.range(lengths.keys() - lengths.queries(), lengths.queries()),
            Positions.range(0, lengths.keys()));
    String mask = attention.mask().toString();
    if (mask.contains("document")) {
      input = input.withDocuments(documents(lengths.queries(), 1), documents(lengths.keys(), 0));
    }
    if (mask.contains("padding")) {
      input = input.withLengths(lengths.keys() - 2, 0);
    }
    for (Map.Entry<String, Operand> each : of.parameters().entrySet()) {
      input = input.withParameter(each.getKey(), (Tensor) each.getValue());
    }
    if (!attention.chance().isNone()) {
      input = input.withRandom(CounterRandom.of(7));
    }
    return input;
  }

  private static Positions documents(int length, int from) {
    int[] numbers = new int[length];
    Arrays.setAll(numbers, n -> from + n / 4);
    return Positions.of(numbers);
  }
}
