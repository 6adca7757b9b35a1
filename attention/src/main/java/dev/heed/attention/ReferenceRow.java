package dev.heed.attention;

import dev.heed.tensor.CounterRandom;
import java.util.Arrays;
import java.util.Optional;

/// One row of the attention map, query `t` of head `h` of batch `b`, in double precision and step
/// by step: scores, each modifier, weights; and back.
final class ReferenceRow {
  private final BoundCall call;
  private final AttentionInput input;
  private final BoundMask.Reader mask;
  private final ReferenceScore score;
  private final ReferenceModifiers modifiers;
  private final int keys;
  private final double[] mixed;
  private final Optional<RelativeKeys> values;
  private final RowNormalizer normalizer;
  int b;
  int h;
  int t;

  /// -1 where the query sees the key, else 0.
  final int[] visible;

  /// The scores that the normalizer sees, -∞ where masked.
  final double[] scores;

  final double[] weights;

  /// What chance makes of each weight: a factor, 0 where it drops it.
  final double[] kept;

  ReferenceRow(BoundCall call) {
    this.call = call;
    this.input = call.input;
    this.keys = call.shape.keys();
    this.mask = call.mask.reader(keys);
    this.score = new ReferenceScore(call);
    this.modifiers = new ReferenceModifiers(call);
    this.visible = new int[keys];
    this.scores = new double[keys];
    this.weights = new double[keys];
    this.kept = new double[keys];
    this.values = RelativeKeys.values(call);
    this.mixed = new double[call.shape.valueWidth()];
    this.normalizer = new RowNormalizer(call);
  }

  /// Moves to query `t` of head `h` of batch `b`.
  ReferenceRow at(int b, int h, int t) {
    this.b = b;
    this.h = h;
    this.t = t;
    score.at(b, h, t);
    modifiers.at(b, h, t);
    mask.fill(new MapTile(b, h, t, t + 1, 0, keys), visible);
    draw(call.chance);
    return this;
  }

  /// Draws what chance leaves out of the row.
  private void draw(BoundChance chance) {
    if (chance.isNone()) {
      Arrays.fill(kept, 1);
      return;
    }
    CounterRandom keyRow = chance.keyRow(b, h, t);
    CounterRandom weightRow = chance.weightRow(b, h, t);
    boolean dropsHead = chance.dropsHead(b, h);
    for (int s = 0; s < keys; s++) {
      if (chance.dropsKey(keyRow, s)) {
        visible[s] = 0;
      }
      kept[s] = dropsHead || chance.dropsWeight(weightRow, s) ? 0 : chance.factor();
    }
  }

  /// Takes the row's scores from `at` of `given`; what is masked stays masked.
  void scoreFrom(float[] given, int at) {
    for (int s = 0; s < keys; s++) {
      scores[s] = visible[s] == 0 ? Double.NEGATIVE_INFINITY : given[at + s];
    }
  }

  /// Takes the row's weights from `at` of `given`.
  void weighFrom(float[] given, int at) {
    for (int s = 0; s < keys; s++) {
      weights[s] = given[at + s];
    }
  }

  /// Writes the scores before any modifier of the keys that `seen` says.
  void raw(int[] seen, double[] into) {
    for (int s = 0; s < keys; s++) {
      into[s] = seen[s] == 0 ? 0 : score.of(s);
    }
  }

  /// Computes the row's scores from those before any modifier.
  void score(double[] raw) {
    for (int s = 0; s < keys; s++) {
      scores[s] = visible[s] == 0 ? Double.NEGATIVE_INFINITY : modifiers.forward(s, raw[s]);
    }
  }

  /// Turns the scores into weights.
  void normalize() {
    normalizer.weigh(b, h, scores, weights);
  }

  /// The weight that went to the sink.
  double sinkWeight() {
    double sum = 0;
    for (double weight : weights) {
      sum += weight;
    }
    // Exact where nothing is visible; elsewhere the rest of the sum.
    return call.attention.normalizer() instanceof Normalizer.Sink ? 1 - sum : 0;
  }

  /// `-Σ w log w` over the keys.
  double entropy() {
    double sum = 0;
    for (double weight : weights) {
      if (weight > 0) {
        sum -= weight * Math.log(weight);
      }
    }
    return sum;
  }

  /// Writes `Σ w v` to `out`; masked values are not read.
  private void mix(double[] out) {
    Arrays.fill(out, 0);
    int group = call.shape.groupOf(h);
    for (int s = 0; s < keys; s++) {
      if (visible[s] != 0) {
        int at = input.v().row(b, group, s);
        for (int w = 0; w < out.length; w++) {
          out[w] += weights[s] * kept[s] * (input.v().array()[at + w] + ofDistance(s, w));
        }
      }
    }
  }

  /// Number `w` of what the value of key `s` gets for its distance.
  private double ofDistance(int s, int w) {
    if (values.isEmpty()) {
      return 0;
    }
    RelativeKeys rows = values.get();
    return rows.keys().array()[rows.row(rows.index(call, b, t, s)) + w];
  }

  /// Computes the gradients of the weights from those of the row of the result: `dw_j = dOut ·
  /// v_j`.
  void weightGradient(HeadView dOut, double[] gradient) {
    int at = dOut.row(b, h, t);
    int group = call.shape.groupOf(h);
    for (int s = 0; s < keys; s++) {
      double sum = 0;
      for (int w = 0; w < mixed.length && visible[s] != 0; w++) {
        double value = input.v().array()[input.v().row(b, group, s) + w] + ofDistance(s, w);
        sum += dOut.array()[at + w] * value;
      }
      gradient[s] = visible[s] == 0 ? 0 : kept[s] * sum;
    }
  }

  /// Adds what values get of the gradient of the row of the result.
  void addValues(HeadView dOut, double[][] dv, LearnedSums learned) {
    int at = dOut.row(b, h, t);
    double[] ofDistances = values.isEmpty() ? mixed : learned.of(Mixing.VALUES, 0, b, h);
    for (int s = 0; s < keys; s++) {
      for (int w = 0; w < mixed.length && visible[s] != 0; w++) {
        double each = weights[s] * kept[s] * dOut.array()[at + w];
        dv[s][w] += each;
        if (values.isPresent() && ofDistances.length > 0) {
          ofDistances[values.get().index(call, b, t, s) * mixed.length + w] += each;
        }
      }
    }
  }

  /// Writes `Σ w v` to the row's place in `out`.
  void mixInto(HeadView out) {
    mix(mixed);
    int at = out.row(b, h, t);
    for (int w = 0; w < mixed.length; w++) {
      out.array()[at + w] = (float) mixed[w];
    }
  }

  /// Turns the gradient of the weights, in place, into that of the scores, `ds_j = r_j (dw_j -
  /// delta)`, and adds that of the normalizer's learned number.
  void backward(double[] gradient, LearnedSums learned) {
    double rates = 0;
    double products = 0;
    for (int s = 0; s < keys; s++) {
      double rate = visible[s] == 0 ? 0 : normalizer.rate(h, weights[s]);
      rates += rate;
      products += visible[s] == 0 ? 0 : rate * gradient[s];
    }
    double delta = normalizer.delta(rates, products);
    if (learned.wants("sink")) {
      learned.of("sink", 0, b, h)[0] -= sinkWeight() * delta;
    }
    if (learned.wants("alpha")) {
      learned.of("alpha", 0, b, h)[0] += alphaGradient(gradient, delta);
    }
    for (int s = 0; s < keys; s++) {
      double rate = visible[s] == 0 ? 0 : normalizer.rate(h, weights[s]);
      gradient[s] = visible[s] == 0 ? 0 : rate * (gradient[s] - delta);
    }
  }

  private double alphaGradient(double[] gradient, double delta) {
    double products = 0;
    double entropyProducts = 0;
    for (int s = 0; s < keys; s++) {
      if (visible[s] != 0 && weights[s] != 0) {
        products += weights[s] * gradient[s];
        entropyProducts -= weights[s] * Math.log(weights[s]) * gradient[s];
      }
    }
    return RowNormalizer.alphaGradient(call.alpha(h), delta, products, entropy(), entropyProducts);
  }

  /// Leads the gradients of the scores, in place, back through the modifiers.
  ///
  /// @param dq what the query gets, added to
  void backModifiers(double[] gradient, double[] dq, LearnedSums learned) {
    for (int s = 0; s < keys; s++) {
      gradient[s] = visible[s] == 0 ? 0 : modifiers.back(s, gradient[s], dq, learned);
    }
  }

  /// Leads the gradients of the scores before any modifier back to the query and to the keys that
  /// `seen` says.
  ///
  /// @param dq what the query gets, added to
  void backScore(int[] seen, double[] gradient, double[] dq, Sums sums) {
    boolean any = false;
    for (int s = 0; s < keys; s++) {
      if (seen[s] != 0) {
        score.back(s, gradient[s], dq, sums.dk()[s], sums.learned());
        any = true;
      }
    }
    if (any) {
      score.finish(dq, sums.learned());
    }
  }

  /// What keys `[S, E]` and learned numbers get.
  record Sums(double[][] dk, LearnedSums learned) {}
}
