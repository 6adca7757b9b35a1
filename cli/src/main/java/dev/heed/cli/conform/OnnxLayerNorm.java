package dev.heed.cli.conform;

import dev.heed.grad.LayerNormalize;
import dev.heed.grad.Run;
import dev.heed.tensor.Tensor;
import dev.heed.tensor.Weight;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// [LayerNormalization](https://onnx.ai/onnx/operators/onnx__LayerNormalization.html) over the axes
/// from `axis` on, with mean and inverse deviation of each row.
final class OnnxLayerNorm implements OnnxOperator {
  @Override
  public List<Check> run(OnnxCall call, Run run) {
    call.check(Set.of("axis", "epsilon", "stash_type"), 3);
    OnnxRmsNorm.checkStash(call);
    Tensor x = call.tensor(0);
    int axis = call.attributes().integer("axis", -1);
    int width = Axes.run(x, axis, call.operator());
    float[] gain = Axes.broadcast(call.tensor(1), x, width, call.operator());
    float[] bias =
        call.optionalTensor(2)
            .map(given -> Axes.broadcast(given, x, width, call.operator()))
            .orElse(new float[width]);
    float epsilon = (float) call.attributes().number("epsilon", OnnxRmsNorm.EPSILON);
    Tensor rows = x.reshape(x.size() / width, width);
    LayerNormalize norm =
        new LayerNormalize(
            rows, Weight.of("gain", gain, width), Weight.of("bias", bias, width), epsilon);
    int[] moments = x.shape().toArray();
    for (int at = axis < 0 ? axis + moments.length : axis; at < moments.length; at++) {
      moments[at] = 1;
    }
    String way = "LayerNormalize";
    List<Check> checks = new ArrayList<>();
    checks.addAll(call.check(0, way, run.apply(norm).reshape(x.shape().toArray())));
    checks.addAll(call.check(1, way, norm.means().reshape(moments)));
    checks.addAll(call.check(2, way, norm.inverseDeviations().reshape(moments)));
    return checks;
  }
}
