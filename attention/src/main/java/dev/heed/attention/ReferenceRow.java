package dev.heed.attention;

import dev.heed.tensor.CounterRandom;
import java.util.Arrays;
import java.util.List;

/// One row of the attention map, query `t` of head `h` of batch `b`, in double precision and step
/// by step: scores, each modifier, weights; and back.
final class ReferenceRow {
  private final BoundCall call;
  private final AttentionInput input;
  private final BoundMask.Reader mask;
  private final List<Modifier> modifiers;
  private final int keys;
  private final double[] mixed;
  int b;
  int h;
  int t;

  /// -1 where the query sees the key, else 0.
  final int[] visible;

  /// The scores before the first modifier and after each, `[1 + modifiers][S]`; masked places are
  /// not set.
  final double[][] steps;

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
    this.modifiers = call.attention.modifiers();
    this.visible = new int[keys];
    this.steps = new double[modifiers.size() + 1][keys];
    this.scores = new double[keys];
    this.weights = new double[keys];
    this.kept = new double[keys];
    this.mixed = new double[call.shape.valueWidth()];
  }

  /// Moves to query `t` of head `h` of batch `b`.
  ReferenceRow at(int b, int h, int t) {
    this.b = b;
    this.h = h;
    this.t = t;
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
    int group = call.shape.groupOf(h);
    for (int s = 0; s < keys; s++) {
      scores[s] = Double.NEGATIVE_INFINITY;
      if (visible[s] != 0) {
        steps[0][s] =
            call.scale
                * dot(input.q(), input.q().row(b, h, t), input.k(), input.k().row(b, group, s));
        for (int m = 0; m < modifiers.size(); m++) {
          steps[m + 1][s] = modify(modifiers.get(m), steps[m][s], s);
        }
        scores[s] = steps[modifiers.size()][s];
      }
    }
  }

  static double dot(HeadView a, int aFrom, HeadView b, int bFrom) {
    double sum = 0;
    for (int e = 0; e < a.axes().width(); e++) {
      sum += (double) a.array()[aFrom + e] * b.array()[bFrom + e];
    }
    return sum;
  }

  private double modify(Modifier modifier, double score, int s) {
    return switch (modifier) {
      case Modifier.Scale scale -> scale.factor(h) * score;
      case Modifier.SoftCap(double cap) -> cap * Math.tanh(score / cap);
      case Modifier.Alibi _ -> score - Modifier.Alibi.slope(h, call.shape.heads()) * distance(s);
    };
  }

  private int distance(int s) {
    return Math.abs(input.qPos().at(b, t) - input.kPos().at(b, s));
  }

  /// The derivative of a modifier by the score, given the score after it.
  private double slope(Modifier modifier, double after) {
    return switch (modifier) {
      case Modifier.Scale scale -> scale.factor(h);
      case Modifier.SoftCap(double cap) -> 1 - after / cap * (after / cap);
      case Modifier.Alibi _ -> 1;
    };
  }

  /// Turns the scores into weights.
  void normalize() {
    boolean sink = call.attention.normalizer() instanceof Normalizer.Sink;
    double logit = sink ? sinkLogit() : Double.NEGATIVE_INFINITY;
    double maximum = logit;
    for (double score : scores) {
      maximum = Math.max(maximum, score);
    }
    if (maximum == Double.NEGATIVE_INFINITY) {
      Arrays.fill(weights, 0);
      return;
    }
    double sum = Math.exp(logit - maximum);
    for (int s = 0; s < keys; s++) {
      weights[s] = visible[s] == 0 ? 0 : Math.exp(scores[s] - maximum);
      sum += weights[s];
    }
    for (int s = 0; s < keys; s++) {
      weights[s] /= sum;
    }
  }

  private double sinkLogit() {
    return call.sinkLogit(h);
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

  /// Turns the gradient of the weights, in place, into that of the scores before the first
  /// modifier, and returns the gradient of the sink's logit: `ds_j = w_j (dw_j - Σ w dw)`, then
  /// each modifier's slope.
  double backward(double[] gradient) {
    double mean = 0;
    for (int s = 0; s < keys; s++) {
      mean += visible[s] == 0 ? 0 : weights[s] * gradient[s];
    }
    double dSink = -sinkWeight() * mean;
    for (int s = 0; s < keys; s++) {
      gradient[s] = visible[s] == 0 ? 0 : weights[s] * (gradient[s] - mean);
      for (int m = modifiers.size() - 1; m >= 0 && visible[s] != 0; m--) {
        gradient[s] *= slope(modifiers.get(m), steps[m + 1][s]);
      }
    }
    return dSink;
  }
}
