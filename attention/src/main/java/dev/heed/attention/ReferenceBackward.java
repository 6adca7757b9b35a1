package dev.heed.attention;

import java.util.Arrays;

/// The gradients of a call, one key/value head at a time, so that the heads that share it add to it
/// in their order.
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

  /// The sums of one key/value head.
  private record Sums(double[][] k, double[][] v) {}

  void group(int b, int g) {
    Sums sums =
        new Sums(
            new double[shape.keys()][shape.width()], new double[shape.keys()][shape.valueWidth()]);
    ReferenceRow row = new ReferenceRow(call);
    double[] gradient = new double[shape.keys()];
    double[] dq = new double[shape.width()];
    for (int h = g * shape.groupSize(); h < (g + 1) * shape.groupSize(); h++) {
      for (int t = 0; t < shape.queries(); t++) {
        row.at(b, h, t).score();
        row.normalize();
        weightGradient(row, gradient);
        addValues(row, sums.v);
        row.backward(gradient, learned);
        Arrays.fill(dq, 0);
        row.back(gradient, dq, sums.k, learned);
        add(dq, dx.q(), dx.q().row(b, h, t));
      }
    }
    for (int s = 0; s < shape.keys(); s++) {
      add(sums.k[s], dx.k(), dx.k().row(b, g, s));
      add(sums.v[s], dx.v(), dx.v().row(b, g, s));
    }
  }

  /// `dw_j = dOut · v_j`, and the share of the statistics.
  private void weightGradient(ReferenceRow row, double[] gradient) {
    int group = shape.groupOf(row.h);
    HeadView v = call.input.v();
    int rowOf = row.b * shape.heads() + row.h;
    for (int s = 0; s < shape.keys(); s++) {
      gradient[s] = 0;
      if (row.visible[s] == 0) {
        continue;
      }
      int out = dy.out().row(row.b, row.h, row.t);
      gradient[s] = row.kept[s] * ReferenceRow.dot(dy.out(), out, v, v.row(row.b, group, s));
      if (dy.coverage().length > 0) {
        gradient[s] += dy.coverage()[rowOf * shape.keys() + s];
      }
      if (dy.entropy().length > 0 && row.weights[s] > 0) {
        gradient[s] -=
            dy.entropy()[rowOf * shape.queries() + row.t] * (Math.log(row.weights[s]) + 1);
      }
    }
  }

  private void addValues(ReferenceRow row, double[][] dv) {
    int at = dy.out().row(row.b, row.h, row.t);
    for (int s = 0; s < shape.keys(); s++) {
      for (int w = 0; w < shape.valueWidth() && row.visible[s] != 0; w++) {
        dv[s][w] += row.weights[s] * row.kept[s] * dy.out().array()[at + w];
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
