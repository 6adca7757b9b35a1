package dev.heed.attention;

import dev.heed.tensor.CounterRandom;
import java.util.Arrays;

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

  /// Computes the row's scores.
  void score() {
    for (int s = 0; s < keys; s++) {
      scores[s] = visible[s] == 0 ? Double.NEGATIVE_INFINITY : modifiers.forward(s, score.of(s));
    }
  }

  static double dot(HeadView a, int aFrom, HeadView b, int bFrom) {
    double sum = 0;
    for (int e = 0; e < a.axes().width(); e++) {
      sum += (double) a.array()[aFrom + e] * b.array()[bFrom + e];
    }
    return sum;
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
          out[w] += weights[s] * kept[s] * input.v().array()[at + w];
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

  private boolean seesAny() {
    for (int sees : visible) {
      if (sees != 0) {
        return true;
      }
    }
    return false;
  }

  /// Leads the gradient of the scores back through the modifiers and the score.
  ///
  /// @param dq what the query gets, added to
  /// @param dk what each key gets, added to
  void back(double[] gradient, double[] dq, double[][] dk, LearnedSums learned) {
    for (int s = 0; s < keys; s++) {
      if (visible[s] != 0) {
        score.back(s, modifiers.back(s, gradient[s], dq, learned), dq, dk[s], learned);
      }
    }
    if (seesAny()) {
      score.finish(dq, learned);
    }
  }
}
