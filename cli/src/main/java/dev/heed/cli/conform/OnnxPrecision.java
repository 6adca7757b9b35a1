package dev.heed.cli.conform;

import dev.heed.tensor.DataType;
import java.util.Map;

/// The type that a softmax is asked to be computed in.
final class OnnxPrecision {
  /// Bits of the fraction, by ONNX's number of the type.
  private static final Map<Integer, Integer> FRACTIONS = Map.of(1, 23, 10, 10, 11, 52, 16, 7);

  private OnnxPrecision() {}

  /// Refuses a softmax that is asked to be less exact than the numbers that come and go.
  static void check(OnnxCall call) {
    if (!call.attributes().has("softmax_precision")) {
      return;
    }
    int wanted = call.attributes().integer("softmax_precision");
    Integer fraction = FRACTIONS.get(wanted);
    int own =
        switch (call.tensors().type(call.required(0))) {
          case F16 -> 10;
          case BF16 -> 7;
          case DataType _ -> 23;
        };
    if (fraction == null || fraction < own) {
      throw new UnsupportedCase(
          "%s: softmax_precision %d; single precision is computed, which is 1"
              .formatted(call.operator(), wanted));
    }
  }
}
