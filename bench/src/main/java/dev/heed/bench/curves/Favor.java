package dev.heed.bench.curves;

import dev.heed.attention.mixer.FeatureMap;
import dev.heed.attention.mixer.KernelAttention;
import dev.heed.attention.mixer.StateInput;
import dev.heed.attention.mixer.StateShape;
import dev.heed.grad.Run;
import dev.heed.tensor.CounterRandom;
import dev.heed.tensor.Shape;
import dev.heed.tensor.Tensor;

/// Random features over a whole text. The mixer that computes them is causal, so the text is put
/// before itself: the keys first, then the queries, with keys that weigh nothing beside them.
final class Favor {
  /// As long a key has features of no size.
  private static final float FAR = 60;

  private Favor() {}

  static float[] result(Texts texts, int features, Run run) {
    KernelAttention attention =
        KernelAttention.normalized(FeatureMap.favor(Texts.WIDTH, features, CounterRandom.of(11)));
    Tensor far = Tensor.zeros(texts.k().shape());
    for (int n = 0; n < far.size(); n += Texts.WIDTH) {
      far.array()[n] = FAR;
    }
    Tensor nothing = Tensor.zeros(texts.v().shape());
    Tensor y =
        attention.forward(
            StateInput.of(
                twice(texts.q(), texts.q()),
                twice(texts.k(), far),
                twice(texts.v(), nothing),
                StateShape.Heads.all(Texts.HEADS)),
            run);
    int half = Texts.LENGTH * Texts.HEADS * Texts.WIDTH;
    float[] result = new float[Texts.BATCH * half];
    for (int b = 0; b < Texts.BATCH; b++) {
      System.arraycopy(y.array(), y.offset() + (2 * b + 1) * half, result, b * half, half);
    }
    return result;
  }

  private static Tensor twice(Tensor first, Tensor second) {
    int half = first.size() / Texts.BATCH;
    Tensor both = Tensor.zeros(Shape.of(Texts.BATCH, 2 * Texts.LENGTH, first.axis(2)));
    for (int b = 0; b < Texts.BATCH; b++) {
      System.arraycopy(first.array(), b * half, both.array(), 2 * b * half, half);
      System.arraycopy(second.array(), b * half, both.array(), (2 * b + 1) * half, half);
    }
    return both;
  }
}
