package dev.heed.grad;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heed.kernel.Kernels;
import dev.heed.kernel.Workers;
import dev.heed.tensor.CounterRandom;
import dev.heed.tensor.HeedException;
import dev.heed.tensor.Operand;
import dev.heed.tensor.ShapeException;
import dev.heed.tensor.Tensor;
import dev.heed.tensor.Weight;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Every operation of this package: its backward against central differences of its forward.
class OperationTest {
  private static final Workers WORKERS = Workers.of(2);
  private static final Run RUN = Run.inference(Kernels.scalar(), WORKERS);

  private static final Tokens TARGETS = new Tokens(new int[] {5, 0, -1, 3, 3, -100}, 2, 3);

  /// An operation and the operands that its backward must give a gradient.
  record Case(Operation operation, List<Operand> operands) {
    @Override
    public String toString() {
      return operation.getClass().getSimpleName() + " " + operands.getFirst().shape();
    }
  }

  static List<Case> cases() {
    Random random = new Random(7);
    Tensor x = tensor(random, 2, 3, 6);
    Tensor other = tensor(random, 2, 3, 6);
    Weight w = weight(random, "w", 5, 6);
    Weight bias = weight(random, "b", 5);
    Weight gain = weight(random, "gain", 6);
    Weight shift = weight(random, "shift", 6);
    Weight headGain = weight(random, "head", 3);
    Weight table = weight(random, "table", 7, 5);
    Tensor made = tensor(random, 2, 4);
    CombineRows.Part part = new CombineRows.Part(made, 5, 4, 1);
    return List.of(
        new Case(new RouteTopK(x, 4), List.of(x)),
        new Case(new TakeRows(x, 4, 0, 4), List.of(x)),
        new Case(new CombineRows(List.of(part), x), List.of(x, made)),
        new Case(new ClampedGate(x, other), List.of(x, other)),
        new Case(new Project(x, w, Optional.of(bias)), List.of(x, w, bias)),
        new Case(new Project(x, w, Optional.empty()), List.of(x, w)),
        new Case(new Add(x, other), List.of(x, other)),
        new Case(new Add(x, x), List.of(x)),
        new Case(new Multiply(x, other), List.of(x, other)),
        new Case(new Scale(x, -1.75f), List.of(x)),
        new Case(new Moment(x, 0.5f, 1), List.of(x)),
        new Case(new Moment(x, 0.5f, 2), List.of(x)),
        new Case(new SoftCap(x, 1.5f), List.of(x)),
        new Case(new Activate(x, Activation.GELU_ERF), List.of(x)),
        new Case(new Activate(x, Activation.GELU_TANH), List.of(x)),
        new Case(new Activate(x, Activation.SILU), List.of(x)),
        new Case(new Activate(x, Activation.TANH), List.of(x)),
        new Case(new Activate(x, Activation.RELU), List.of(x)),
        new Case(new RmsNormalize(x, gain, 1e-5f), List.of(x, gain)),
        new Case(new RmsNormalize(x, headGain, 1e-5f), List.of(x, headGain)),
        new Case(new LayerNormalize(x, gain, shift, 1e-5f), List.of(x, gain, shift)),
        new Case(new Recompute(x, (in, run) -> run.apply(new Scale(in, 3))), List.of(x)),
        new Case(new Dropout(x, 0.375f, CounterRandom.of(5)), List.of(x)),
        new Case(new CrossEntropy(x, TARGETS), List.of(x)),
        new Case(
            new CrossEntropy(x, TARGETS, new CrossEntropy.Settings(0.125f, 0.25f)), List.of(x)),
        new Case(
            new Gather(table, new Tokens(new int[] {6, 0, 3, 3, 1, 6}, 2, 3)), List.of(table)));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void backward_everyOperand_equalsCentralDifference(Case test) {
    Run run = RUN.taped();
    Tensor y = run.apply(test.operation());
    Tensor dy = tensor(new Random(11), y.shape().toArray());
    Gradients gradients = run.tape().orElseThrow().backward(y, dy, run);
    for (Operand operand : test.operands()) {
      Tensor gradient = gradients.find(operand).orElseThrow();
      assertThat(gradient.shape()).isEqualTo(operand.shape());
      float[] numbers = numbers(operand);
      for (int i = 0; i < numbers.length; i++) {
        double expected = centralDifference(test.operation(), numbers, i, dy);
        // h = 2^-7: the truncation h² f''' and the rounding ε |y| / h are both near 1e-4
        assertThat((double) gradient.array()[gradient.offset() + i])
            .isCloseTo(
                expected, org.assertj.core.data.Offset.offset(2e-3 * (1 + Math.abs(expected))));
      }
    }
  }

  @Test
  void cases_package_coverEveryOperation() throws IOException {
    Set<String> tested =
        cases().stream()
            .map(c -> c.operation().getClass().getSimpleName())
            .collect(Collectors.toSet());
    assertThat(operationsOfThisPackage()).isNotEmpty().isEqualTo(tested);
  }

  @Test
  void add_differentShapes_namesBoth() {
    assertThatThrownBy(() -> new Add(Tensor.zeros(2, 3), Tensor.zeros(3, 2)))
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining("[2, 3]")
        .hasMessageContaining("[3, 2]");
  }

  @Test
  void gather_idBeyondTable_namesIdAndRange() {
    Weight table = weight(new Random(1), "table", 7, 5);
    assertThatThrownBy(() -> new Gather(table, Tokens.of(3, 7)))
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining("id 7")
        .hasMessageContaining("0 to 6");
  }

  @Test
  void at_probeWantsSite_seesAndReplaces() {
    Site site = Site.inBlock(3, "attn.z");
    Probe doubling =
        new Probe() {
          @Override
          public boolean wants(Site asked) {
            return asked.path().equals("blocks.3.attn.z");
          }

          @Override
          public Tensor at(Site asked, Tensor value) {
            Tensor twice = value.copy();
            for (int i = 0; i < twice.size(); i++) {
              twice.array()[i] *= 2;
            }
            return twice;
          }
        };
    Run run = RUN.probed(doubling);
    Tensor value = Tensor.of(new float[] {1, -2, 3}, 3);
    assertThat(run.at(site, value).toArray()).containsExactly(2, -4, 6);
    assertThat(run.at(Site.inBlock(2, "attn.z"), value)).isSameAs(value);

    // its gradient would be that of the value it replaces
    assertThatThrownBy(() -> run.taped().at(site, value))
        .isInstanceOf(HeedException.class)
        .hasMessageContaining("probe at blocks.3.attn.z")
        .hasMessageContaining("tape");
    Tensor zero = Tensor.zeros(3);
    assertThat(run.taped().at(site, zero)).isSameAs(zero);
  }

  private static Set<String> operationsOfThisPackage() throws IOException {
    Path classes =
        Path.of(Operation.class.getProtectionDomain().getCodeSource().getLocation().getPath());
    try (Stream<Path> files = Files.list(classes.resolve("dev/heed/grad"))) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(".class") && !name.startsWith("package-info"))
          .map(name -> name.substring(0, name.length() - ".class".length()))
          .filter(OperationTest::isOperation)
          .collect(Collectors.toSet());
    }
  }

  private static boolean isOperation(String name) {
    try {
      Class<?> type = Class.forName("dev.heed.grad." + name);
      return Operation.class.isAssignableFrom(type) && !type.isInterface();
    } catch (ClassNotFoundException e) {
      throw new AssertionError(e);
    }
  }

  private static double centralDifference(Operation operation, float[] numbers, int i, Tensor dy) {
    float step = 0x1p-7f;
    float kept = numbers[i];
    numbers[i] = kept + step;
    double above = weightedSum(operation.forward(RUN), dy);
    numbers[i] = kept - step;
    double below = weightedSum(operation.forward(RUN), dy);
    numbers[i] = kept;
    return (above - below) / (2 * step);
  }

  private static double weightedSum(Tensor y, Tensor dy) {
    double sum = 0;
    for (int i = 0; i < y.size(); i++) {
      sum += (double) y.array()[y.offset() + i] * dy.array()[dy.offset() + i];
    }
    return sum;
  }

  private static float[] numbers(Operand operand) {
    return switch (operand) {
      case Tensor tensor -> tensor.array();
      case Weight weight -> weight.floats();
    };
  }

  private static Tensor tensor(Random random, int... shape) {
    Tensor tensor = Tensor.zeros(shape);
    for (int i = 0; i < tensor.size(); i++) {
      tensor.array()[i] = (float) random.nextGaussian();
    }
    return tensor;
  }

  private static Weight weight(Random random, String name, int... shape) {
    return Weight.of(name, tensor(random, shape).array(), shape);
  }
}
