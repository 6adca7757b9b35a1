package dev.heed.kernel;

import java.util.Arrays;

/// The tiles of attention as the formulas read.
final class ScalarAttentionTiles implements AttentionTiles {
  private static final int QUERIES = QueryBlock.QUERIES;

  @Override
  public void start(QueryBlock block, Matrix queries, float scale, float sink) {
    block.begin(queries, sink);
    Arrays.fill(block.queries, 0);
    for (int t = 0; t < block.count; t++) {
      int row = queries.offset() + t * queries.rowStride();
      for (int e = 0; e < block.width; e++) {
        block.queries[e * QUERIES + t] = scale * queries.array()[row + e * queries.columnStride()];
      }
    }
  }

  @Override
  public void score(QueryBlock block, Matrix keys) {
    block.tile(keys);
    for (int s = 0; s < block.keys; s++) {
      int row = keys.offset() + s * keys.rowStride();
      for (int t = 0; t < block.count; t++) {
        float sum = 0;
        for (int e = 0; e < block.width; e++) {
          sum += block.queries[e * QUERIES + t] * keys.array()[row + e * keys.columnStride()];
        }
        block.scores[s * QUERIES + t] = sum;
      }
    }
  }

  @Override
  public void scale(QueryBlock block, float factor) {
    for (int n = 0; n < block.keys * QUERIES; n++) {
      block.scores[n] *= factor;
    }
  }

  @Override
  public void softCap(QueryBlock block, float cap) {
    for (int n = 0; n < block.keys * QUERIES; n++) {
      block.scores[n] = (float) (cap * Math.tanh(block.scores[n] / (double) cap));
    }
  }

  @Override
  public void subtractDistance(
      QueryBlock block, float slope, int[] i, int iFrom, int[] j, int jFrom) {
    for (int s = 0; s < block.keys; s++) {
      for (int t = 0; t < block.count; t++) {
        block.scores[s * QUERIES + t] -= slope * Math.abs(i[iFrom + t] - j[jFrom + s]);
      }
    }
  }

  @Override
  public void hide(QueryBlock block, int first, int count, int[] visible, int from) {
    block.see(first, count, visible, from);
  }

  @Override
  public void weigh(QueryBlock block) {
    for (int t = 0; t < block.count; t++) {
      double maximum = block.maxima[t];
      for (int s = 0; s < block.keys; s++) {
        double score = block.scores[s * QUERIES + t] * QueryBlock.LOG2_E;
        maximum = block.sees(t, s) && score > maximum ? score : maximum;
      }
      float rounded = (float) maximum;
      float from = rounded == Float.NEGATIVE_INFINITY ? 0 : rounded;
      block.factors[t] = (float) Math.pow(2, block.maxima[t] - (double) from);
      block.maxima[t] = rounded;
      double total = 0;
      for (int s = 0; s < block.keys; s++) {
        double score = block.scores[s * QUERIES + t] * QueryBlock.LOG2_E;
        double weight = block.sees(t, s) ? Math.pow(2, score - from) : 0;
        total += weight;
        block.scores[s * QUERIES + t] = (float) weight;
      }
      block.totals[t] = (float) (block.totals[t] * (double) block.factors[t] + total);
    }
  }

  @Override
  public void sum(QueryBlock block, Matrix values) {
    block.checkValues(values);
    for (int t = 0; t < block.count; t++) {
      for (int w = 0; w < block.valueWidth; w++) {
        float sum = block.sums[w * QUERIES + t] * block.factors[t];
        for (int s = 0; s < block.keys; s++) {
          if (block.sees(t, s)) {
            float value = values.array()[values.offset() + s * values.rowStride() + w];
            sum += block.scores[s * QUERIES + t] * value;
          }
        }
        block.sums[w * QUERIES + t] = sum;
      }
    }
  }

  @Override
  public void finish(QueryBlock block, Matrix out) {
    block.checkOut(out);
    for (int t = 0; t < block.count; t++) {
      float factor = block.totals[t] == 0 ? 0 : 1 / block.totals[t];
      for (int w = 0; w < block.valueWidth; w++) {
        out.array()[out.offset() + t * out.rowStride() + w] = block.sums[w * QUERIES + t] * factor;
      }
    }
  }
}
