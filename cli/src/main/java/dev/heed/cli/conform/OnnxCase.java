package dev.heed.cli.conform;

import dev.heed.grad.Run;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// A call of `conformance/onnx`, by way of the operator that its header names.
final class OnnxCase {
  private static final Map<String, OnnxOperator> OPERATORS =
      new TreeMap<>(
          Map.of(
              "Attention", new OnnxAttention(),
              "CausalConvWithState", new OnnxCausalConv(),
              "FlexAttention", new OnnxFlexAttention(),
              "LinearAttention", new OnnxLinearAttention(),
              "RotaryEmbedding", new OnnxRotary(),
              "RMSNormalization", new OnnxRmsNorm(),
              "LayerNormalization", new OnnxLayerNorm(),
              "Gelu", new OnnxGelu()));

  private OnnxCase() {}

  static List<Check> checks(OnnxCall call, Run run) {
    OnnxOperator operator = OPERATORS.get(call.operator());
    if (operator == null) {
      throw new UnsupportedCase(
          "operator '%s'; known are %s"
              .formatted(call.operator(), String.join(", ", OPERATORS.keySet())));
    }
    List<Check> checks = operator.run(call, run);
    if (checks.isEmpty()) {
      throw new UnsupportedCase(
          "%s: none of the outputs %s is computed".formatted(call.operator(), call.outputs()));
    }
    return checks;
  }
}
