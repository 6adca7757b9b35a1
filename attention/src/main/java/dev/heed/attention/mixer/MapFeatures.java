package dev.heed.attention.mixer;

import dev.heed.grad.Gradients;
import dev.heed.grad.Operation;
import dev.heed.grad.Run;
import dev.heed.kernel.Rows.Row;
import dev.heed.tensor.Operand;
import dev.heed.tensor.ShapeException;
import dev.heed.tensor.Tensor;
import java.util.List;

/// Maps each head to features.
///
/// @param x `[B, T, heads·E]`; the result is `[B, T, heads·features]`
public record MapFeatures(Tensor x, int heads, FeatureMap.Rowwise map) implements Operation {
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
    int features = map.features(width);
    Tensor y = run.allocate(x.shape().withLast(heads * features));
    HeadRows.run(
        x,
        heads,
        run,
        row -> {
          Row from = new Row(x.array(), x.offset() + row * width);
          forward(from, width, new Row(y.array(), y.offset() + row * features), run);
        });
    return y;
  }

  private void forward(Row x, int width, Row y, Run run) {
    switch (map) {
      case FeatureMap.Identity _ ->
          System.arraycopy(x.array(), x.from(), y.array(), y.from(), width);
      case FeatureMap.EluPlusOne _ -> elu(x, width, y, run);
      case FeatureMap.Relu _ -> {
        for (int i = 0; i < width; i++) {
          y.array()[y.from() + i] = Math.max(x.array()[x.from() + i], 0);
        }
      }
      case FeatureMap.Unit _ -> {
        float factor = (float) (1 / length(x, width));
        for (int i = 0; i < width; i++) {
          y.array()[y.from() + i] = factor * x.array()[x.from() + i];
        }
      }
      case FeatureMap.Taylor _ -> TaylorRow.forward(x, width, y);
    }
  }

  /// `max(x, 0) + exp(min(x, 0))`.
  private static void elu(Row x, int width, Row y, Run run) {
    for (int i = 0; i < width; i++) {
      y.array()[y.from() + i] = Math.min(x.array()[x.from() + i], 0);
    }
    run.kernels()
        .rowsBackward()
        .exponentials(1, 0, 0, y.array(), y.from(), y.array(), y.from(), width);
    for (int i = 0; i < width; i++) {
      y.array()[y.from() + i] += Math.max(x.array()[x.from() + i], 0);
    }
  }

  private static double length(Row x, int width) {
    double sum = 1e-6;
    for (int i = 0; i < width; i++) {
      sum += (double) x.array()[x.from() + i] * x.array()[x.from() + i];
    }
    return Math.sqrt(sum);
  }

  @Override
  public void backward(Tensor dy, Gradients gradients, Run run) {
    if (!gradients.wants(x)) {
      return;
    }
    int width = x.axis(2) / heads;
    int features = map.features(width);
    Tensor dx = gradients.of(x);
    HeadRows.run(
        x,
        heads,
        run,
        row -> {
          Row at = new Row(x.array(), x.offset() + row * width);
          Row from = new Row(dy.array(), dy.offset() + row * features);
          backward(at, width, from, new Row(dx.array(), dx.offset() + row * width), run);
        });
  }

  private void backward(Row x, int width, Row dy, Row dx, Run run) {
    switch (map) {
      case FeatureMap.Identity _ -> addSlopes(dy, dx, width, _ -> 1);
      case FeatureMap.EluPlusOne _ -> eluBackward(x, width, dy, dx, run);
      case FeatureMap.Relu _ -> addSlopes(dy, dx, width, i -> x.array()[x.from() + i] > 0 ? 1 : 0);
      case FeatureMap.Unit _ -> unitBackward(x, width, dy, dx);
      case FeatureMap.Taylor _ -> TaylorRow.backward(x, width, dy, dx);
    }
  }

  /// The slope is `exp(min(x, 0))`.
  private static void eluBackward(Row x, int width, Row dy, Row dx, Run run) {
    float[] slopes = new float[width];
    for (int i = 0; i < width; i++) {
      slopes[i] = Math.min(x.array()[x.from() + i], 0);
    }
    run.kernels().rowsBackward().exponentials(1, 0, 0, slopes, 0, slopes, 0, width);
    for (int i = 0; i < width; i++) {
      dx.array()[dx.from() + i] += slopes[i] * dy.array()[dy.from() + i];
    }
  }

  /// The derivative at one number of a row.
  private interface Slope {
    float at(int index);
  }

  private static void addSlopes(Row dy, Row dx, int width, Slope slope) {
    for (int i = 0; i < width; i++) {
      dx.array()[dx.from() + i] += slope.at(i) * dy.array()[dy.from() + i];
    }
  }

  /// `dx += (dy - y (y dy)) / |x|`.
  private static void unitBackward(Row x, int width, Row dy, Row dx) {
    double factor = 1 / length(x, width);
    double along = 0;
    for (int i = 0; i < width; i++) {
      along += factor * x.array()[x.from() + i] * dy.array()[dy.from() + i];
    }
    for (int i = 0; i < width; i++) {
      double unit = factor * x.array()[x.from() + i];
      dx.array()[dx.from() + i] += (float) (factor * (dy.array()[dy.from() + i] - unit * along));
    }
  }
}
