package dev.heed.layer;

import dev.heed.attention.Attention;
import dev.heed.attention.AttentionShape;
import dev.heed.attention.Mixing;
import dev.heed.attention.Modifier;
import dev.heed.attention.Need;
import dev.heed.attention.Source;
import dev.heed.attention.UnsupportedCombinationException;
import dev.heed.tensor.Shape;
import dev.heed.tensor.ShapeException;
import dev.heed.tensor.Weight;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;

/// Heads taken out of an attention for good: their rows of the projections and their learned
/// numbers go, and what is left computes what gates of zero would leave. [Michel et al.
/// 2019](https://arxiv.org/abs/1905.10650).
public final class HeadRemoval {
  private final SelfAttention from;

  /// The query heads that stay, in their order.
  private final int[] queries;

  /// The key/value heads that stay.
  private final int[] keys;

  private HeadRemoval(SelfAttention from, int[] queries, int[] keys) {
    this.from = from;
    this.queries = queries;
    this.keys = keys;
  }

  /// The attention without some query heads. A key/value head goes with the last query head that
  /// reads it; one that more query heads read than others is there more than once afterwards, so
  /// that each is read by as many.
  public static SelfAttention of(SelfAttention attention, Set<Integer> heads) {
    Heads had = attention.heads();
    check(attention, heads);
    int shared = had.queries() / had.keys();
    int[] queries = IntStream.range(0, had.queries()).filter(h -> !heads.contains(h)).toArray();
    int[] readers = new int[had.keys()];
    for (int query : queries) {
      readers[query / shared]++;
    }
    int each = IntStream.of(readers).reduce(0, HeadRemoval::divisor);
    int[] keys =
        IntStream.range(0, had.keys())
            .flatMap(key -> IntStream.generate(() -> key).limit(readers[key] / each))
            .toArray();
    return new HeadRemoval(attention, queries, keys).reduced();
  }

  /// The greatest common divisor.
  private static int divisor(int a, int b) {
    return b == 0 ? a : divisor(b, a % b);
  }

  private static void check(SelfAttention attention, Set<Integer> heads) {
    int count = attention.heads().queries();
    if (heads.size() >= count || heads.stream().anyMatch(h -> h < 0 || h >= count)) {
      throw new ShapeException(
          "heads: %s cannot go from %d heads; some of 0 to %d, not all, would fit"
              .formatted(new TreeSet<>(heads), count, count - 1));
    }
    for (Modifier modifier : attention.attention().modifiers()) {
      if (modifier instanceof Modifier.Alibi) {
        throw new UnsupportedCombinationException(
            "modifier alibi",
            "removal of heads",
            "slopes go by the number of heads; a gate of zero");
      }
      if (modifier instanceof Modifier.Expression && readsHead(modifier.text())) {
        throw new UnsupportedCombinationException(
            "a modifier that reads h", "removal of heads", "a gate of zero");
      }
    }
    if (attention.attention().talks()) {
      throw new UnsupportedCombinationException(
          Mixing.texts(attention.attention().mixings()),
          "removal of heads",
          "heads that do not talk, or a gate of zero,");
    }
    if (readsHead(attention.attention().mask().toString())) {
      throw new UnsupportedCombinationException(
          "a mask that reads h", "removal of heads", "a gate of zero");
    }
    if (!attention.source().equals(Source.self())) {
      throw new UnsupportedCombinationException(
          attention.source().toString(), "removal of heads", "a gate of zero");
    }
  }

  private static boolean readsHead(String expression) {
    return expression.matches(".*\\bh\\b.*");
  }

  private SelfAttention reduced() {
    Heads had = from.heads();
    SelfAttention.Projections all = from.projections();
    SelfAttention.Projections projections =
        new SelfAttention.Projections(
            rows(all.query(), queries),
            rows(all.key(), keys),
            rows(all.value(), keys),
            columns(all.output()),
            all.forget().map(this::gates));
    return new SelfAttention(
        projections,
        from.headNorms(),
        from.rotary(),
        choices(from.attention()),
        from.source(),
        learned(),
        new Heads(queries.length, keys.length, had.width()));
  }

  private Linear gates(Linear layer) {
    return new Linear(
        part(layer.weight(), layer.weight().shape().axis(1), queries),
        layer.bias().map(bias -> part(bias, 1, queries)));
  }

  private Linear rows(Linear layer, int[] heads) {
    int width = from.heads().width();
    Optional<Weight> bias = layer.bias().map(b -> part(b, width, heads));
    return new Linear(part(layer.weight(), width * layer.weight().shape().axis(1), heads), bias);
  }

  /// The numbers of some heads, each `size` long, one behind the other.
  private static Weight part(Weight weight, int size, int[] heads) {
    float[] numbers = weight.toFloats();
    float[] left = new float[heads.length * size];
    for (int n = 0; n < heads.length; n++) {
      System.arraycopy(numbers, heads[n] * size, left, n * size, size);
    }
    int[] lengths = weight.shape().toArray();
    lengths[0] = left.length / (numbers.length / lengths[0]);
    return Weight.of(weight.name(), left, lengths);
  }

  private Linear columns(Linear layer) {
    Shape shape = layer.weight().shape();
    int width = from.heads().width();
    float[] numbers = layer.weight().toFloats();
    float[] left = new float[shape.axis(0) * queries.length * width];
    for (int n = 0; n < shape.axis(0) * queries.length; n++) {
      int head = queries[n % queries.length];
      int at = n / queries.length * shape.axis(1) + head * width;
      System.arraycopy(numbers, at, left, n * width, width);
    }
    Weight weight = Weight.of(layer.weight().name(), left, shape.axis(0), queries.length * width);
    return new Linear(weight, layer.bias());
  }

  private Attention choices(Attention attention) {
    List<Modifier> modifiers = new ArrayList<>();
    for (Modifier modifier : attention.modifiers()) {
      modifiers.add(
          modifier instanceof Modifier.Scale(List<Double> factors) && factors.size() > 1
              ? new Modifier.Scale(IntStream.of(queries).mapToObj(factors::get).toList())
              : modifier);
    }
    return attention.withModifiers(modifiers);
  }

  private Map<String, Weight> learned() {
    Map<String, Weight> left = new LinkedHashMap<>(from.learned());
    left.computeIfPresent(SelfAttention.GATE, (_, gate) -> part(gate, 1, queries));
    Heads had = from.heads();
    AttentionShape shape =
        new AttentionShape(1, had.queries(), had.keys(), 1, 1, had.width(), had.width());
    for (Need need : from.attention().needs(shape)) {
      left.computeIfPresent(need.name(), (_, weight) -> part(weight, need));
    }
    return left;
  }

  /// What of learned numbers belongs to the heads that stay.
  private Weight part(Weight weight, Need need) {
    int axis =
        Math.max(need.axes().indexOf(Need.Axis.HEAD), need.axes().indexOf(Need.Axis.ANY_HEAD));
    Shape shape = weight.shape();
    if (axis < 0 || shape.axis(axis) != from.heads().queries()) {
      return weight;
    }
    int inner = 1;
    for (int n = axis + 1; n < shape.rank(); n++) {
      inner *= shape.axis(n);
    }
    float[] numbers = weight.toFloats();
    int outer = numbers.length / (inner * shape.axis(axis));
    float[] left = new float[outer * queries.length * inner];
    for (int n = 0; n < outer * queries.length; n++) {
      int head = n / queries.length * shape.axis(axis) + queries[n % queries.length];
      System.arraycopy(numbers, head * inner, left, n * inner, inner);
    }
    int[] lengths = shape.toArray();
    lengths[axis] = queries.length;
    return Weight.of(weight.name(), left, lengths);
  }
}
