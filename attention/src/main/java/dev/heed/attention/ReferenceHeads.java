package dev.heed.attention;

import dev.heed.tensor.Tensor;
import java.util.Arrays;

/// The rows of one query in several heads, in double precision and step by step: all heads of a
/// batch where heads talk, else one.
final class ReferenceHeads {
  final ReferenceRow[] rows;
  private final BoundCall call;

  /// The scores before any modifier of each head, `[n][S]`.
  private final double[][] raw;

  /// The weights that the normalizer gave each head, where heads exchange them.
  private final double[][] own;

  private final double[][] mixed;

  /// -1 where some row sees the key, else 0.
  private final int[] seen;

  private ReferenceHeads(BoundCall call, int count) {
    int keys = call.shape.keys();
    this.call = call;
    this.rows = new ReferenceRow[count];
    Arrays.setAll(rows, _ -> new ReferenceRow(call));
    this.raw = new double[count][keys];
    this.own = new double[count][keys];
    this.mixed = new double[count][keys];
    this.seen = new int[keys];
  }

  /// Of how many heads rows are computed together.
  static int together(BoundCall call) {
    return call.attention.talks() ? call.shape.heads() : 1;
  }

  static ReferenceHeads of(BoundCall call) {
    return new ReferenceHeads(call, together(call));
  }

  /// Moves to query `t` of batch `b`, in heads from `first` on.
  ReferenceHeads at(int b, int first, int t) {
    Arrays.fill(seen, 0);
    for (int n = 0; n < rows.length; n++) {
      rows[n].at(b, first + n, t);
      for (int s = 0; s < seen.length; s++) {
        seen[s] |= rows[n].visible[s];
      }
    }
    return this;
  }

  /// Computes the scores.
  void score() {
    for (int n = 0; n < rows.length; n++) {
      rows[n].raw(seen, raw[n]);
    }
    double[][] scores = raw;
    if (call.attention.mixes(Mixing.TalkScores.class)) {
      mix(Mixing.SCORES, raw, mixed);
      scores = mixed;
    }
    for (int n = 0; n < rows.length; n++) {
      rows[n].score(scores[n]);
    }
  }

  /// Turns the scores into weights.
  void normalize() {
    for (ReferenceRow row : rows) {
      row.normalize();
    }
    if (call.attention.mixes(Mixing.TalkWeights.class)) {
      for (int n = 0; n < rows.length; n++) {
        System.arraycopy(rows[n].weights, 0, own[n], 0, seen.length);
      }
      mix(Mixing.WEIGHTS, own, mixed);
      for (int n = 0; n < rows.length; n++) {
        setSeen(rows[n], mixed[n], rows[n].weights);
      }
    }
  }

  private static void setSeen(ReferenceRow row, double[] from, double[] to) {
    for (int s = 0; s < to.length; s++) {
      to[s] = row.visible[s] == 0 ? 0 : from[s];
    }
  }

  /// `to_h = Σ_n M[h, n] from_n`, where some row sees the key.
  private void mix(String name, double[][] from, double[][] to) {
    for (int h = 0; h < rows.length; h++) {
      Arrays.fill(to[h], 0);
      for (int n = 0; n < rows.length; n++) {
        double factor = call.learned(name, h * rows.length + n);
        for (int s = 0; s < seen.length; s++) {
          to[h][s] += seen[s] == 0 ? 0 : factor * from[n][s];
        }
      }
    }
  }

  /// The way back of [#mix]: the gradients of what was mixed, in place.
  private void mixBack(String name, double[][] from, double[][] gradients, LearnedSums learned) {
    double[][] after = new double[rows.length][];
    Arrays.setAll(after, n -> gradients[n].clone());
    for (double[] gradient : gradients) {
      Arrays.fill(gradient, 0);
    }
    for (int h = 0; h < rows.length; h++) {
      double[] sums = learned.of(name, 0, rows[h].b, rows[h].h);
      for (int n = 0; n < rows.length; n++) {
        double factor = call.learned(name, h * rows.length + n);
        double product = 0;
        for (int s = 0; s < seen.length; s++) {
          if (seen[s] != 0 && after[h][s] != 0) {
            gradients[n][s] += factor * after[h][s];
            product += from[n][s] * after[h][s];
          }
        }
        if (sums.length > 0) {
          sums[n] += product;
        }
      }
    }
  }

  /// Leads the gradients of the weights that values were weighed with, in place, back to those of
  /// the scores before any modifier.
  ///
  /// @param dq what the queries get, added to, `[n][E]`
  void back(double[][] gradients, double[][] dq, LearnedSums learned) {
    if (call.attention.mixes(Mixing.TalkWeights.class)) {
      mixBack(Mixing.WEIGHTS, own, gradients, learned);
      for (int n = 0; n < rows.length; n++) {
        System.arraycopy(own[n], 0, rows[n].weights, 0, seen.length);
      }
    }
    for (int n = 0; n < rows.length; n++) {
      rows[n].backward(gradients[n], learned);
      rows[n].backModifiers(gradients[n], dq[n], learned);
    }
    if (call.attention.mixes(Mixing.TalkScores.class)) {
      mixBack(Mixing.SCORES, raw, gradients, learned);
    }
  }

  /// Leads these back to query and keys.
  void backScore(int n, double[] gradient, double[] dq, ReferenceRow.Sums sums) {
    rows[n].backScore(seen, gradient, dq, sums);
  }

  /// Where the row of head `n` of these begins in a map `[B, H, T, S]`.
  private int at(int n) {
    AttentionShape shape = call.shape;
    ReferenceRow row = rows[n];
    return ((row.b * shape.heads() + row.h) * shape.queries() + row.t) * shape.keys();
  }

  /// Turns given scores into weights.
  void normalize(Tensor scores) {
    for (int n = 0; n < rows.length; n++) {
      rows[n].scoreFrom(scores.array(), scores.offset() + at(n));
    }
    normalize();
  }

  /// Takes weights from a map.
  void weigh(Tensor pattern) {
    for (int n = 0; n < rows.length; n++) {
      rows[n].weighFrom(pattern.array(), pattern.offset() + at(n));
    }
  }

  /// What of a row goes to a map.
  interface Of {
    double[] numbers(ReferenceRow row);
  }

  /// Writes rows to a map.
  void copy(Of what, Tensor to) {
    for (int n = 0; n < rows.length; n++) {
      double[] from = what.numbers(rows[n]);
      for (int s = 0; s < from.length; s++) {
        to.array()[to.offset() + at(n) + s] = (float) from[s];
      }
    }
  }
}
