package dev.heed.attention;

import dev.heed.kernel.Rows;
import dev.heed.tensor.Shape;
import dev.heed.tensor.Tensor;
import java.util.Arrays;

/// Where the results of chunks lie until they are merged: for each key/value head, chunk and query
/// head that shares it, a row of weighted sums `[W]`, the largest score and the sum of
/// exponentials.
///
/// @param queries how many
/// @param chunks in how many chunks the keys are cut, by their number alone
record DecodeParts(AttentionShape shape, int queries, int chunks) {
  /// Keys of a chunk: with a width of 64, keys and values of 128 KiB, which stay in the second
  /// cache between the steps.
  static final int CHUNK = 256;

  static DecodeParts of(AttentionShape shape, int queries) {
    return new DecodeParts(shape, queries, (shape.keys() + CHUNK - 1) / CHUNK);
  }

  Shape size() {
    int heads = Math.multiplyExact(shape.batch() * shape.heads(), queries);
    return Shape.of(Math.multiplyExact(heads, chunks), shape.valueWidth() + 2);
  }

  /// Where the part of a query and a query head in the group begins.
  ///
  /// @param task the number of the key/value head over all batches, times the chunks, plus the
  ///   chunk
  int row(int task, int query, int headInGroup) {
    int rows = (task * queries + query) * shape.groupSize() + headInGroup;
    return rows * (shape.valueWidth() + 2);
  }

  /// Merges the parts of a query into that of chunk 0, in the order of the chunks, and divides by
  /// the sum of all.
  ///
  /// @param head the number of the query head over all batches
  /// @param sink the logit of the sink, -∞ for none
  void merge(Tensor memory, int head, int query, float sink, Rows rows) {
    float[] numbers = memory.array();
    int width = shape.valueWidth();
    float largest = sink;
    for (int chunk = 0; chunk < chunks; chunk++) {
      largest = Math.max(largest, numbers[part(memory, head, query, chunk) + width]);
    }
    if (chunks == 0 || largest == Float.NEGATIVE_INFINITY) {
      return;
    }
    float sum = (float) Math.exp(sink - largest);
    int first = part(memory, head, query, 0);
    for (int chunk = 0; chunk < chunks; chunk++) {
      int at = part(memory, head, query, chunk);
      float chunkLargest = numbers[at + width];
      float factor = (float) Math.exp(chunkLargest - largest);
      sum += factor * numbers[at + width + 1];
      if (chunk == 0) {
        rows.scale(factor, numbers, at, numbers, at, width);
      } else if (chunkLargest != Float.NEGATIVE_INFINITY) {
        // even where the factor is 0: a value that is NaN and seen makes the result NaN
        rows.addScaled(factor, numbers, at, numbers, first, width);
      }
    }
    rows.scale(1 / sum, numbers, first, numbers, first, width);
  }

  /// Copies a merged part.
  void copy(Tensor memory, int head, int query, HeadView out, int at) {
    if (chunks == 0) {
      Arrays.fill(out.array(), at, at + shape.valueWidth(), 0);
    } else {
      int from = part(memory, head, query, 0);
      System.arraycopy(memory.array(), from, out.array(), at, shape.valueWidth());
    }
  }

  private int part(Tensor memory, int head, int query, int chunk) {
    int group = head / shape.groupSize();
    return memory.offset() + row(group * chunks + chunk, query, head % shape.groupSize());
  }
}
