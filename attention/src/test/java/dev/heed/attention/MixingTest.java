package dev.heed.attention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.heed.attention.Calls.Call;
import dev.heed.attention.Calls.Size;
import dev.heed.grad.Run;
import dev.heed.kernel.Kernels;
import dev.heed.kernel.Workers;
import dev.heed.tensor.CounterRandom;
import dev.heed.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Heads that talk and values of distances: the definition, the executors and the ways back.
class MixingTest {
  private static final Workers ONE = Workers.of(1);
  private static final Workers THREE = Workers.of(3);
  private static final List<Kernels> KERNELS = List.of(Kernels.scalar(), Kernels.best());

  static IntStream seeds() {
    return IntStream.range(3000, 3016);
  }

  private static Call call(int seed) {
    return Calls.mixed(seed, seed % 5 == 0 ? new Size(40, 150) : new Size(12, 40));
  }

  private static boolean isAdditive(Call call) {
    return call.attention().score() instanceof Score.Additive;
  }

  private static float[] forward(Executor executor, Call call, Run run) {
    AttentionShape shape = call.input().shape();
    Tensor out = Tensor.zeros(shape.batch(), shape.heads(), shape.queries(), shape.valueWidth());
    out.fill(Float.NaN);
    executor.forward(call.attention(), call.input(), HeadView.of(out), run);
    return out.toArray();
  }

  private static float[] reference(Call call) {
    return forward(new Reference(), call, Run.inference(Kernels.scalar(), THREE));
  }

  /// Two heads that see one key each alone: by hand.
  @Test
  void forward_talkingWeights_areExchanged() {
    Tensor one = Tensor.of(new float[] {2, 3}, 1, 2, 1, 1);
    Tensor v = Tensor.of(new float[] {10, 100}, 1, 2, 1, 1);
    Attention attention = Attention.full().withMixing(new Mixing.TalkWeights());
    AttentionInput input =
        AttentionInput.of(
                HeadView.of(one),
                HeadView.of(one),
                HeadView.of(v),
                Positions.of(0),
                Positions.of(0))
            .withParameter(Mixing.WEIGHTS, Tensor.of(new float[] {0.5f, 0.25f, -1, 3}, 2, 2));
    for (Executor executor : List.of(new Reference(), new Tiled(), new Decode())) {
      float[] out =
          forward(executor, new Call(0, attention, input), Run.inference(KERNELS.getFirst(), ONE));
      assertThat(out).containsExactly(7.5f, 200);
    }
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void forward_reference_equalsDefinition(int seed) {
    Call call = Calls.mixed(seed, new Size(9, 30));
    AttentionShape shape = call.input().shape();
    Oracle oracle = new Oracle(call.attention(), call.input());
    float[] out = reference(call);
    Random random = new Random(seed);
    for (int n = 0; n < 3; n++) {
      int b = random.nextInt(shape.batch());
      int h = random.nextInt(shape.heads());
      int t = random.nextInt(shape.queries());
      int at = ((b * shape.heads() + h) * shape.queries() + t) * shape.valueWidth();
      double[] row = oracle.row(b, h, t);
      for (int w = 0; w < row.length; w++) {
        double bound = 2e-6 + 2e-6 * Math.abs(row[w]);
        assertThat((double) out[at + w]).as("%s", call).isCloseTo(row[w], within(bound));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void forward_fastExecutors_equalReference(int seed) {
    Call call = call(seed);
    float[] expected = reference(call);
    for (Executor executor : List.of(new Tiled(), new Decode())) {
      for (Kernels kernels : KERNELS) {
        Run run = Run.inference(kernels, THREE);
        if (isAdditive(call)) {
          assertThatThrownBy(() -> forward(executor, call, run))
              .isInstanceOf(UnsupportedCombinationException.class)
              .hasMessageContainingAll("score additive", "mixing");
          continue;
        }
        float[] actual = forward(executor, call, run);
        // heads that talk add up to nine rows, each with the error of one
        double absolute = 2e-5 * GoldenAttentionTest.size(expected);
        String label = call + " " + executor + " " + kernels.name();
        GoldenAttentionTest.assertClose(label, actual, expected, absolute, 1e-4);
      }
    }
  }

  /// What nobody sees changes nothing.
  @ParameterizedTest
  @MethodSource("seeds")
  void forward_nanInHiddenRows_doesNotMatter(int seed) {
    Call call = call(seed);
    if (isAdditive(call)) {
      return;
    }
    AttentionShape shape = call.input().shape();
    float[] expected = reference(call);
    Oracle oracle = new Oracle(call.attention(), call.input());
    int hidden = new Random(seed).nextInt(shape.keys());
    TiledBackwardTest.spoil(call.input().k(), hidden);
    TiledBackwardTest.spoil(call.input().v(), hidden);
    float[] actual = forward(new Tiled(), call, Run.inference(Kernels.best(), ONE));
    for (int row = 0; row < actual.length / shape.valueWidth(); row++) {
      int b = row / shape.queries() / shape.heads();
      int t = row % shape.queries();
      boolean seen = false;
      for (int h = 0; h < shape.heads(); h++) {
        seen |= oracle.sees(b, h, t, hidden);
      }
      int from = row * shape.valueWidth();
      int to = from + shape.valueWidth();
      if (!seen) {
        GoldenAttentionTest.assertClose(
            call + " row " + row,
            Arrays.copyOfRange(actual, from, to),
            Arrays.copyOfRange(expected, from, to),
            2e-5 * GoldenAttentionTest.size(expected),
            1e-4);
      }
    }
  }

  /// What a backward gave.
  private record Result(Tensor q, Tensor k, Tensor v, Parameters learned) {
    static Result of(Executor executor, Call call, Run run) {
      AttentionShape shape = call.input().shape();
      Result result =
          new Result(
              Tensor.zeros(shape.batch(), shape.heads(), shape.queries(), shape.width()),
              Tensor.zeros(shape.batch(), shape.groups(), shape.keys(), shape.width()),
              Tensor.zeros(shape.batch(), shape.groups(), shape.keys(), shape.valueWidth()),
              Calls.learned(call.input()));
      InputGradients dx =
          new InputGradients(
              HeadView.of(result.q), HeadView.of(result.k), HeadView.of(result.v), result.learned);
      executor.backward(call.attention(), call.input(), upstream(call), dx, run);
      return result;
    }

    float[][] numbers() {
      return new float[][] {q.toArray(), k.toArray(), v.toArray(), Calls.numbers(learned)};
    }
  }

  private static OutputGradients upstream(Call call) {
    AttentionShape shape = call.input().shape();
    return OutputGradients.of(
        Calls.heads(
            new Random(call.seed()),
            shape.batch(),
            shape.heads(),
            shape.queries(),
            shape.valueWidth()));
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void backward_reference_equalsCentralDifferences(int seed) {
    Call call = Calls.mixed(seed, new Size(3, 6));
    Result result = Result.of(new Reference(), call, Run.inference(Kernels.scalar(), THREE));
    Oracle oracle = new Oracle(call.attention(), call.input());
    Random random = new Random(seed);
    check(call, oracle, oracle.q, result.q, random);
    check(call, oracle, oracle.k, result.k, random);
    check(call, oracle, oracle.v, result.v, random);
    for (String name : oracle.learned.keySet()) {
      double[] numbers = oracle.learned.get(name);
      float[] gradient = result.learned.get(name).toArray();
      for (int n = random.nextInt(1 + numbers.length / 9); n < numbers.length; ) {
        check(call + " d" + name, gradient[n], difference(call, oracle, numbers, n));
        n += 1 + numbers.length / 2;
      }
    }
  }

  private static void check(
      Call call, Oracle oracle, double[][][][] numbers, Tensor gradient, Random random) {
    for (int n = 0; n < 3; n++) {
      int b = random.nextInt(numbers.length);
      int h = random.nextInt(numbers[b].length);
      int row = random.nextInt(numbers[b][h].length);
      int column = random.nextInt(numbers[b][h][row].length);
      double expected = difference(call, oracle, numbers[b][h][row], column);
      check(call.toString(), gradient.at(b, h, row, column), expected);
    }
  }

  private static void check(String label, double actual, double expected) {
    assertThat(actual).as(label).isCloseTo(expected, within(3e-5 + 3e-4 * Math.abs(expected)));
  }

  private static double difference(Call call, Oracle oracle, double[] numbers, int at) {
    OutputGradients dy = upstream(call);
    double kept = numbers[at];
    numbers[at] = kept + 1e-5;
    double above = oracle.loss(dy);
    numbers[at] = kept - 1e-5;
    double below = oracle.loss(dy);
    numbers[at] = kept;
    return (above - below) / 2e-5;
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void backward_tiled_equalsReference(int seed) {
    Call call = call(seed);
    if (isAdditive(call)) {
      return;
    }
    Call dropping =
        new Call(
            seed,
            call.attention().withChance(new Chance(0.2, 0.1, 0.2)),
            call.input().withRandom(CounterRandom.of(seed)));
    Call each = seed % 3 == 0 ? dropping : call;
    Run scalar = Run.inference(Kernels.scalar(), THREE);
    float[][] expected = Result.of(new Reference(), each, scalar).numbers();
    Run alone = Run.inference(Kernels.best(), ONE);
    float[][] actual = Result.of(new Tiled(), each, alone).numbers();
    for (int n = 0; n < expected.length; n++) {
      assertNear(each + " " + n, actual[n], expected[n]);
    }
    Run shared = Run.inference(Kernels.best(), THREE);
    assertThat(Result.of(new Tiled(), each, shared).numbers()).isDeepEqualTo(actual);
  }

  /// Where weights begin at a threshold a few numbers may be far apart.
  private static void assertNear(String label, float[] actual, float[] expected) {
    double size = GoldenAttentionTest.size(expected);
    int apart = 0;
    for (int n = 0; n < actual.length; n++) {
      double difference = Math.abs((double) actual[n] - expected[n]);
      assertThat(difference).as("%s at %d", label, n).isLessThan(1e-2 * size);
      apart += difference <= 1e-4 * size + 3e-4 * Math.abs(expected[n]) ? 0 : 1;
    }
    assertThat(apart).as(label + " apart").isLessThanOrEqualTo(111);
  }

  @Test
  void observe_headsThatTalk_isRefused() {
    Call call = Calls.mixed(3001, new Size(5, 9));
    Attention talking = Attention.full().withMixing(new Mixing.TalkScores());
    Run run = Run.inference(Kernels.scalar(), ONE);
    assertThatThrownBy(() ->
            talking.observe(call.input(), Observers.of(new Observer.Entropy()), new Tiled(), run))
        .isInstanceOf(UnsupportedCombinationException.class)
        .hasMessageContainingAll("observers", "talking(scores)");
  }
}
