package dev.heed.attention;

import dev.heed.attention.expression.Numeric;
import dev.heed.attention.expression.Pointwise;
import dev.heed.attention.expression.Truth;
import dev.heed.attention.expression.VisibleSet;
import dev.heed.tensor.Tensor;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/// Random calls: every axis of its own length, every choice with every other, any layout of heads.
final class Calls {
  private Calls() {}

  /// A call.
  record Call(int seed, Attention attention, AttentionInput input) {
    @Override
    public String toString() {
      return "call %d: %s, q %s k %s v %s"
          .formatted(seed, attention, input.q(), input.k(), input.v());
    }
  }

  /// How long a call may be.
  ///
  /// @param queries the most
  /// @param keys the most
  record Size(int queries, int keys) {}

  static Call random(int seed, Size size) {
    Random random = new Random(seed * 7919L + 17);
    int batch = 1 + random.nextInt(3);
    int groups = 1 + random.nextInt(3);
    int heads = groups * (1 + random.nextInt(3));
    int queries = 1 + random.nextInt(size.queries);
    int keys = random.nextInt(8) == 0 ? queries : 1 + random.nextInt(size.keys);
    int width = 1 + random.nextInt(37);
    int valueWidth = random.nextInt(3) == 0 ? width : 1 + random.nextInt(37);
    Attention attention = attention(random, heads);
    AttentionInput input =
        AttentionInput.of(
            heads(random, batch, heads, queries, width),
            heads(random, batch, groups, keys, width),
            heads(random, batch, groups, keys, valueWidth),
            positions(random, batch, queries, Math.max(0, keys - queries)),
            positions(random, batch, keys, 0));
    return new Call(seed, attention, complete(random, attention, input));
  }

  /// A random call that mixes rows in one way or several.
  static Call mixed(int seed, Size size) {
    Call call = random(seed, size);
    Random random = new Random(seed);
    int ways = 1 + random.nextInt(7);
    Attention attention = call.attention;
    if ((ways & 1) != 0) {
      attention = attention.withMixing(new Mixing.TalkScores());
    }
    if ((ways & 2) != 0) {
      attention = attention.withMixing(new Mixing.RelativeValues(1 + random.nextInt(9)));
    }
    if ((ways & 4) != 0) {
      attention = attention.withMixing(new Mixing.TalkWeights());
    }
    AttentionInput input = call.input;
    for (Mixing mixing : attention.mixings()) {
      for (Need need : mixing.needs(input.shape())) {
        input = input.withParameter(need.name(), learned(random, need));
      }
    }
    return new Call(seed, attention, input);
  }

  /// What the mask and the normalizer read besides.
  static AttentionInput complete(Random random, Attention attention, AttentionInput input) {
    AttentionShape shape = input.shape();
    AttentionInput complete = input;
    String mask = attention.mask().toString();
    if (mask.contains("doc") || attention.modifiers().toString().contains("doc_")) {
      complete =
          complete.withDocuments(
              documents(random, shape.batch(), shape.queries()),
              documents(random, shape.batch(), shape.keys()));
    }
    if (mask.contains("padding")) {
      complete =
          complete.withLengths(
              IntStream.range(0, shape.batch())
                  .map(b -> random.nextInt(shape.keys() + 1))
                  .toArray());
    }
    if (mask.contains("given")) {
      boolean perHead = random.nextBoolean();
      int batch = random.nextBoolean() ? 1 : shape.batch();
      complete =
          complete.withVisible(
              VisibleSet.of(
                  new VisibleSet.Axes(
                      batch, perHead ? shape.heads() : 1, shape.queries(), shape.keys()),
                  (b, h, t, s) -> Pointwise.isGiven(b * 8 + h, t, s)));
    }
    for (Need need : attention.needs(shape)) {
      complete = complete.withParameter(need.name(), learned(random, need));
    }
    return complete;
  }

  /// Learned numbers; where axes may be shared, some are, and some places of a bias are hidden.
  private static Tensor learned(Random random, Need need) {
    int[] lengths = need.shape().toArray();
    int[] least = need.least().toArray();
    for (int axis = 0; axis < lengths.length; axis++) {
      lengths[axis] = random.nextInt(3) == 0 ? least[axis] : lengths[axis];
    }
    Tensor numbers = tensor(random, lengths);
    for (int n = 0; n < numbers.size(); n++) {
      if (need.name().equals("bias") && random.nextInt(9) == 0) {
        numbers.array()[n] = Float.NEGATIVE_INFINITY;
      } else if (need.name().equals("alpha")) {
        numbers.array()[n] = 1.2f + 0.7f * random.nextFloat();
      }
    }
    return numbers;
  }

  private static Normalizer normalizer(Random random) {
    return switch (random.nextInt(11)) {
      case 0, 1 -> Normalizer.softmax();
      case 2, 3 -> Normalizer.sink();
      case 4 -> Normalizer.sparsemax();
      case 5 -> Normalizer.entmax15();
      case 6 -> Normalizer.entmax();
      case 7 -> Normalizer.topK(1 + random.nextInt(20));
      case 8 -> Normalizer.blockTopK(1 + random.nextInt(9), 1 + random.nextInt(5));
      case 9 -> Normalizer.sigmoid(-3 * random.nextDouble());
      default -> Normalizer.relu(1 + random.nextInt(3), 10 + 5 * random.nextDouble());
    };
  }

  private static final List<String> FORMULAS =
      List.of(
          "s - w * log(1 + abs(i - j))",
          "if(doc_q = doc_k, s, s - 2)",
          "s * exp(-abs(i - j) / (h + 8)) + u",
          "if(s > 0, s, w * s)",
          "2 * tanh(s / (1 + abs(u))) + if(causal, 0, -1)",
          "max(s, w) - min(u, s) / 2 + (j - i) mod 3");

  private static Attention attention(Random random, int heads) {
    Attention attention =
        Attention.full()
            .withMask(mask(random))
            .withScore(score(random))
            .withNormalizer(normalizer(random));
    for (int n = random.nextInt(4); n > 0; n--) {
      attention =
          attention.withModifier(
              switch (random.nextInt(14)) {
                case 0 -> Modifier.scale(0.5 + random.nextDouble());
                case 1 ->
                    new Modifier.Scale(
                        IntStream.range(0, heads)
                            .mapToObj(h -> 0.5 + random.nextDouble())
                            .toList());
                case 2 -> Modifier.softCap(1 + 3 * random.nextDouble());
                case 3 -> new Modifier.LearnedScale();
                case 4, 5 -> new Modifier.Bias();
                case 7 -> new Modifier.Forget();
                case 8 -> new Modifier.Shaw(7);
                case 9 ->
                    attention.score() instanceof Score.Dot
                        ? new Modifier.TransformerXl(5)
                        : new Modifier.Shaw(7);
                case 6 ->
                    random.nextBoolean()
                        ? new Modifier.T5(12, 20, Modifier.T5.Direction.CAUSAL)
                        : new Modifier.T5(12, 37, Modifier.T5.Direction.BIDIRECTIONAL);
                case 10 -> Modifier.alibi();
                case 13 -> new Modifier.LearnedAlibi();
                default -> Modifier.expression(FORMULAS.get(random.nextInt(FORMULAS.size())));
              });
    }
    return attention;
  }

  private static Score score(Random random) {
    Score.Scale scale =
        switch (random.nextInt(3)) {
          case 0 -> new Score.Scale.InverseRootWidth();
          case 1 -> new Score.Scale.Fixed(0.4);
          default -> new Score.Scale.Learned();
        };
    return switch (random.nextInt(8)) {
      case 7 -> {
        int hidden = 1 + random.nextInt(40);
        yield random.nextBoolean()
            ? new Score.Additive(hidden, new Score.Scale.Fixed(0.2))
            : new Score.Additive(hidden, new Score.Scale.Learned());
      }
      case 0 ->
          random.nextBoolean() ? Score.cosine(3) : new Score.Cosine(new Score.Scale.Learned());
      case 1 -> new Score.Bilinear(new Score.Scale.Fixed(0.1));
      case 2 -> new Score.Distance(new Score.Scale.Fixed(0.2));
      case 3 -> new Score.Dot(scale);
      default -> random.nextBoolean() ? Score.dot() : Score.dot(0.4);
    };
  }

  private static Mask mask(Random random) {
    return switch (random.nextInt(4)) {
      case 0 -> Mask.everything();
      case 1 -> Mask.causal();
      case 2 ->
          Mask.parse(
              List.of(
                      "causal & window(9)",
                      "causal & (window(4) | global(3))",
                      "causal & document",
                      "causal & padding",
                      "window(20) & padding & document",
                      "causal & dilated(3) & window(40)",
                      "causal | prefix(6)",
                      "chunk(16)",
                      "!causal",
                      "causal & given",
                      "given | i = j",
                      "causal & i - j < 8 * (h + 1)")
                  .get(random.nextInt(12)));
      default ->
          new Mask(
              new Truth.Or(
                  List.of(
                      Pointwise.truth(random, 4, Pointwise.Reads.EVERYTHING),
                      new Truth.Comparison(
                          Truth.Comparison.Relation.EQUAL, Numeric.Symbol.I, Numeric.Symbol.J))));
    };
  }

  private static Positions positions(Random random, int batch, int length, int from) {
    return switch (random.nextInt(4)) {
      case 0 -> Positions.range(from - random.nextInt(5), length);
      case 1 ->
          Positions.rows(
              IntStream.range(0, batch)
                  .mapToObj(b -> IntStream.range(from + b, from + b + length).toArray())
                  .toArray(int[][]::new));
      case 2 -> Positions.of(random.ints(length, -20, from + length).toArray());
      default -> Positions.range(from, length);
    };
  }

  private static Positions documents(Random random, int batch, int length) {
    int pace = 3 + random.nextInt(20);
    return random.nextBoolean()
        ? Positions.of(IntStream.range(0, length).map(n -> n / pace).toArray())
        : Positions.rows(
            IntStream.range(0, batch)
                .mapToObj(b -> random.ints(length, 0, 3).toArray())
                .toArray(int[][]::new));
  }

  /// Heads in one of the layouts that callers have.
  static HeadView heads(Random random, int batch, int heads, int length, int width) {
    if (random.nextBoolean()) {
      return HeadView.of(tensor(random, batch, heads, length, width));
    }
    if (random.nextBoolean()) {
      return HeadView.split(tensor(random, batch, length, heads * width), heads);
    }
    int capacity = length + 3;
    HeadView.Axes axes = new HeadView.Axes(batch, heads, length, width);
    float[] array = numbers(random, 5 + batch * heads * capacity * width);
    return new HeadView(array, 5, axes, heads * capacity * width, capacity * width, width);
  }

  /// Zeros where the gradients of an input's learned numbers go.
  static Parameters learned(AttentionInput input) {
    Parameters all = Parameters.none();
    for (String name : input.parameters().names()) {
      all = all.with(name, Tensor.zeros(input.parameters().get(name).shape()));
    }
    return all;
  }

  /// All learned numbers, one after the other.
  static float[] numbers(Parameters parameters) {
    List<float[]> each = parameters.tensors().values().stream().map(Tensor::toArray).toList();
    float[] all = new float[each.stream().mapToInt(numbers -> numbers.length).sum()];
    int at = 0;
    for (float[] numbers : each) {
      System.arraycopy(numbers, 0, all, at, numbers.length);
      at += numbers.length;
    }
    return all;
  }

  static Tensor tensor(Random random, int... shape) {
    Tensor tensor = Tensor.zeros(shape);
    return Tensor.of(numbers(random, tensor.size()), shape);
  }

  static float[] numbers(Random random, int count) {
    float[] numbers = new float[count];
    for (int n = 0; n < count; n++) {
      numbers[n] = (float) random.nextGaussian();
    }
    return numbers;
  }
}
