package dev.heed.attention;

import dev.heed.kernel.BackwardBlock;
import dev.heed.kernel.Kernels;
import dev.heed.kernel.QueryBlock;
import dev.heed.kernel.WeightRule;
import java.util.Arrays;

/// Softmax of the blocks with the largest means: a first look adds up the means. Keeps besides a
/// bit a block.
final class BlockSelection implements BlockNormalizer {
  private static final int QUERIES = QueryBlock.QUERIES;

  private final Kernels kernels;
  private final Softmax softmax;
  private final KeyBlocks blocks;
  private final int[] blockOf;
  private final int most;

  /// The sums of the scores of each block that a query sees, and how many these are,
  /// `[blocks][32]`.
  private final float[] sums;

  private final float[] counts;

  /// A bit for each block of a query.
  private final int[][] chosen;

  BlockSelection(BoundCall call, int b, Kernels kernels, int most) {
    this.kernels = kernels;
    this.softmax = new Softmax(kernels.attention(), Float.NEGATIVE_INFINITY);
    this.blocks = call.blocks.orElseThrow();
    this.blockOf = blocks.batch(b);
    this.most = most;
    this.sums = new float[blocks.count() * QUERIES];
    this.counts = new float[blocks.count() * QUERIES];
    this.chosen = new int[QUERIES][blocks.words()];
  }

  @Override
  public boolean looksFirst() {
    return true;
  }

  @Override
  public void look(QueryBlock block, int first) {
    int end = first + block.keys();
    for (int s = first; s < end; ) {
      int to = end(s, end);
      int at = blockOf[s] * QUERIES;
      kernels.observers().addScores(block, s - first, to - s, sums, counts, at);
      s = to;
    }
  }

  /// The first key from `s` on that is of another block.
  private int end(int s, int end) {
    int to = s + 1;
    while (to < end && blockOf[to] == blockOf[s]) {
      to++;
    }
    return to;
  }

  @Override
  public void decide(QueryBlock block) {
    double[] means = new double[blocks.count()];
    for (int query = 0; query < QUERIES && means.length > 0; query++) {
      for (int n = 0; n < means.length; n++) {
        int at = n * QUERIES + query;
        means[n] = counts[at] == 0 ? Double.NEGATIVE_INFINITY : (double) sums[at] / counts[at];
      }
      KeyBlocks.choose(means, most, chosen[query]);
    }
    Arrays.fill(sums, 0);
    Arrays.fill(counts, 0);
  }

  @Override
  public void again(QueryBlock block, int first) {
    int end = first + block.keys();
    for (int s = first; s < end; ) {
      int to = end(s, end);
      int queries = 0;
      for (int query = 0; query < QUERIES; query++) {
        queries |= KeyBlocks.isChosen(chosen[query], blockOf[s]) ? 1 << query : 0;
      }
      kernels.normalizers().leave(block, s - first, to - s, queries);
      s = to;
    }
  }

  @Override
  public void weigh(QueryBlock block, int first) {
    again(block, first);
    softmax.weigh(block, first);
  }

  @Override
  public void finish(QueryBlock block) {
    softmax.finish(block);
  }

  @Override
  public void keep(QueryBlock block, int query, RowNumbers numbers, int row) {
    softmax.keep(block, query, numbers, row);
    for (int word = 0; word < chosen[query].length; word++) {
      numbers.set(2 + word, row, chosen[query][word]);
    }
  }

  @Override
  public void load(QueryBlock block, int query, RowNumbers numbers, int row) {
    softmax.load(block, query, numbers, row);
    for (int word = 0; word < chosen[query].length; word++) {
      chosen[query][word] = (int) numbers.at(2 + word, row);
    }
  }

  @Override
  public WeightRule rule() {
    return softmax.rule();
  }

  @Override
  public float delta(BackwardBlock block, int query) {
    return softmax.delta(block, query);
  }
}
