package dev.heed.attention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heed.grad.Run;
import dev.heed.kernel.Kernels;
import dev.heed.kernel.Workers;
import dev.heed.tensor.Tensor;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class ByteCacheTest {
  private static final CacheShape SHAPE = CacheSequence.SHAPE.withNumbers(CacheNumbers.BYTE);
  private static final Run RUN = Run.inference(Kernels.best(), Workers.of(2));

  private static List<Supplier<Cache>> caches() {
    return List.of(
        () -> new GrowingCache(SHAPE, 300),
        () -> new SlidingCache(SHAPE, 300, 3),
        () -> new PagedCache(PagePool.holding(SHAPE, 16, 300), 2, 300));
  }

  @Test
  void append_inEightBits_isWithinHalfAStepOfARow() {
    CacheSequence sequence = CacheSequence.random(1, 50);
    for (Supplier<Cache> make : caches()) {
      Cache cache = make.get();
      sequence.through(cache, Attention.causal(), 7);
      HeadView kept = cache.contents().v().whole();
      HeadView given = HeadView.of(sequence.v());
      float worst = 0;
      for (int row = 0; row < 2 * 3 * 50; row++) {
        worst = Math.max(worst, errorInSteps(given, kept, row));
      }
      assertThat(worst).isLessThanOrEqualTo(0.5001f).isGreaterThan(0.4f);
    }
  }

  private static float errorInSteps(HeadView given, HeadView kept, int row) {
    float largest = 0;
    float error = 0;
    int from = given.row(row / 150, row / 50 % 3, row % 50);
    int at = kept.row(row / 150, row / 50 % 3, row % 50);
    for (int w = 0; w < 7; w++) {
      largest = Math.max(largest, Math.abs(given.array()[from + w]));
      error = Math.max(error, Math.abs(given.array()[from + w] - kept.array()[at + w]));
    }
    return error / (largest / 127);
  }

  @Test
  void forward_inEightBits_equalsTheSameNumbersInFloats() {
    CacheSequence sequence = CacheSequence.random(2, 280);
    Attention attention = Attention.causal().withModifier(Modifier.softCap(3));
    for (Supplier<Cache> make : caches()) {
      Cache cache = make.get();
      sequence.through(cache, attention, 1, 100);
      Cache.Contents contents = cache.contents();
      for (int from : new int[] {200, 279}) {
        HeadView q = CacheSequence.part(sequence.q(), from, 280);
        Positions at = Positions.range(from, 280 - from);
        AttentionInput floats =
            AttentionInput.of(q, contents.k().whole(), contents.v().whole(), at, contents.kPos());
        float[] expected = run(new Reference(), attention, floats);
        for (Executor executor : List.of(new Reference(), new Tiled(), new Decode())) {
          GoldenAttentionTest.assertClose(
              executor + " from " + from,
              run(executor, attention, contents.input(q, at)),
              expected,
              4e-6,
              4e-5);
        }
      }
    }
  }

  private static float[] run(Executor executor, Attention attention, AttentionInput input) {
    Tensor out = Tensor.zeros(2, CacheSequence.HEADS, input.shape().queries(), 7);
    executor.forward(attention, input, HeadView.of(out), RUN);
    return out.toArray();
  }

  @Test
  void backward_inEightBits_isRefused() {
    CacheSequence sequence = CacheSequence.random(4, 20);
    for (Supplier<Cache> make : caches()) {
      Cache cache = make.get();
      sequence.through(cache, Attention.causal(), 20);
      HeadView q = CacheSequence.part(sequence.q(), 0, 20);
      AttentionInput input = cache.contents().input(q, Positions.range(0, 20));
      OutputGradients dy =
          OutputGradients.of(HeadView.of(Tensor.zeros(2, CacheSequence.HEADS, 20, 7)));
      InputGradients dx =
          new InputGradients(q, HeadView.of(sequence.k()), HeadView.of(sequence.v()));
      for (Executor executor : List.of(new Reference(), new Tiled())) {
        assertThatThrownBy(() -> executor.backward(Attention.causal(), input, dy, dx, RUN))
            .isInstanceOf(UnsupportedCombinationException.class)
            .hasMessageContaining("cache of 8 bits does not go with backward");
      }
    }
  }

  @Test
  void append_rowThatIsNotFinite_readsAsNaN() {
    Random random = new Random(3);
    for (float odd : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
      Tensor k = Calls.tensor(random, 2, 3, 4, 5);
      k.array()[7] = odd;
      GrowingCache cache = new GrowingCache(SHAPE, 10);
      HeadView values = HeadView.of(Calls.tensor(random, 2, 3, 4, 7));
      cache.append(HeadView.of(k), values, Positions.range(0, 4));
      float[] kept = cache.contents().k().whole().array();
      for (int n = 0; n < kept.length; n++) {
        assertThat(Float.isNaN(kept[n])).as("%s at %d", odd, n).isEqualTo(n / 5 == 1);
      }
    }
  }

  @Test
  void bytes_inEightBits_areAQuarterAndAScaleARow() {
    long rows = 64 * 2 * 3;
    assertThat(new GrowingCache(SHAPE, 300).bytes()).isEqualTo(rows * (5 + 4 + 7 + 4) + 4 * 64 * 2);
    assertThat(SHAPE.bytesOfPosition()).isEqualTo(2 * 3 * (5 + 4 + 7 + 4));
  }
}
