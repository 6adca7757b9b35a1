package dev.heed.attention;

import dev.heed.attention.expression.Evaluation;
import dev.heed.attention.expression.Pointwise;
import dev.heed.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;

/// The definition of attention in double precision, from numbers in double precision, written for
/// the tests alone: differences of it are the gradients that the executors must give.
final class Oracle {
  /// The numbers of a call, `[b][h][row][column]`.
  final double[][][][] q;

  final double[][][][] k;
  final double[][][][] v;

  /// The learned numbers, by name.
  final Map<String, double[]> learned = new LinkedHashMap<>();

  private final Attention attention;
  private final AttentionInput input;

  Oracle(Attention attention, AttentionInput input) {
    this.attention = attention;
    this.input = input;
    this.q = numbers(input.q());
    this.k = numbers(input.k());
    this.v = numbers(input.v());
    for (String name : input.parameters().names()) {
      float[] numbers = input.parameters().get(name).toArray();
      learned.put(name, IntStream.range(0, numbers.length).mapToDouble(n -> numbers[n]).toArray());
    }
  }

  private static double[][][][] numbers(HeadView view) {
    HeadView.Axes axes = view.axes();
    double[][][][] numbers = new double[axes.batch()][axes.heads()][axes.length()][axes.width()];
    for (int b = 0; b < axes.batch(); b++) {
      for (int h = 0; h < axes.heads(); h++) {
        for (int t = 0; t < axes.length(); t++) {
          for (int e = 0; e < axes.width(); e++) {
            numbers[b][h][t][e] = view.array()[view.row(b, h, t) + e];
          }
        }
      }
    }
    return numbers;
  }

  boolean sees(int b, int h, int t, int s) {
    Pointwise.At at =
        new Pointwise.At(
            input.qPos().at(b, t),
            input.kPos().at(b, s),
            input.docQ().map(docs -> docs.at(b, t)).orElse(0),
            input.docK().map(docs -> docs.at(b, s)).orElse(0),
            s,
            input.lengths().map(lengths -> lengths[b]).orElse(0),
            h,
            input.visible().map(set -> set.isVisible(b, h, t, s)).orElse(false));
    return Pointwise.isTrue(attention.mask().truth(), at)
        && (!learned.containsKey("bias") || bias(b, h, t, s) != Double.NEGATIVE_INFINITY);
  }

  /// The weights of a row that values are weighed with.
  double[] weights(int b, int h, int t) {
    double[] mixed = new double[input.shape().keys()];
    if (!attention.mixes(Mixing.TalkWeights.class)) {
      return own(b, h, t);
    }
    for (int n = 0; n < input.shape().heads(); n++) {
      double[] weights = own(b, n, t);
      for (int s = 0; s < mixed.length; s++) {
        mixed[s] += sees(b, h, t, s) ? talking(Mixing.WEIGHTS, h, n) * weights[s] : 0;
      }
    }
    return mixed;
  }

  private double talking(String name, int h, int n) {
    return learned.get(name)[h * input.shape().heads() + n];
  }

  /// The weights that the normalizer gives a row.
  private double[] own(int b, int h, int t) {
    AttentionShape shape = input.shape();
    double[] scores = new double[shape.keys()];
    for (int s = 0; s < scores.length; s++) {
      scores[s] = sees(b, h, t, s) ? score(b, h, t, s) : Double.NEGATIVE_INFINITY;
    }
    return switch (attention.normalizer()) {
      case Normalizer.Softmax _ -> softmax(scores, 0);
      case Normalizer.Sink _ -> softmax(scores, Math.exp(number("sink", h)));
      case Normalizer.Sparsemax _ -> entmax(scores, 2);
      case Normalizer.Entmax15 _ -> entmax(scores, 1.5);
      case Normalizer.Entmax _ -> entmax(scores, number("alpha", h));
      case Normalizer.TopK(int count) -> softmax(top(scores, count), 0);
      case Normalizer.BlockTopK(int size, int count) ->
          softmax(topBlocks(scores, b, size, count), 0);
      case Normalizer.Sigmoid(double bias) ->
          Arrays.stream(scores).map(s -> 1 / (1 + Math.exp(-s - bias))).toArray();
      case Normalizer.Relu(double power, double divisor) ->
          Arrays.stream(scores).map(s -> Math.pow(Math.max(0, s), power) / divisor).toArray();
    };
  }

  private double[] topBlocks(double[] scores, int b, int size, int count) {
    SortedMap<Integer, List<Integer>> blocks = new TreeMap<>();
    for (int s = 0; s < scores.length; s++) {
      if (scores[s] > Double.NEGATIVE_INFINITY) {
        int block = Math.floorDiv(input.kPos().at(b, s), size);
        blocks.computeIfAbsent(block, _ -> new ArrayList<>()).add(s);
      }
    }
    double[] kept = new double[scores.length];
    Arrays.fill(kept, Double.NEGATIVE_INFINITY);
    blocks.values().stream()
        .sorted(
            Comparator.comparingDouble(
                keys -> -keys.stream().mapToDouble(s -> scores[s]).average().orElseThrow()))
        .limit(count)
        .forEach(keys -> keys.forEach(s -> kept[s] = scores[s]));
    return kept;
  }

  /// The scores of the largest, by sorting; -∞ for the others.
  private static double[] top(double[] scores, int count) {
    List<Integer> order =
        IntStream.range(0, scores.length)
            .boxed()
            .sorted(Comparator.comparingDouble(s -> -scores[s]))
            .toList();
    double[] kept = new double[scores.length];
    Arrays.fill(kept, Double.NEGATIVE_INFINITY);
    order.subList(0, Math.min(count, scores.length)).forEach(s -> kept[s] = scores[s]);
    return kept;
  }

  private double number(String name, int h) {
    return Objects.requireNonNull(learned.get(name))[h];
  }

  private static double[] softmax(double[] scores, double rest) {
    double total = rest + Arrays.stream(scores).map(Math::exp).sum();
    return Arrays.stream(scores).map(s -> total == 0 ? 0 : Math.exp(s) / total).toArray();
  }

  /// By halving.
  private static double[] entmax(double[] scores, double alpha) {
    double[] z = Arrays.stream(scores).map(s -> s * (alpha - 1)).toArray();
    double high = Arrays.stream(z).max().orElse(Double.NEGATIVE_INFINITY);
    double low = high - 1;
    for (int n = 0; n < 100; n++) {
      double middle = (low + high) / 2;
      if (Arrays.stream(powers(z, middle, alpha)).sum() > 1) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return high == Double.NEGATIVE_INFINITY ? new double[z.length] : powers(z, high, alpha);
  }

  private static double[] powers(double[] z, double threshold, double alpha) {
    return Arrays.stream(z)
        .map(x -> Math.pow(Math.max(0, x - threshold), 1 / (alpha - 1)))
        .toArray();
  }

  /// The score before any modifier.
  private double raw(int b, int h, int t, int s) {
    double[] key = key(b, h, s);
    return similarity(h, q[b][h][t], key)
        * switch (attention.score().scale()) {
          case Score.Scale.InverseRootWidth() -> Math.pow(key.length, -0.5);
          case Score.Scale.Fixed(double factor) -> factor;
          case Score.Scale.Learned() -> learned.get("temperature")[h];
        };
  }

  private double[] key(int b, int h, int s) {
    AttentionShape shape = input.shape();
    return k[b][h * shape.groups() / shape.heads()][s];
  }

  private double score(int b, int h, int t, int s) {
    AttentionShape shape = input.shape();
    double[] key = key(b, h, s);
    double score =
        attention.mixes(Mixing.TalkScores.class)
            ? IntStream.range(0, shape.heads())
                .mapToDouble(n -> talking(Mixing.SCORES, h, n) * raw(b, n, t, s))
                .sum()
            : raw(b, h, t, s);
    for (Modifier modifier : attention.modifiers()) {
      score =
          switch (modifier) {
            case Modifier.Scale(var factors) -> score * factors.get(factors.size() == 1 ? 0 : h);
            case Modifier.SoftCap(double cap) -> cap * Math.tanh(score / cap);
            case Modifier.Alibi _ ->
                score
                    - slope(h, shape.heads())
                        * Math.abs(input.qPos().at(b, t) - input.kPos().at(b, s));
            case Modifier.LearnedAlibi _ ->
                score
                    - learned.get("alibi")[h]
                        * Math.abs(input.qPos().at(b, t) - input.kPos().at(b, s));
            case Modifier.LearnedScale _ -> score * learned.get("scale")[h];
            case Modifier.Bias _ -> score + bias(b, h, t, s);
            case Modifier.Forget _ ->
                score + forget("forget.q", b, h, t) - forget("forget.k", b, h, s);
            case Modifier.Shaw(int reach) ->
                score
                    + scale(key.length)
                        * dot(q[b][h][t], row("shaw", key.length, clip(b, t, s, reach) + reach));
            case Modifier.TransformerXl(int reach) -> {
              double[] r =
                  row("xl.r", key.length, (clip(b, t, s, reach) + reach) * shape.heads() + h);
              yield score
                  + scale(key.length) * (dot(q[b][h][t], r) + dot(row("xl.v", key.length, h), r));
            }
            case Modifier.T5 t5 ->
                score
                    + learned
                        .get("t5")[
                        t5.bucket(input.kPos().at(b, s) - input.qPos().at(b, t)) * shape.heads()
                            + h];
            case Modifier.Expression(var formula) -> evaluation(b, h, t, s).of(formula, score);
          };
    }
    return score;
  }

  private Evaluation evaluation(int b, int h, int t, int s) {
    return new Evaluation(
        input.qPos().at(b, t),
        input.kPos().at(b, s),
        input.docQ().map(docs -> docs.at(b, t)).orElse(0),
        input.docK().map(docs -> docs.at(b, s)).orElse(0),
        h,
        name -> learned.get(name)[h % learned.get(name).length]);
  }

  private double scale(int width) {
    return attention.score().scale().of(width);
  }

  private double[] row(String name, int width, int row) {
    return Arrays.copyOfRange(learned.get(name), row * width, (row + 1) * width);
  }

  private int clip(int b, int t, int s, int reach) {
    return Math.clamp(input.kPos().at(b, s) - input.qPos().at(b, t), -reach, reach);
  }

  private double forget(String name, int b, int h, int n) {
    Shape each = input.parameters().get(name).shape();
    int index = (each.axis(0) == 1 ? 0 : b) * each.axis(1) + (each.axis(1) == 1 ? 0 : h);
    return learned.get(name)[index * each.axis(2) + n];
  }

  private double bias(int b, int h, int t, int s) {
    Shape table = input.parameters().get("bias").shape();
    int index = table.axis(0) == 1 ? 0 : b;
    index = index * table.axis(1) + (table.axis(1) == 1 ? 0 : h);
    index = index * table.axis(2) + (table.axis(2) == 1 ? 0 : t);
    return learned.get("bias")[index * table.axis(3) + s];
  }

  private double similarity(int h, double[] query, double[] key) {
    double[] matrix = learned.get("bilinear");
    int width = key.length;
    return switch (attention.score()) {
      case Score.Dot _ ->
          dot(query, key) + (learned.containsKey("xl.u") ? dot(row("xl.u", width, h), key) : 0);
      case Score.Cosine _ -> dot(query, key) / Math.sqrt(dot(query, query) * dot(key, key));
      case Score.Bilinear _ ->
          IntStream.range(0, width * width)
              .mapToDouble(n -> query[n / width] * matrix[h * width * width + n] * key[n % width])
              .sum();
      case Score.Additive(int hidden, _) ->
          IntStream.range(h * hidden, (h + 1) * hidden)
              .mapToDouble(a ->
                  learned.get("additive.v")[a]
                      * Math.tanh(
                          layer("additive.wq", a, query)
                              + layer("additive.wk", a, key)
                              + learned.get("additive.b")[a]))
              .sum();
      case Score.Distance _ -> 2 * dot(query, key) - dot(query, query) - dot(key, key);
    };
  }

  private double layer(String name, int a, double[] row) {
    int from = a * row.length;
    return dot(Arrays.copyOfRange(learned.get(name), from, from + row.length), row);
  }

  private static double dot(double[] a, double[] b) {
    return IntStream.range(0, a.length).mapToDouble(n -> a[n] * b[n]).sum();
  }

  /// The rule as the paper's code has it, by recursion.
  static double slope(int h, int heads) {
    int power = 1;
    while (power * 2 <= heads) {
      power *= 2;
    }
    return h < power ? Math.pow(2, -8.0 / power * (h + 1)) : slope(2 * (h - power), 2 * power);
  }

  double[] row(int b, int h, int t) {
    AttentionShape shape = input.shape();
    double[] weights = weights(b, h, t);
    double[] row = new double[shape.valueWidth()];
    for (int s = 0; s < weights.length; s++) {
      for (int w = 0; w < row.length && weights[s] != 0; w++) {
        double value = v[b][h * shape.groups() / shape.heads()][s][w];
        for (Mixing mixing : attention.mixings()) {
          if (mixing instanceof Mixing.RelativeValues(int reach)) {
            int index = clip(b, t, s, reach) + reach;
            value += learned.get(Mixing.VALUES)[index * row.length + w];
          }
        }
        row[w] += weights[s] * value;
      }
    }
    return row;
  }

  /// `Σ out dOut + Σ entropy dEntropy + Σ coverage dCoverage`.
  double loss(OutputGradients dy) {
    AttentionShape shape = input.shape();
    double loss = 0;
    for (int b = 0; b < shape.batch(); b++) {
      for (int h = 0; h < shape.heads(); h++) {
        int head = b * shape.heads() + h;
        for (int t = 0; t < shape.queries(); t++) {
          double[] row = row(b, h, t);
          double[] weights = weights(b, h, t);
          for (int w = 0; w < row.length; w++) {
            loss += row[w] * dy.out().array()[dy.out().row(b, h, t) + w];
          }
          for (int s = 0; s < weights.length && dy.ofStatistics(); s++) {
            loss += weights[s] * dy.coverage()[head * shape.keys() + s];
            if (weights[s] > 0) {
              loss -= weights[s] * Math.log(weights[s]) * dy.entropy()[head * shape.queries() + t];
            }
          }
        }
      }
    }
    return loss;
  }
}
