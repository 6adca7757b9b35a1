package dev.heed.attention;

import dev.heed.grad.Run;

/// Few queries against many keys.
public record Decode() implements Executor {
  /// More queries than this are for [Tiled].
  static final int MOST_QUERIES = 4;

  @Override
  public void forward(Attention attention, AttentionInput input, HeadView out, Run run) {
    new Tiled().forward(attention, input, out, run);
  }

  @Override
  public void backward(
      Attention attention, AttentionInput input, OutputGradients dy, InputGradients dx, Run run) {
    throw new UnsupportedCombinationException(
        "executor Decode", "backward", "executor Reference computes gradients");
  }
}
