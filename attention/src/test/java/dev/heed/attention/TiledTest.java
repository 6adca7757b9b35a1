package dev.heed.attention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.heed.grad.Run;
import dev.heed.kernel.Kernels;
import dev.heed.kernel.Workers;
import dev.heed.tensor.Tensor;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TiledTest {
  private static final int HEADS = 6;
  private static final int GROUPS = 3;
  private static final int QUERIES = 75;
  private static final int KEYS = 611;
  private static final int WIDTH = 24;
  private static final int VALUE_WIDTH = 40;

  private static final AttentionInput INPUT =
      AttentionInput.of(
          heads(2, HEADS, QUERIES, WIDTH),
          heads(2, GROUPS, KEYS, WIDTH),
          heads(2, GROUPS, KEYS, VALUE_WIDTH),
          Positions.range(KEYS - QUERIES, QUERIES),
          Positions.range(0, KEYS));

  private static HeadView heads(int batch, int heads, int length, int width) {
    Random random = new Random(length + width);
    Tensor tensor = Tensor.zeros(batch, heads, length, width);
    for (int n = 0; n < tensor.size(); n++) {
      tensor.array()[n] = (float) random.nextGaussian();
    }
    return HeadView.of(tensor);
  }

  private static float[] forward(Attention attention, int threads, Executor executor) {
    Tensor out = Tensor.zeros(2, HEADS, QUERIES, VALUE_WIDTH);
    try (Workers workers = Workers.of(threads)) {
      Run run = Run.inference(Kernels.best(), workers);
      executor.forward(attention, INPUT, HeadView.of(out), run);
    }
    return out.toArray();
  }

  private static Attention masked(String mask) {
    return Attention.full().withMask(Mask.parse(mask)).withModifier(Modifier.alibi());
  }

  @Test
  void forward_anyNumberOfThreads_isBitIdentical() {
    Attention attention = masked("causal & (window(300) | global(3))");
    float[] one = forward(attention, 1, new Tiled());
    assertThat(forward(attention, 2, new Tiled())).isEqualTo(one);
    assertThat(forward(attention, 5, new Tiled())).isEqualTo(one);
  }

  @Test
  void forward_masksOfManyKinds_equalTheReference() {
    String[] masks = {
      "causal", "window(40)", "dilated(37)", "chunk(50) | prefix(9)", "!causal", "j mod 100 < 3"
    };
    for (String mask : masks) {
      float[] reference = forward(masked(mask), 2, new Reference());
      float[] tiled = forward(masked(mask), 2, new Tiled());
      for (int n = 0; n < tiled.length; n++) {
        assertThat(tiled[n]).as("%s at %d", mask, n).isCloseTo(reference[n], within(1e-5f));
      }
    }
  }

  @Test
  void forward_logSums_areThoseOfTheScores() {
    Attention attention = Attention.full().withMask(Mask.parse("causal & window(7) & j < 580"));
    BoundCall call = BoundCall.of(attention, INPUT);
    RowNumbers logSums = new RowNumbers(Tensor.zeros(2, 2, HEADS, QUERIES));
    try (Workers workers = Workers.of(2)) {
      Run run = Run.inference(Kernels.best(), workers);
      HeadView out = HeadView.of(Tensor.zeros(2, HEADS, QUERIES, VALUE_WIDTH));
      Tiled.forward(call, out, logSums, run);
    }
    ReferenceHeads heads = ReferenceHeads.of(call);
    ReferenceRow row = heads.rows[0];
    for (int t = 0; t < QUERIES; t++) {
      heads.at(1, 4, t).score();
      double sum = 0;
      for (double score : row.scores) {
        sum += Math.exp(score);
      }
      int place = (HEADS + 4) * QUERIES + t;
      double powers = (double) logSums.at(0, place) + logSums.at(1, place);
      double computed = powers * Math.log(2);
      if (sum == 0) {
        assertThat(computed).isEqualTo(Double.POSITIVE_INFINITY);
      } else {
        assertThat(computed).isCloseTo(Math.log(sum), within(1e-5));
      }
    }
    assertThat(logSums.at(1, 2 * HEADS * QUERIES - 1)).isEqualTo(Float.POSITIVE_INFINITY);
  }
}
