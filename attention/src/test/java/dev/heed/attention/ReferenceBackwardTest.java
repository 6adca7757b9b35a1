package dev.heed.attention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.heed.attention.Calls.Call;
import dev.heed.attention.Calls.Size;
import dev.heed.grad.Run;
import dev.heed.kernel.Kernels;
import dev.heed.kernel.Workers;
import dev.heed.tensor.Tensor;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Gradients of the reference against central differences of the definition in double precision.
class ReferenceBackwardTest {
  private static final Workers ONE = Workers.of(1);
  private static final Workers THREE = Workers.of(3);

  static IntStream seeds() {
    return IntStream.range(1000, 1060);
  }

  /// What a backward gave.
  private record Result(Tensor q, Tensor k, Tensor v, Parameters learned) {}

  private static Result backward(Call call, OutputGradients dy, Workers workers) {
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
    new Reference()
        .backward(call.attention(), call.input(), dy, dx, Run.inference(Kernels.scalar(), workers));
    return result;
  }

  private static OutputGradients upstream(Random random, AttentionShape shape) {
    int rows = shape.batch() * shape.heads();
    return new OutputGradients(
        Calls.heads(random, shape.batch(), shape.heads(), shape.queries(), shape.valueWidth()),
        Calls.numbers(random, rows * shape.queries()),
        Calls.numbers(random, rows * shape.keys()));
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void backward_generatedCall_equalsCentralDifferences(int seed) {
    Call call = Calls.random(seed, new Size(5, 9));
    Random random = new Random(seed);
    OutputGradients dy = upstream(random, call.input().shape());
    Result result = backward(call, dy, ONE);
    Oracle oracle = new Oracle(call.attention(), call.input());
    Probed probed = new Probed(oracle, dy, random);
    for (int n = 0; n < 6; n++) {
      probed.check(call + " dq", oracle.q, result.q);
      probed.check(call + " dk", oracle.k, result.k);
      probed.check(call + " dv", oracle.v, result.v);
    }
    for (String name : oracle.learned.keySet()) {
      probed.check(call + " d" + name, oracle.learned.get(name), result.learned.get(name));
    }
  }

  /// A random number of an input, and what it adds to the loss.
  private record Probed(Oracle oracle, OutputGradients dy, Random random) {
    void check(String label, double[][][][] numbers, Tensor gradient) {
      int b = random.nextInt(numbers.length);
      int h = random.nextInt(numbers[b].length);
      int row = random.nextInt(numbers[b][h].length);
      int column = random.nextInt(numbers[b][h][row].length);
      double expected = difference(oracle, dy, numbers[b][h][row], column);
      assertThat((double) gradient.at(b, h, row, column))
          .as(label)
          .isCloseTo(expected, within(1e-5 + 1e-4 * Math.abs(expected)));
    }

    /// Some of the numbers that are learned.
    void check(String label, double[] numbers, Tensor gradient) {
      for (int n = random.nextInt(1 + numbers.length / 9); n < numbers.length; ) {
        double expected = difference(oracle, dy, numbers, n);
        assertThat((double) gradient.toArray()[n])
            .as(label)
            .isCloseTo(expected, within(1e-5 + 1e-4 * Math.abs(expected)));
        n += 1 + random.nextInt(1 + numbers.length / 5);
      }
    }
  }

  private static double difference(Oracle oracle, OutputGradients dy, double[] numbers, int at) {
    double kept = numbers[at];
    double step = 1e-5;
    numbers[at] = kept + step;
    double above = oracle.loss(dy);
    numbers[at] = kept - step;
    double below = oracle.loss(dy);
    numbers[at] = kept;
    return (above - below) / (2 * step);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void backward_threeThreads_isBitIdentical(int seed) {
    Call call = Calls.random(seed, new Size(12, 30));
    OutputGradients dy = upstream(new Random(seed), call.input().shape());
    Result alone = backward(call, dy, ONE);
    Result shared = backward(call, dy, THREE);
    assertThat(shared.q.toArray()).isEqualTo(alone.q.toArray());
    assertThat(shared.k.toArray()).isEqualTo(alone.k.toArray());
    assertThat(shared.v.toArray()).isEqualTo(alone.v.toArray());
    assertThat(Calls.numbers(shared.learned)).isEqualTo(Calls.numbers(alone.learned));
  }
}
