package dev.heed.attention;

import dev.heed.grad.Run;

/// Runs attention calls. All executors compute the same thing; they differ in cost and in what they
/// can honour, and throw [UnsupportedCombinationException] rather than leave anything out.
public sealed interface Executor permits Reference, Tiled, Decode {
  /// Writes the result of a call.
  ///
  /// @param out the weighted values `[B, H, T, W]`, overwritten
  void forward(Attention attention, AttentionInput input, HeadView out, Run run);

  /// Adds the gradients of the inputs.
  void backward(
      Attention attention, AttentionInput input, OutputGradients dy, InputGradients dx, Run run);

  /// Queries of a tile.
  int queryTile();

  /// Keys of a tile.
  int keyTile();

  /// Bytes of memory that a call of these lengths takes besides its inputs and its result, on one
  /// thread.
  long scratch(AttentionShape shape);

  /// The executor for a call of these lengths where the run asks for none: [Decode] for few queries
  /// of which nothing is left to chance, else [Tiled].
  static Executor fitting(Attention attention, AttentionShape shape) {
    return attention.chance().isNone() ? fitting(shape) : new Tiled();
  }

  /// The executor for a call of these lengths that leaves nothing to chance.
  static Executor fitting(AttentionShape shape) {
    return shape.queries() <= Decode.MOST_QUERIES ? new Decode() : new Tiled();
  }
}
