package dev.heed.cli.conform;

import dev.heed.attention.mixer.ShortConvolve;
import dev.heed.checkpoint.CheckpointException;
import dev.heed.grad.Activate;
import dev.heed.grad.Activation;
import dev.heed.grad.Run;
import dev.heed.tensor.Tensor;
import dev.heed.tensor.Weight;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// CausalConvWithState of ONNX's opset 27: a short convolution of channels `[B, D, T]`.
final class OnnxCausalConv implements OnnxOperator {
  @Override
  public List<Check> run(OnnxCall call, Run run) {
    call.check(Set.of("activation"), 4);
    Tensor x = call.tensors().tensor(call.required(0), 3, "[B, D, T]");
    Tensor taps = call.tensors().tensor(call.required(1), 3, "[D, 1, K]");
    if (taps.axis(2) < 1) {
      throw new CheckpointException(
          "CausalConvWithState: weight %s; [D, 1, K] with K of at least 1 would fit"
              .formatted(taps.shape()));
    }
    Tensor state = Tensor.zeros(x.axis(0), x.axis(1), taps.axis(2) - 1);
    ShortConvolve convolve =
        ShortConvolve.of(Axes.swapLast(x), weight("weight", taps), bias(call)).into(state);
    Optional<Tensor> past = call.optionalTensor(3);
    Tensor y = run.apply(past.map(convolve::after).orElse(convolve));
    String activation = call.attributes().string("activation", "none");
    Tensor active =
        switch (activation) {
          case "none" -> y;
          case "silu", "swish" -> run.apply(new Activate(y, Activation.SILU));
          default ->
              throw new UnsupportedCase(
                  "CausalConvWithState: activation '%s'; none, silu and swish are known"
                      .formatted(activation));
        };
    List<Check> checks = new ArrayList<>(call.check(0, "ShortConvolve", Axes.swapLast(active)));
    checks.addAll(call.check(1, "ShortConvolve", state));
    return checks;
  }

  private static Optional<Weight> bias(OnnxCall call) {
    return call.optionalTensor(2).map(numbers -> weight("bias", numbers));
  }

  private static Weight weight(String name, Tensor numbers) {
    return Weight.of(name, numbers.toArray(), numbers.shape().toArray());
  }
}
