package dev.heed.attention;

import dev.heed.tensor.Shape;
import dev.heed.tensor.Tensor;

/// What rows keep so that their weights can be computed again, a tile at a time, `[planes, B, H,
/// T]`. What these numbers are, the normalizer knows, [BlockNormalizer].
record RowNumbers(Tensor numbers) {
  /// How many numbers a call has.
  static Shape shape(BoundCall call) {
    AttentionShape shape = call.shape;
    int more = call.attention.normalizer() instanceof Normalizer.TopK ? 2 : 0;
    int planes = 2 + more + call.blocks.map(KeyBlocks::words).orElse(0);
    return Shape.of(planes, shape.batch(), shape.heads(), shape.queries());
  }

  /// @param row the number of the query over all batches and heads
  void set(int plane, int row, float number) {
    numbers.array()[place(plane, row)] = number;
  }

  float at(int plane, int row) {
    return numbers.array()[place(plane, row)];
  }

  private int place(int plane, int row) {
    return numbers.offset() + plane * (numbers.size() / numbers.axis(0)) + row;
  }
}
