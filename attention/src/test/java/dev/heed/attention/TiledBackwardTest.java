package dev.heed.attention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

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

/// The tiled gradients against those of the reference, which equal central differences.
class TiledBackwardTest {
  private static final Workers ONE = Workers.of(1);
  private static final Workers TWO = Workers.of(2);
  private static final Workers THREE = Workers.of(3);
  private static final List<Kernels> KERNELS = List.of(Kernels.scalar(), Kernels.best());

  static IntStream seeds() {
    return IntStream.range(2000, 2150);
  }

  /// Every second one.
  static IntStream evenSeeds() {
    return seeds().filter(seed -> seed % 2 == 0);
  }

  /// The others.
  static IntStream oddSeeds() {
    return seeds().filter(seed -> seed % 2 != 0);
  }

  private static Call call(int seed) {
    return Calls.random(seed, seed % 5 == 0 ? new Size(110, 400) : new Size(40, 90));
  }

  /// What a backward gave.
  private record Result(Tensor q, Tensor k, Tensor v, Parameters learned) {
    static Result of(AttentionInput input) {
      AttentionShape shape = input.shape();
      return new Result(
          Tensor.zeros(shape.batch(), shape.heads(), shape.queries(), shape.width()),
          Tensor.zeros(shape.batch(), shape.groups(), shape.keys(), shape.width()),
          Tensor.zeros(shape.batch(), shape.groups(), shape.keys(), shape.valueWidth()),
          Calls.learned(input));
    }

    InputGradients places() {
      return new InputGradients(HeadView.of(q), HeadView.of(k), HeadView.of(v), learned);
    }

    void assertEqualTo(Result other, String label) {
      assertThat(q.toArray()).as("%s dq", label).isEqualTo(other.q.toArray());
      assertThat(k.toArray()).as("%s dk", label).isEqualTo(other.k.toArray());
      assertThat(v.toArray()).as("%s dv", label).isEqualTo(other.v.toArray());
      assertThat(Calls.numbers(learned))
          .as("%s dlearned", label)
          .isEqualTo(Calls.numbers(other.learned));
    }
  }

  private static Result backward(
      Executor executor, Attention attention, AttentionInput input, HeadView dOut, Run run) {
    Result result = Result.of(input);
    executor.backward(attention, input, OutputGradients.of(dOut), result.places(), run);
    return result;
  }

  private static HeadView upstream(int seed, AttentionShape shape) {
    return Calls.heads(
        new Random(seed), shape.batch(), shape.heads(), shape.queries(), shape.valueWidth());
  }

  private static Result reference(Call call, HeadView dOut) {
    Run run = Run.inference(Kernels.scalar(), TWO);
    return backward(new Reference(), call.attention(), call.input(), dOut, run);
  }

  /// A gradient is a sum of up to 400 products of weights with an error of about `2e-6`.
  private static void assertSame(Call call, Kernels kernels, Result actual, Result expected) {
    String label = call + " " + kernels.name();
    int bent = bends(call) ? 111 : 0;
    assertNear(label + " dq", actual.q.toArray(), expected.q.toArray(), new Bound(2e-5, bent));
    assertNear(label + " dk", actual.k.toArray(), expected.k.toArray(), new Bound(2e-5, bent));
    assertNear(label + " dv", actual.v.toArray(), expected.v.toArray(), new Bound(2e-5, bent));
    float[] expectedLearned = Calls.numbers(expected.learned);
    // up to 400 keys of 110 queries add to a number, each with a score of up to 30
    Bound ofLearned = new Bound(2e-4, bent);
    assertNear(label + " dlearned", Calls.numbers(actual.learned), expectedLearned, ofLearned);
  }

  /// How far numbers may be apart, and how many may be up to a hundred times as far.
  private record Bound(double absolute, int bent) {}

  /// Whether a score that is off by its rounding may move a weight's derivative by much more: where
  /// weights begin at a threshold; or where the gradient is what rounding leaves of a difference,
  /// as for the cosine of single numbers. One such place moves a row of up to 37 numbers.
  private static boolean bends(Call call) {
    boolean single = call.input().shape().width() == 1;
    if (single && call.attention().score() instanceof Score.Cosine) {
      return true;
    }
    return switch (call.attention().normalizer()) {
      case Normalizer.Softmax _, Normalizer.Sink _, Normalizer.Sigmoid _ -> false;
      default -> true;
    };
  }

  private static void assertNear(String label, float[] actual, float[] expected, Bound bound) {
    double absolute = bound.absolute;
    double size = GoldenAttentionTest.size(expected);
    int apart = 0;
    for (int n = 0; n < actual.length; n++) {
      double difference = Math.abs((double) actual[n] - expected[n]);
      assertThat(difference).as(label + " at " + n).isLessThan(100 * absolute * size);
      apart += difference <= absolute * size + 1e-4 * Math.abs(expected[n]) ? 0 : 1;
    }
    assertThat(apart).as(label + " apart").isLessThanOrEqualTo(bound.bent);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void backward_generatedCall_equalsReference(int seed) {
    Call call = call(seed);
    HeadView dOut = upstream(seed, call.input().shape());
    Result expected = reference(call, dOut);
    for (Kernels kernels : KERNELS) {
      Run run = Run.inference(kernels, ONE);
      Result actual = backward(new Tiled(), call.attention(), call.input(), dOut, run);
      assertSame(call, kernels, actual, expected);
    }
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void backward_anyNumberOfThreads_isBitIdentical(int seed) {
    Call call = call(seed);
    HeadView dOut = upstream(seed, call.input().shape());
    Result alone =
        backward(
            new Tiled(), call.attention(), call.input(), dOut, Run.inference(Kernels.best(), ONE));
    Run run = Run.inference(Kernels.best(), seed % 2 == 0 ? TWO : THREE);
    backward(new Tiled(), call.attention(), call.input(), dOut, run)
        .assertEqualTo(alone, call.toString());
  }

  @ParameterizedTest
  @MethodSource("evenSeeds")
  void backward_nanBehindTheMask_changesWhatSeesItAlone(int seed) {
    Call call = call(seed);
    AttentionShape shape = call.input().shape();
    HeadView dOut = upstream(seed, shape);
    Result expected = reference(call, dOut);
    int key = new Random(seed).nextInt(shape.keys());
    spoil(call.input().k(), key);
    spoil(call.input().v(), key);
    Oracle oracle = new Oracle(call.attention(), call.input());
    for (Kernels kernels : KERNELS) {
      Run run = Run.inference(kernels, ONE);
      Result actual = backward(new Tiled(), call.attention(), call.input(), dOut, run);
      String label = "%s key %d %s".formatted(call, key, kernels.name());
      int heads = shape.heads();
      boolean[] touched = new boolean[shape.batch() * shape.groups() * shape.keys()];
      for (int row = 0; row < shape.batch() * heads * shape.queries(); row++) {
        int b = row / shape.queries() / heads;
        int h = row / shape.queries() % heads;
        int t = row % shape.queries();
        boolean sees = oracle.sees(b, h, t, key);
        assertRow(label + " dq " + row, actual.q, expected.q, row, sees);
        boolean pointwise = call.attention().normalizer().isPointwise();
        for (int s = 0; s < shape.keys() && sees; s++) {
          int group = b * shape.groups() + shape.groupOf(h);
          touched[group * shape.keys() + s] |= s == key || (!pointwise && oracle.sees(b, h, t, s));
        }
      }
      for (int row = 0; row < touched.length; row++) {
        assertRow(label + " dk " + row, actual.k, expected.k, row, touched[row]);
        assertRow(label + " dv " + row, actual.v, expected.v, row, touched[row]);
      }
    }
  }

  static void spoil(HeadView view, int row) {
    for (int b = 0; b < view.axes().batch(); b++) {
      for (int h = 0; h < view.axes().heads(); h++) {
        int at = view.row(b, h, row);
        Arrays.fill(view.array(), at, at + view.axes().width(), Float.NaN);
      }
    }
  }

  private static void assertRow(
      String label, Tensor actual, Tensor expected, int row, boolean spoilt) {
    int width = actual.axis(3);
    float[] of = Arrays.copyOfRange(actual.array(), row * width, (row + 1) * width);
    if (spoilt) {
      assertThat(of).as(label).containsOnly(Float.NaN);
    } else {
      float[] clean = Arrays.copyOfRange(expected.array(), row * width, (row + 1) * width);
      assertNear(label, of, clean, new Bound(2e-5, width));
    }
  }

  /// What a query whose own numbers are not finite touches are the keys that it sees.
  @ParameterizedTest
  @MethodSource("oddSeeds")
  void backward_nanInAQuery_touchesWhatItSeesAlone(int seed) {
    Call call = call(seed);
    AttentionShape shape = call.input().shape();
    HeadView dOut = upstream(seed, shape);
    Result expected = reference(call, dOut);
    int query = new Random(seed).nextInt(shape.queries());
    spoil(seed % 4 == 1 ? call.input().q() : dOut, query);
    Oracle oracle = new Oracle(call.attention(), call.input());
    for (Kernels kernels : KERNELS) {
      Run run = Run.inference(kernels, ONE);
      Result actual = backward(new Tiled(), call.attention(), call.input(), dOut, run);
      for (int row = 0; row < shape.batch() * shape.groups() * shape.keys(); row++) {
        int b = row / shape.keys() / shape.groups();
        int g = row / shape.keys() % shape.groups();
        int s = row % shape.keys();
        boolean seen = false;
        for (int h = g * shape.groupSize(); h < (g + 1) * shape.groupSize(); h++) {
          seen |= oracle.sees(b, h, query, s);
        }
        String label = "%s query %d row %d %s".formatted(call, query, row, kernels.name());
        assertRow(label, actual.k, expected.k, row, seen);
        assertRow(label, actual.v, expected.v, row, seen);
      }
    }
  }

  @Test
  void backward_gradientsThatAreThere_areAddedTo() {
    Call call = call(2003);
    HeadView dOut = upstream(3, call.input().shape());
    Run run = Run.inference(Kernels.best(), TWO);
    Result once = backward(new Tiled(), call.attention(), call.input(), dOut, run);
    Result twice = Result.of(call.input());
    for (int n = 0; n < 2; n++) {
      OutputGradients dy = OutputGradients.of(dOut);
      new Tiled().backward(call.attention(), call.input(), dy, twice.places(), run);
    }
    for (int n = 0; n < once.q.size(); n++) {
      float expected = 2 * once.q.array()[n]; // a score that is lowered adds in two steps
      assertThat(twice.q.array()[n]).isCloseTo(expected, within(1e-6f * (1 + Math.abs(expected))));
    }
    for (int n = 0; n < once.v.size(); n++) {
      assertThat(twice.v.array()[n]).isEqualTo(2 * once.v.array()[n]);
    }
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void backward_gradientsOfStatistics_equalReference(int seed) {
    Call call = call(seed);
    AttentionShape shape = call.input().shape();
    Random random = new Random(seed);
    int rows = shape.batch() * shape.heads();
    OutputGradients dy =
        new OutputGradients(
            upstream(seed, shape),
            random.nextInt(4) == 0 ? new float[0] : Calls.numbers(random, rows * shape.queries()),
            random.nextInt(4) == 0 ? new float[0] : Calls.numbers(random, rows * shape.keys()));
    Result expected = Result.of(call.input());
    Run scalar = Run.inference(Kernels.scalar(), TWO);
    new Reference().backward(call.attention(), call.input(), dy, expected.places(), scalar);
    for (Kernels kernels : KERNELS) {
      Result actual = Result.of(call.input());
      Run run = Run.inference(kernels, ONE);
      new Tiled().backward(call.attention(), call.input(), dy, actual.places(), run);
      assertSame(call, kernels, actual, expected);
    }
  }
}
