package dev.heed.cli.conform;

import dev.heed.grad.RmsNormalize;
import dev.heed.grad.Run;
import dev.heed.tensor.Tensor;
import dev.heed.tensor.Weight;
import java.util.List;
import java.util.Set;

/// [RMSNormalization](https://onnx.ai/onnx/operators/onnx__RMSNormalization.html) over the axes
/// from `axis` on.
final class OnnxRmsNorm implements OnnxOperator {
  static final double EPSILON = 1e-5;

  @Override
  public List<Check> run(OnnxCall call, Run run) {
    call.check(Set.of("axis", "epsilon", "stash_type"), 2);
    checkStash(call);
    Tensor x = call.tensor(0);
    int width = Axes.run(x, call.attributes().integer("axis", -1), call.operator());
    float[] gain = Axes.broadcast(call.tensor(1), x, width, call.operator());
    float epsilon = (float) call.attributes().number("epsilon", EPSILON);
    Tensor rows = x.reshape(x.size() / width, width);
    Tensor y = run.apply(new RmsNormalize(rows, Weight.of("gain", gain, width), epsilon));
    return call.check(0, "RmsNormalize", y.reshape(x.shape().toArray()));
  }

  /// Heed computes in single precision, as `stash_type` 1 asks.
  static void checkStash(OnnxCall call) {
    int stash = call.attributes().integer("stash_type", 1);
    if (stash != 1) {
      throw new UnsupportedCase("%s: stash_type %d; 1 is known".formatted(call.operator(), stash));
    }
  }
}
