package dev.heed.attention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heed.attention.Calls.Call;
import dev.heed.attention.Calls.Size;
import dev.heed.grad.Run;
import dev.heed.kernel.Kernels;
import dev.heed.kernel.Workers;
import dev.heed.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What is observed against the definition on the materialised map.
class ObserverTest {
  private static final Workers ONE = Workers.of(1);
  private static final Workers THREE = Workers.of(3);
  private static final List<Kernels> KERNELS = List.of(Kernels.scalar(), Kernels.best());
  private static final Observer.Top TOP = new Observer.Top(5);
  private static final Observer.BlockMap MAP = new Observer.BlockMap(27);
  private static final Observers ALL =
      Observers.parse(
          "entropy, coverage, maximum, distance, sinkmass, visible, total, seenby, key(0), key(70), top(5), blockmap(27)");

  static IntStream seeds() {
    return IntStream.range(4000, 4090);
  }

  private static Call call(int seed) {
    return Calls.random(seed, seed % 5 == 0 ? new Size(90, 600) : new Size(40, 90));
  }

  private static Statistics observe(Call call, Executor executor, Run run) {
    return call.attention().observe(call.input(), ALL, executor, run);
  }

  private static float[] map(Call call) {
    Run run = Run.inference(Kernels.scalar(), ONE);
    AttentionMaps maps = AttentionMaps.of(call.attention(), call.input());
    return maps.pattern(maps.scores(run), run).toArray();
  }

  /// What an observer is to give, from the map.
  private static float[] expected(Call call, float[] map, Observer observer, Tensor like) {
    AttentionShape shape = call.input().shape();
    double[] sums = new double[like.size()];
    Oracle oracle = new Oracle(call.attention(), call.input());
    for (int at = 0; at < map.length; at++) {
      int s = at % shape.keys();
      int row = at / shape.keys();
      int t = row % shape.queries();
      int head = row / shape.queries();
      double w = map[at];
      int b = head / shape.heads();
      switch (observer) {
        case Observer.Entropy _ -> sums[row] -= w == 0 ? 0 : w * Math.log(w);
        case Observer.Coverage _ -> sums[head * shape.keys() + s] += w;
        case Observer.Maximum _ -> sums[row] = Math.max(sums[row], w);
        case Observer.Distance _ ->
            sums[row] += w * Math.abs(call.input().qPos().at(b, t) - call.input().kPos().at(b, s));
        case Observer.Visible _ -> sums[row] += oracle.sees(b, head % shape.heads(), t, s) ? 1 : 0;
        case Observer.Total _ -> sums[row] += w;
        case Observer.SeenBy _ ->
            sums[head * shape.keys() + s] += oracle.sees(b, head % shape.heads(), t, s) ? 1 : 0;
        case Observer.OnKey(int key) -> sums[row] += s == key ? w : 0;
        case Observer.SinkMass _ -> sums[row] += s == 0 ? 1 - w : -w;
        case Observer.BlockMap(int size) -> {
          int rows = (shape.queries() + size - 1) / size;
          int columns = (shape.keys() + size - 1) / size;
          double places =
              Math.min(size, shape.queries() - t / size * size)
                  * (double) Math.min(size, shape.keys() - s / size * size);
          sums[(head * rows + t / size) * columns + s / size] += w / places;
        }
        case Observer.Top(int count) -> {
          float[] sorted = Arrays.copyOfRange(map, row * shape.keys(), (row + 1) * shape.keys());
          Arrays.sort(sorted);
          for (int n = 0; n < Math.min(count, shape.keys()); n++) {
            sums[row * Math.min(count, shape.keys()) + n] = sorted[shape.keys() - 1 - n];
          }
        }
      }
    }
    if (observer instanceof Observer.SinkMass
        && !(call.attention().normalizer() instanceof Normalizer.Sink)) {
      Arrays.fill(sums, 0);
    }
    float[] floats = new float[sums.length];
    IntStream.range(0, sums.length).forEach(n -> floats[n] = (float) sums[n]);
    return floats;
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void observe_generatedCall_equalsTheMap(int seed) {
    Call call = call(seed);
    float[] map = map(call);
    assertEqualsMap(call, map, observe(call, new Reference(), Run.inference(KERNELS.get(0), ONE)));
    for (Kernels kernels : KERNELS) {
      assertEqualsMap(call, map, observe(call, new Tiled(), Run.inference(kernels, ONE)));
    }
  }

  private static void assertEqualsMap(Call call, float[] map, Statistics statistics) {
    for (Observer observer : ALL.each()) {
      Tensor actual = statistics.of(observer);
      float[] expected = expected(call, map, observer, actual);
      double absolute = 1e-5 * GoldenAttentionTest.size(expected);
      String label = call + " " + observer.text();
      GoldenAttentionTest.assertClose(label, actual.toArray(), expected, absolute, 1e-4);
    }
    int[] keys = statistics.keysOf(TOP);
    Tensor weights = statistics.of(TOP);
    int length = call.input().shape().keys();
    for (int n = 0; n < keys.length; n++) {
      float weight = keys[n] < 0 ? 0 : map[n / weights.axis(3) * length + keys[n]];
      assertThat((double) weights.array()[n])
          .as(call + " key " + keys[n])
          .isCloseTo(weight, org.assertj.core.api.Assertions.within(1e-5 + 1e-4 * weight));
    }
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void observe_threeThreads_isBitIdentical(int seed) {
    Call call = call(seed);
    for (Executor executor : List.of(new Reference(), new Tiled())) {
      Statistics alone = observe(call, executor, Run.inference(Kernels.best(), ONE));
      Statistics shared = observe(call, executor, Run.inference(Kernels.best(), THREE));
      for (Observer observer : ALL.each()) {
        assertThat(shared.of(observer).toArray())
            .as("%s %s", call, observer.text())
            .isEqualTo(alone.of(observer).toArray());
      }
      assertThat(shared.keysOf(TOP)).isEqualTo(alone.keysOf(TOP));
    }
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void observe_nanBehindTheMask_changesWhatSeesItAlone(int seed) {
    Call call = call(seed);
    AttentionShape shape = call.input().shape();
    Statistics clean = observe(call, new Tiled(), Run.inference(Kernels.best(), ONE));
    int key = new Random(seed).nextInt(shape.keys());
    TiledBackwardTest.spoil(call.input().k(), key);
    Oracle oracle = new Oracle(call.attention(), call.input());
    Statistics spoilt = observe(call, new Tiled(), Run.inference(Kernels.best(), ONE));
    for (int row = 0; row < shape.batch() * shape.heads() * shape.queries(); row++) {
      int b = row / shape.queries() / shape.heads();
      int h = row / shape.queries() % shape.heads();
      float before = clean.of(Observer.entropy()).array()[row];
      float after = spoilt.of(Observer.entropy()).array()[row];
      if (oracle.sees(b, h, row % shape.queries(), key)) {
        assertThat(after).as("%s row %d", call, row).isNaN();
      } else {
        assertThat(after).as("%s row %d", call, row).isEqualTo(before);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "entropy",
        "coverage",
        "maximum",
        "distance",
        "sinkmass",
        "visible",
        "total",
        "seenby",
        "key(3)",
        "top(3)",
        "blockmap(64)"
      })
  void observer_written_isReadBack(String text) {
    assertThat(Observer.parse(text).text()).isEqualTo(text);
  }

  @Test
  void observe_topOfMoreThanAllKeys_isAsWideAsTheKeys() {
    Call call = call(4001);
    int all = call.input().shape().keys();
    Observer.Top wide = new Observer.Top(100_000);
    Observers both = Observers.of(wide, Observer.maximum());
    for (Executor executor : List.of(new Reference(), new Tiled())) {
      Statistics found =
          call.attention()
              .observe(call.input(), both, executor, Run.inference(Kernels.best(), ONE));
      float[] largest = found.of(Observer.maximum()).toArray();
      Tensor weights = found.of(wide);
      assertThat(weights.axis(3)).isEqualTo(all);
      assertThat(found.keysOf(wide)).hasSize(largest.length * all);
      for (int row = 0; row < largest.length; row++) {
        assertThat(weights.array()[row * all]).as("row %d", row).isEqualTo(largest[row]);
      }
    }
  }

  @Test
  void statistics_notObserved_saysWhatWas() {
    Call call = call(4001);
    Statistics few =
        call.attention()
            .observe(
                call.input(),
                Observers.of(TOP, MAP),
                new Reference(),
                Run.inference(Kernels.best(), ONE));
    assertThatThrownBy(() -> few.of(Observer.entropy()))
        .isInstanceOf(AttentionException.class)
        .hasMessageContainingAll("entropy", "top(5)", "blockmap(27)");
    assertThatThrownBy(() -> Observer.top(0)).hasMessageContaining("0 keys");
    assertThatThrownBy(() -> Observer.parse("blockmap(0)")).hasMessageContaining("0 places");
  }
}
