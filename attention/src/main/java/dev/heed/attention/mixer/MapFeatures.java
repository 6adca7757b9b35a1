package dev.heed.attention.mixer;

import dev.heed.grad.Gradients;
import dev.heed.grad.Operation;
import dev.heed.grad.Run;
import dev.heed.tensor.Operand;
import dev.heed.tensor.ShapeException;
import dev.heed.tensor.Tensor;
import java.util.List;

/// Maps each head to features.
///
/// @param x `[B, T, heads·E]`; the result is `[B, T, heads·features]`
public record MapFeatures(Tensor x, int heads, FeatureMap map) implements Operation {
  private static final int NUMBERS_A_TASK = 1 << 14;

  public MapFeatures {
    if (x.shape().rank() != 3 || heads < 1 || x.axis(2) % heads != 0) {
      throw new ShapeException(
          "features: %s is not [B, T, heads·E] of %d heads".formatted(x.shape(), heads));
    }
  }

  @Override
  public List<Operand> operands() {
    return List.of(x);
  }

  @Override
  public Tensor forward(Run run) {
    int width = x.axis(2) / heads;
    Tensor y = run.allocate(x.shape().withLast(heads * map.features(width)));
    rows(run, row -> forward(run, row, width, y));
    return y;
  }

  private void forward(Run run, int row, int width, Tensor y) {
    int from = x.offset() + row * width;
    int to = y.offset() + row * map.features(width);
    switch (map) {
      case FeatureMap.Identity _ -> System.arraycopy(x.array(), from, y.array(), to, width);
      case FeatureMap.EluPlusOne _ -> {
        for (int i = 0; i < width; i++) {
          y.array()[to + i] = elu(x.array()[from + i]) + 1;
        }
      }
      case FeatureMap.Relu _ -> run.kernels().rows().relu(x.array(), from, y.array(), to, width);
    }
  }

  private static float elu(float x) {
    return x > 0 ? x : (float) Math.expm1(x);
  }

  @Override
  public void backward(Tensor dy, Gradients gradients, Run run) {
    if (!gradients.wants(x)) {
      return;
    }
    int width = x.axis(2) / heads;
    Tensor dx = gradients.of(x);
    rows(run, row -> backward(dy, row, width, dx));
  }

  private void backward(Tensor dy, int row, int width, Tensor dx) {
    int from = row * width;
    int of = dy.offset() + row * map.features(width);
    for (int i = 0; i < width; i++) {
      float at = x.array()[x.offset() + from + i];
      float slope =
          switch (map) {
            case FeatureMap.Identity _ -> 1;
            case FeatureMap.EluPlusOne _ -> at > 0 ? 1 : (float) Math.exp(at);
            case FeatureMap.Relu _ -> at > 0 ? 1 : 0;
          };
      dx.array()[dx.offset() + from + i] += slope * dy.array()[of + i];
    }
  }

  /// Work on one head of one position.
  private interface Row {
    void run(int row);
  }

  private void rows(Run run, Row work) {
    int rows = x.shape().rows() * heads;
    int each = Math.max(1, NUMBERS_A_TASK / Math.max(1, x.axis(2) / heads));
    run.workers()
        .run(
            (rows + each - 1) / each,
            (task, _) -> {
              for (int row = task * each; row < Math.min(rows, (task + 1) * each); row++) {
                work.run(row);
              }
            });
  }
}
