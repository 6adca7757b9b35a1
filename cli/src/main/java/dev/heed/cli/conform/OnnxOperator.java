package dev.heed.cli.conform;

import dev.heed.grad.Run;
import java.util.List;

/// An operator of ONNX in Heed's terms.
interface OnnxOperator {
  /// Computes a call and compares every output.
  List<Check> run(OnnxCall call, Run run);
}
