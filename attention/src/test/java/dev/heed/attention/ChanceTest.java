package dev.heed.attention;

import static dev.heed.attention.GoldenAttentionTest.assertClose;
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
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Generated calls that leave something to chance.
class ChanceTest {
  private static final Workers ONE = Workers.of(1);
  private static final Workers THREE = Workers.of(3);
  private static final List<Kernels> KERNELS = List.of(Kernels.scalar(), Kernels.best());
  private static final List<Chance> CHANCES =
      List.of(
          Chance.none().withWeights(0.3),
          Chance.none().withKeys(0.25),
          Chance.none().withHeads(0.4),
          new Chance(0.2, 0.35, 0.1));

  static IntStream seeds() {
    return IntStream.range(3000, 3080);
  }

  private static Call call(int seed) {
    Call call = Calls.random(seed, seed % 5 == 0 ? new Size(70, 300) : new Size(37, 70));
    return new Call(
        seed,
        call.attention().withChance(CHANCES.get(seed % CHANCES.size())),
        call.input().withRandom(CounterRandom.of(seed)));
  }

  /// Everything that a call gives, forward and back.
  private record Result(Tensor out, Tensor q, Tensor k, Tensor v, Parameters learned) {
    static Result of(Call call, Executor executor, Run run) {
      AttentionShape shape = call.input().shape();
      Result result =
          new Result(
              Tensor.zeros(shape.batch(), shape.heads(), shape.queries(), shape.valueWidth()),
              Tensor.zeros(shape.batch(), shape.heads(), shape.queries(), shape.width()),
              Tensor.zeros(shape.batch(), shape.groups(), shape.keys(), shape.width()),
              Tensor.zeros(shape.batch(), shape.groups(), shape.keys(), shape.valueWidth()),
              Calls.learned(call.input()));
      result.out.fill(Float.NaN);
      executor.forward(call.attention(), call.input(), HeadView.of(result.out), run);
      InputGradients dx =
          new InputGradients(
              HeadView.of(result.q), HeadView.of(result.k), HeadView.of(result.v), result.learned);
      OutputGradients dy = OutputGradients.of(upstream(call));
      executor.backward(call.attention(), call.input(), dy, dx, run);
      return result;
    }

    List<float[]> all() {
      return List.of(out.toArray(), q.toArray(), k.toArray(), v.toArray(), Calls.numbers(learned));
    }
  }

  private static HeadView upstream(Call call) {
    AttentionShape shape = call.input().shape();
    Random random = new Random(call.seed());
    return Calls.heads(random, shape.batch(), shape.heads(), shape.queries(), shape.valueWidth());
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void bothWays_tiled_equalReference(int seed) {
    Call call = call(seed);
    Result expected = Result.of(call, new Reference(), Run.inference(Kernels.scalar(), ONE));
    for (Kernels kernels : KERNELS) {
      Result actual = Result.of(call, new Tiled(), Run.inference(kernels, ONE));
      for (int n = 0; n < 5; n++) {
        String label = "%s %s number %d".formatted(call, kernels.name(), n);
        float[] numbers = expected.all().get(n);
        double absolute = 4e-5 * GoldenAttentionTest.size(numbers);
        assertClose(label, actual.all().get(n), numbers, absolute, 2e-4);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void bothWays_threeThreads_areBitIdentical(int seed) {
    Call call = call(seed);
    for (Executor executor : List.of(new Reference(), new Tiled())) {
      Result alone = Result.of(call, executor, Run.inference(Kernels.best(), ONE));
      Result shared = Result.of(call, executor, Run.inference(Kernels.best(), THREE));
      for (int n = 0; n < 5; n++) {
        assertThat(shared.all().get(n)).as("%s %d", call, n).isEqualTo(alone.all().get(n));
      }
    }
  }

  /// Chance is fixed by the generator, so that the loss has differences.
  @ParameterizedTest
  @MethodSource("seeds")
  void backward_reference_equalsCentralDifferences(int seed) {
    Call call = call(seed);
    if (hasKinks(call.attention().normalizer())) {
      return; // a step of 2^-8 goes across them
    }
    Run run = Run.inference(Kernels.scalar(), THREE);
    Result result = Result.of(call, new Reference(), run);
    Random random = new Random(seed);
    for (int n = 0; n < 3; n++) {
      check(call, call.input().q(), result.q, random);
      check(call, call.input().k(), result.k, random);
      check(call, call.input().v(), result.v, random);
    }
  }

  private static boolean hasKinks(Normalizer normalizer) {
    return switch (normalizer) {
      case Normalizer.Relu(double power, double _) -> power == 1;
      case Normalizer.Sparsemax _, Normalizer.Entmax15 _, Normalizer.Entmax _ -> true;
      case Normalizer.TopK _, Normalizer.BlockTopK _ -> true;
      case Normalizer.Softmax _, Normalizer.Sink _, Normalizer.Sigmoid _ -> false;
    };
  }

  private static void check(Call call, HeadView view, Tensor gradient, Random random) {
    int b = random.nextInt(view.axes().batch());
    int h = random.nextInt(view.axes().heads());
    int row = random.nextInt(view.axes().length());
    int column = random.nextInt(view.axes().width());
    int at = view.row(b, h, row) + column;
    float kept = view.array()[at];
    float step = 0x1p-8f;
    view.array()[at] = kept + step;
    double above = loss(call);
    view.array()[at] = kept - step;
    double below = loss(call);
    view.array()[at] = kept;
    double expected = (above - below) / (2 * step);
    // h = 2^-8: the truncation h² f''' / 6 and the rounding of results ε |y| / h are near 1e-4
    assertThat((double) gradient.at(b, h, row, column))
        .as("%s", call)
        .isCloseTo(expected, within(3e-3 * (1 + Math.abs(expected))));
  }

  private static double loss(Call call) {
    AttentionShape shape = call.input().shape();
    Tensor out = Tensor.zeros(shape.batch(), shape.heads(), shape.queries(), shape.valueWidth());
    Run run = Run.inference(Kernels.scalar(), ONE);
    new Reference().forward(call.attention(), call.input(), HeadView.of(out), run);
    HeadView dOut = upstream(call);
    double sum = 0;
    for (int b = 0; b < shape.batch(); b++) {
      for (int h = 0; h < shape.heads(); h++) {
        for (int t = 0; t < shape.queries(); t++) {
          for (int w = 0; w < shape.valueWidth(); w++) {
            sum += (double) out.at(b, h, t, w) * dOut.array()[dOut.row(b, h, t) + w];
          }
        }
      }
    }
    return sum;
  }

  /// One head that looks at 4,000 keys alike, with values of one: the mean of what stays.
  private static double mean(Chance chance, int seed) {
    int keys = 4000;
    Tensor ones = Tensor.zeros(1, 1, keys, 3);
    ones.fill(1);
    Tensor none = Tensor.zeros(1, 1, 2, 5);
    AttentionInput input =
        AttentionInput.of(
                HeadView.of(none),
                HeadView.of(Tensor.zeros(1, 1, keys, 5)),
                HeadView.of(ones),
                Positions.of(0, 0),
                Positions.of(new int[keys]))
            .withRandom(CounterRandom.of(seed));
    Tensor out = Tensor.zeros(1, 1, 2, 3);
    Attention attention = Attention.full().withChance(chance);
    new Tiled().forward(attention, input, HeadView.of(out), Run.inference(Kernels.best(), ONE));
    return out.at(0, 0, 1, 2);
  }

  @Test
  void forward_weightsDropped_keepTheirMean() {
    // a mean of 4,000 numbers that are 0 or 1 / 0.7: its deviation is √(0.3 / 0.7 / 4000) = 0.0104
    assertThat(mean(Chance.none().withWeights(0.3), 1)).isCloseTo(1, within(0.05)).isNotEqualTo(1);
  }

  @Test
  void forward_keysDropped_shareTheirWeight() {
    assertThat(mean(Chance.none().withKeys(0.6), 1)).isCloseTo(1, within(1e-5));
  }

  @Test
  void forward_headsDropped_giveZeroOrMore() {
    Chance chance = Chance.none().withHeads(0.5);
    List<Double> results = IntStream.range(0, 64).mapToObj(seed -> mean(chance, seed)).toList();
    assertThat(results).allMatch(result -> result == 0 || Math.abs(result - 2) < 1e-5);
    // 64 coins: fewer than 16 or more than 48 heads have a probability of 4e-5
    assertThat(results.stream().filter(result -> result == 0).count()).isBetween(16L, 48L);
  }

  @Test
  void forward_chanceWithoutGenerator_namesWhatGivesOne() {
    Call call = call(3001);
    Attention sure = call.attention().withChance(Chance.none());
    AttentionInput input = Calls.random(3001, new Size(37, 70)).input();
    HeadView out = HeadView.of(Tensor.zeros(1, 1, 1, 1));
    Run run = Run.inference(Kernels.best(), ONE);
    assertThatThrownBy(() -> new Tiled().forward(call.attention(), input, out, run))
        .isInstanceOf(AttentionException.class)
        .hasMessageContaining("keys=0.25")
        .hasMessageContaining("AttentionInput.withRandom");
    assertThatThrownBy(() -> new Tiled().forward(sure, call.input(), out, run))
        .isInstanceOf(UnsupportedCombinationException.class)
        .hasMessageContaining("Attention.withChance");
  }

  @Test
  void forward_decodeWithChance_isRefusedByName() {
    Call call = call(3002);
    Run run = Run.inference(Kernels.best(), ONE);
    assertThatThrownBy(() -> Result.of(call, new Decode(), run))
        .isInstanceOf(UnsupportedCombinationException.class)
        .hasMessageContaining("Decode")
        .hasMessageContaining("heads=0.4");
    AttentionShape few = new AttentionShape(2, 6, 3, 5, 70, 8, 9);
    assertThat(Executor.fitting(call.attention(), few)).isEqualTo(new Tiled());
    assertThat(Executor.fitting(Attention.causal(), few)).isEqualTo(new Decode());
  }

  @Test
  void explain_chance_isInTheFormula() {
    Plan plan =
        Attention.causal()
            .withChance(new Chance(0.1, 0.2, 0))
            .explain(new AttentionShape(2, 6, 3, 50, 70, 8, 9));
    assertThat(plan.formula()).endsWith("v; dropped at random: keys 0.2, weights 0.1");
  }

  @Test
  void chance_outsideItsRange_saysWhatFits() {
    assertThatThrownBy(() -> Chance.none().withKeys(1))
        .isInstanceOf(AttentionException.class)
        .hasMessageContaining("keys")
        .hasMessageContaining("1.0");
    assertThatThrownBy(() -> Chance.none().withHeads(Double.NaN))
        .isInstanceOf(AttentionException.class);
  }
}
