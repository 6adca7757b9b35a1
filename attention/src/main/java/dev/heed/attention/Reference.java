package dev.heed.attention;

import dev.heed.grad.Run;

/// The oracle and the microscope: plain loops in double precision that materialise every map.
public record Reference() implements Executor {
  @Override
  public void forward(Attention attention, AttentionInput input, HeadView out, Run run) {
    throw new UnsupportedCombinationException("executor Reference", "forward", "not there yet");
  }

  @Override
  public void backward(
      Attention attention, AttentionInput input, HeadView dOut, InputGradients gradients, Run run) {
    throw new UnsupportedCombinationException("executor Reference", "backward", "not there yet");
  }
}
