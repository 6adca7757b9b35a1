package dev.heed.attention;

import java.util.Arrays;

/// The gradients of a call, one key/value head at a time, so that the heads that share it add to it
/// in their order; all of a batch together where heads talk.
final class ReferenceBackward {
  private final BoundCall call;
  private final AttentionShape shape;
  private final OutputGradients dy;
  private final InputGradients dx;
  private final LearnedSums learned;

  ReferenceBackward(BoundCall call, OutputGradients dy, InputGradients dx) {
    this.call = call;
    this.shape = call.shape;
    this.dy = dy;
    this.dx = dx;
    this.learned = new LearnedSums(call, dx.parameters(), 1);
  }

  /// The sums of the keys and values of one key/value head.
  private record Sums(double[][] k, double[][] v) {
    static Sums of(AttentionShape shape) {
      return new Sums(
          new double[shape.keys()][shape.width()], new double[shape.keys()][shape.valueWidth()]);
    }
  }

  /// Key/value heads of a task.
  private int groups() {
    return call.attention.talks() ? shape.groups() : 1;
  }

  int tasks() {
    return shape.batch() * shape.groups() / groups();
  }

  void run(int task) {
    int b = task * groups() / shape.groups();
    int g0 = task * groups() % shape.groups();
    Sums[] sums = new Sums[groups()];
    Arrays.setAll(sums, _ -> Sums.of(shape));
    ReferenceHeads heads = ReferenceHeads.of(call);
    int size = heads.rows.length;
    double[][] gradients = new double[size][shape.keys()];
    double[][] dq = new double[size][shape.width()];
    int last = (g0 + groups()) * shape.groupSize();
    for (int first = g0 * shape.groupSize(); first < last; first += size) {
      for (int t = 0; t < shape.queries(); t++) {
        heads.at(b, first, t).score();
        heads.normalize();
        for (int n = 0; n < size; n++) {
          weightGradient(heads.rows[n], gradients[n]);
          heads.rows[n].addValues(dy.out(), sums[shape.groupOf(first + n) - g0].v, learned);
          Arrays.fill(dq[n], 0);
        }
        heads.back(gradients, dq, learned);
        for (int n = 0; n < size; n++) {
          double[][] dk = sums[shape.groupOf(first + n) - g0].k;
          heads.backScore(n, gradients[n], dq[n], new ReferenceRow.Sums(dk, learned));
          add(dq[n], dx.q(), dx.q().row(b, first + n, t));
        }
      }
    }
    for (int n = 0; n < sums.length; n++) {
      for (int s = 0; s < shape.keys(); s++) {
        add(sums[n].k[s], dx.k(), dx.k().row(b, g0 + n, s));
        add(sums[n].v[s], dx.v(), dx.v().row(b, g0 + n, s));
      }
    }
  }

  /// `dw_j = dOut · v_j`, and the share of the statistics.
  private void weightGradient(ReferenceRow row, double[] gradient) {
    row.weightGradient(dy.out(), gradient);
    int rowOf = row.b * shape.heads() + row.h;
    for (int s = 0; s < shape.keys(); s++) {
      if (row.visible[s] == 0) {
        continue;
      }
      if (dy.coverage().length > 0) {
        gradient[s] += dy.coverage()[rowOf * shape.keys() + s];
      }
      if (dy.entropy().length > 0 && row.weights[s] > 0) {
        gradient[s] -=
            dy.entropy()[rowOf * shape.queries() + row.t] * (Math.log(row.weights[s]) + 1);
      }
    }
  }

  private static void add(double[] sum, HeadView out, int at) {
    for (int n = 0; n < sum.length; n++) {
      out.array()[at + n] += (float) sum[n];
    }
  }

  /// Adds the gradients of learned numbers, in the order of batches and heads.
  void addLearned() {
    learned.addUp();
  }
}
