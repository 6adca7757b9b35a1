package dev.heed.attention;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heed.attention.Calls.Call;
import dev.heed.attention.Calls.Size;
import dev.heed.grad.Run;
import dev.heed.kernel.Kernels;
import dev.heed.kernel.Workers;
import dev.heed.tensor.Tensor;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Maps in tiles against those of the definition, and against attention without maps.
class TiledMapsTest {
  private static final Workers ONE = Workers.of(1);
  private static final Workers THREE = Workers.of(3);

  static IntStream seeds() {
    return IntStream.range(7000, 7060);
  }

  private static Call call(int seed) {
    return Calls.random(seed, seed % 5 == 0 ? new Size(90, 600) : new Size(40, 90));
  }

  private record Maps(Tensor scores, Tensor pattern, Tensor out) {
    static Maps of(Call call, Executor executor, Run run) {
      AttentionMaps maps = AttentionMaps.of(call.attention(), call.input(), executor);
      Tensor scores = maps.scores(run);
      Tensor pattern = maps.pattern(scores, run);
      Tensor out = empty(call);
      maps.mix(pattern, HeadView.of(out), run);
      return new Maps(scores, pattern, out);
    }
  }

  private static Tensor empty(Call call) {
    AttentionShape shape = call.input().shape();
    Tensor out = Tensor.zeros(shape.batch(), shape.heads(), shape.queries(), shape.valueWidth());
    out.fill(Float.NaN);
    return out;
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void maps_generatedCall_equalTheDefinition(int seed) {
    Call call = call(seed);
    Maps expected = Maps.of(call, new Reference(), Run.inference(Kernels.scalar(), ONE));
    for (Kernels kernels : List.of(Kernels.scalar(), Kernels.best())) {
      Maps maps = Maps.of(call, new Tiled(), Run.inference(kernels, ONE));
      assertClose(call + " scores", maps.scores, expected.scores);
      assertClose(call + " pattern", maps.pattern, expected.pattern);
      assertClose(call + " out", maps.out, expected.out);
    }
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void maps_mixed_areWhatAttentionGivesWithoutMaps(int seed) {
    Call call = call(seed);
    Tensor out = empty(call);
    Run run = Run.inference(Kernels.best(), ONE);
    new Tiled().forward(call.attention(), call.input(), HeadView.of(out), run);
    Maps maps = Maps.of(call, new Tiled(), Run.inference(Kernels.best(), THREE));
    assertClose(call + " out", maps.out, out);
    Maps alone = Maps.of(call, new Tiled(), run);
    assertThat(maps.pattern.toArray()).isEqualTo(alone.pattern.toArray());
    assertThat(maps.out.toArray()).isEqualTo(alone.out.toArray());
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void maps_nanBehindTheMask_changesWhatSeesItAlone(int seed) {
    Call call = call(seed);
    AttentionShape shape = call.input().shape();
    Run run = Run.inference(Kernels.best(), ONE);
    float[] clean = Maps.of(call, new Tiled(), run).out.toArray();
    int key = new Random(seed).nextInt(shape.keys());
    TiledBackwardTest.spoil(call.input().v(), key);
    float[] spoilt = Maps.of(call, new Tiled(), run).out.toArray();
    Oracle oracle = new Oracle(call.attention(), call.input());
    for (int at = 0; at < clean.length; at++) {
      int row = at / shape.valueWidth();
      int h = row / shape.queries() % shape.heads();
      int b = row / shape.queries() / shape.heads();
      if (!oracle.sees(b, h, row % shape.queries(), key)) {
        assertThat(spoilt[at]).as("%s row %d", call, row).isEqualTo(clean[at]);
      }
    }
  }

  private static void assertClose(String label, Tensor actual, Tensor expected) {
    float[] given = actual.toArray();
    float[] wanted = expected.toArray();
    for (int n = 0; n < wanted.length; n++) {
      if (Float.isInfinite(wanted[n])) {
        assertThat(given[n]).as("%s [%d]", label, n).isEqualTo(wanted[n]);
        given[n] = 0;
        wanted[n] = 0;
      }
    }
    double absolute = 2e-5 * GoldenAttentionTest.size(wanted);
    GoldenAttentionTest.assertClose(label, given, wanted, absolute, 1e-4);
  }
}
