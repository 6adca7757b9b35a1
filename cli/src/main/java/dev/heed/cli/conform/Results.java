package dev.heed.cli.conform;

import dev.heed.attention.Attention;
import dev.heed.attention.AttentionInput;
import dev.heed.attention.AttentionShape;
import dev.heed.attention.Decode;
import dev.heed.attention.Executor;
import dev.heed.attention.HeadView;
import dev.heed.attention.Reference;
import dev.heed.attention.Tiled;
import dev.heed.attention.UnsupportedCombinationException;
import dev.heed.grad.Run;
import dev.heed.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/// The result of an attention by every executor that computes it.
final class Results {
  static final List<Executor> EXECUTORS = List.of(new Reference(), new Tiled(), new Decode());

  private Results() {}

  /// Compares output 0, heads `[B, H, T, W]` or side by side `[B, T, H·W]`, as queries came.
  static List<Check> compare(OnnxCall call, Attention attention, AttentionInput input, Run run) {
    AttentionShape shape = input.shape();
    boolean four = call.tensor(0).shape().rank() == 4;
    List<Check> checks = new ArrayList<>();
    UnsupportedCombinationException refused = null;
    for (Executor executor : EXECUTORS) {
      Tensor y =
          four
              ? Tensor.zeros(shape.batch(), shape.heads(), shape.queries(), shape.valueWidth())
              : Tensor.zeros(shape.batch(), shape.queries(), shape.heads() * shape.valueWidth());
      y.fill(Float.NaN);
      try {
        HeadView out = four ? HeadView.of(y) : HeadView.split(y, shape.heads());
        executor.forward(attention, input, out, run);
        checks.addAll(call.check(0, name(executor), y));
      } catch (UnsupportedCombinationException e) {
        refused = e;
      }
    }
    if (checks.isEmpty() && refused != null) {
      throw refused;
    }
    return checks;
  }

  static String name(Executor executor) {
    return executor.getClass().getSimpleName();
  }
}
