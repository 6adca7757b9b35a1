package dev.heed.cli.conform;

import dev.heed.grad.Activate;
import dev.heed.grad.Activation;
import dev.heed.grad.Run;
import java.util.List;
import java.util.Set;

/// [Gelu](https://onnx.ai/onnx/operators/onnx__Gelu.html), exact or with tanh.
final class OnnxGelu implements OnnxOperator {
  @Override
  public List<Check> run(OnnxCall call, Run run) {
    call.check(Set.of("approximate"), 1);
    String approximate = call.attributes().string("approximate", "none");
    Activation activation =
        switch (approximate) {
          case "none" -> Activation.GELU_ERF;
          case "tanh" -> Activation.GELU_TANH;
          default ->
              throw new UnsupportedCase(
                  "Gelu: approximate '%s'; none and tanh are known".formatted(approximate));
        };
    return call.check(0, "Activate", run.apply(new Activate(call.tensor(0), activation)));
  }
}
