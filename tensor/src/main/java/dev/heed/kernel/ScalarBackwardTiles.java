package dev.heed.kernel;

import java.util.Arrays;

/// The tiles of attention's backward as the formulas read.
final class ScalarBackwardTiles implements BackwardTiles {
  private static final int QUERIES = QueryBlock.QUERIES;
  private static final int COLUMNS = ProductTile.COLUMNS;

  @Override
  public void start(BackwardBlock block, Matrix queries, float factor, Matrix dOut, Matrix out) {
    block.begin(queries, factor, dOut, out);
    block.finite = false;
    Arrays.fill(block.outs, 0);
    for (int t = 0; t < dOut.rows(); t++) {
      for (int w = 0; w < dOut.columns(); w++) {
        float gradient = dOut.array()[dOut.offset() + t * dOut.rowStride() + w];
        block.outs[w * QUERIES + t] = gradient;
        block.deltas[t] += gradient * out.array()[out.offset() + t * out.rowStride() + w];
      }
    }
    rows(dOut, 1, block.outRows);
    rows(queries, factor, block.queryRows);
  }

  /// Rows as panels of 32 columns, times a factor; zeros where there is nothing.
  static void rows(Matrix from, float factor, float[] panels) {
    Arrays.fill(panels, 0);
    for (int t = 0; t < from.rows(); t++) {
      int row = from.offset() + t * from.rowStride();
      for (int column = 0; column < from.columns(); column++) {
        panels[place(t, column)] = factor * from.array()[row + column];
      }
    }
  }

  private static int place(int t, int column) {
    return (column / COLUMNS * QUERIES + t) * COLUMNS + column % COLUMNS;
  }

  @Override
  public void slope(BackwardBlock block, float cap) {
    for (int n = 0; n < block.block.keys * QUERIES; n++) {
      float share = block.block.scores[n] / cap;
      block.slopes[n] = (block.sloped ? block.slopes[n] : 1) * (1 - share * share);
    }
    block.sloped = true;
  }

  @Override
  public void gradients(BackwardBlock block, Matrix values) {
    block.checkTile(values, block.block.valueWidth);
    for (int s = 0; s < block.block.keys; s++) {
      int value = values.offset() + s * values.rowStride();
      for (int t = 0; t < block.count; t++) {
        float sum = 0;
        for (int w = 0; w < values.columns(); w++) {
          sum += block.outs[w * QUERIES + t] * values.array()[value + w];
        }
        block.gradients[s * QUERIES + t] = sum;
      }
    }
  }

  @Override
  public void weigh(BackwardBlock block) {
    QueryBlock queries = block.block;
    for (int s = 0; s < queries.keys; s++) {
      for (int t = 0; t < block.count; t++) {
        int at = s * QUERIES + t;
        double score = queries.scores[at] * QueryBlock.LOG2_E;
        float slope = block.sloped ? block.slopes[at] : 1;
        boolean sees = queries.sees(t, s);
        float weight =
            sees ? (float) Math.pow(2, score - queries.origins[t] - queries.offsets[t]) : 0;
        queries.scores[at] = weight;
        block.gradients[at] = sees ? weight * (block.gradients[at] - block.deltas[t]) * slope : 0;
      }
    }
    block.sloped = false;
  }

  @Override
  public void addQueries(BackwardBlock block, Matrix keys) {
    block.checkTile(keys, block.block.width);
    for (int t = 0; t < block.count; t++) {
      for (int s = 0; s < block.block.keys; s++) {
        int key = keys.offset() + s * keys.rowStride();
        for (int e = 0; e < block.block.width && block.block.sees(t, s); e++) {
          block.sums[e * QUERIES + t] += block.gradients[s * QUERIES + t] * keys.array()[key + e];
        }
      }
    }
  }

  @Override
  public void addKeys(BackwardBlock block, KeyGradients sums, int first) {
    QueryBlock queries = block.block;
    for (int s = 0; s < queries.keys; s++) {
      for (int t = 0; t < block.count; t++) {
        int at = s * QUERIES + t;
        for (int e = 0; e < queries.width && queries.sees(t, s); e++) {
          sums.array[sums.key(e / COLUMNS, first + s) + e % COLUMNS] +=
              block.gradients[at] * block.queryRows[place(t, e)];
        }
        for (int w = 0; w < queries.valueWidth && queries.sees(t, s); w++) {
          sums.array[sums.value(w / COLUMNS, first + s) + w % COLUMNS] +=
              queries.scores[at] * block.outRows[place(t, w)];
        }
      }
    }
  }

  @Override
  public void finish(BackwardBlock block, Matrix dq) {
    BackwardBlock.check("dq", dq, block.count, block.block.width);
    for (int t = 0; t < dq.rows(); t++) {
      for (int e = 0; e < dq.columns(); e++) {
        dq.array()[dq.offset() + t * dq.rowStride() + e] +=
            block.factor * block.sums[e * QUERIES + t];
      }
    }
  }

  @Override
  public void finish(KeyGradients sums, int first, Matrix dk, Matrix dv) {
    for (int s = 0; s < dk.rows(); s++) {
      for (int e = 0; e < dk.columns(); e++) {
        dk.array()[dk.offset() + s * dk.rowStride() + e] +=
            sums.array[sums.key(e / COLUMNS, first + s) + e % COLUMNS];
      }
      for (int w = 0; w < dv.columns(); w++) {
        dv.array()[dv.offset() + s * dv.rowStride() + w] +=
            sums.array[sums.value(w / COLUMNS, first + s) + w % COLUMNS];
      }
    }
  }
}
