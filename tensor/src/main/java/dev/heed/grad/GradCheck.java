package dev.heed.grad;

import dev.heed.tensor.CounterRandom;
import dev.heed.tensor.HeedException;
import dev.heed.tensor.Operand;
import dev.heed.tensor.Tensor;
import dev.heed.tensor.Weight;
import dev.heed.tensor.Workspace;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/// Compares gradients with difference quotients: for an operation or a layer of your own.
///
/// The result is projected on a random direction, `p = Σ dy y` in double, and of every operand some
/// numbers, and two random directions that move all of them, are changed up and down. Central
/// differences at steps `h` and `2h` are combined so that errors of `h²` vanish ([Richardson
/// 1911](https://doi.org/10.1098/rsta.1911.0009)); that allows the long step that operations in
/// `float` need: what their rounding does to `p`, about `2⁻²³ √Σ (dy y)²`, is divided by it. A
/// number that disagrees is tried once more at a step an eighth as long, for functions with bends.
///
/// @param run computes; one that trains draws the same numbers for every evaluation
/// @param numbers how many numbers of each operand are changed one by one
/// @param tolerance how far a gradient may be from its difference, as a part of the gradient's size
///   and of the mean size of the operand's gradients
public record GradCheck(Run run, int numbers, double tolerance) {
  private static final int DIRECTIONS = 2;
  private static final double STEP = 0x1p-5;
  private static final double SHORTER = 0x1p-3;
  private static final double ROUNDING = 0x1p-21;
  private static final CounterRandom RANDOM = CounterRandom.of(20_251);

  public GradCheck {
    if (numbers < 1 || !(tolerance > 0)) {
      throw new HeedException(
          "gradcheck: %d numbers within %s; at least 1 and a tolerance above 0 fit"
              .formatted(numbers, tolerance));
    }
  }

  /// Forty numbers of each operand, within a part in 500.
  public GradCheck(Run run) {
    this(run, 40, 2e-3);
  }

  /// What a check found.
  ///
  /// @param checked gradients that were compared
  /// @param largest error, of which 1 is just tolerated
  /// @param failure the worst gradient, if it is not tolerated
  public record Result(int checked, double largest, Optional<String> failure) {
    public boolean passed() {
      return failure.isEmpty();
    }

    /// Throws what the failure says, if there is one.
    public void orElseThrow() {
      failure.ifPresent(text -> {
        throw new HeedException("gradcheck: " + text);
      });
    }

    Result and(Result other) {
      Result worse = other.largest > largest || Double.isNaN(other.largest) ? other : this;
      return new Result(
          checked + other.checked,
          worse.largest,
          worse.failure.or(() -> failure).or(() -> other.failure));
    }
  }

  /// Checks one operation, for each of its operands.
  public Result check(Operation operation) {
    return check(operation.operands(), fresh -> fresh.apply(operation));
  }

  /// Checks a function of operands, whose arrays it reads anew at every call.
  ///
  /// @param operands what may be changed; they are as before afterwards
  /// @param forward applies operations to the operands on the run that it is given
  public Result check(List<? extends Operand> operands, Function<Run, Tensor> forward) {
    Run taped = run.afresh().taped();
    Tensor y = forward.apply(taped);
    Tensor dy = random(y);
    Gradients gradients = taped.tape().orElseThrow().backward(y, dy, taped);
    double size = Math.sqrt(dot(y, dy, 2));
    Result result = new Result(0, 0, Optional.empty());
    for (int i = 0; i < operands.size(); i++) {
      Operand operand = operands.get(i);
      float[] gradient =
          gradients.find(operand).map(Tensor::toArray).orElseGet(() -> zeros(operand));
      Subject subject = new Subject("operand %d %s".formatted(i, operand), place(operand), size);
      result = result.and(new Check(forward, dy, subject, gradient).all(i));
    }
    return result;
  }

  private static float[] zeros(Operand operand) {
    return new float[Math.toIntExact(operand.shape().size())];
  }

  private static Tensor place(Operand operand) {
    return switch (operand) {
      case Tensor tensor -> tensor;
      case Weight weight ->
          Tensor.over(
              weight
                  .array()
                  .orElseThrow(() ->
                      new HeedException(
                          "gradcheck: %s is read in place; a weight in an array can be checked"
                              .formatted(weight))),
              0,
              weight.shape());
    };
  }

  private static Tensor random(Tensor like) {
    Tensor numbers = Tensor.zeros(like.shape());
    for (int i = 0; i < numbers.size(); i++) {
      numbers.array()[i] = (float) RANDOM.normal(i);
    }
    return numbers;
  }

  private static double dot(Tensor y, Tensor dy, int power) {
    double sum = 0;
    for (int i = 0; i < y.size(); i++) {
      sum += Math.pow((double) y.array()[y.offset() + i] * dy.array()[dy.offset() + i], power);
    }
    return sum;
  }

  /// An operand under its name, and the size of what the result is projected to.
  private record Subject(String name, Tensor place, double size) {}

  /// The check of one operand.
  private final class Check {
    private final Function<Run, Tensor> forward;
    private final Tensor dy;
    private final Subject subject;
    private final float[] gradient;
    private final float[] kept;
    private final double unit;
    private final double mean;

    Check(Function<Run, Tensor> forward, Tensor dy, Subject subject, float[] gradient) {
      this.forward = forward;
      this.dy = dy;
      this.subject = subject;
      this.gradient = gradient;
      this.kept = subject.place().toArray();
      this.unit = rootMeanSquare(kept) == 0 ? 1 : rootMeanSquare(kept);
      this.mean = rootMeanSquare(gradient);
    }

    Result all(int operand) {
      CounterRandom random = RANDOM.stream(operand + 1);
      Result result = new Result(0, 0, Optional.empty());
      int count = Math.min(numbers, kept.length);
      for (int n = 0; n < count; n++) {
        int at = count == kept.length ? n : random.below(kept.length, n);
        float[] direction = new float[kept.length];
        direction[at] = 1;
        result = result.and(compare("number " + at, direction, mean));
      }
      for (int d = 0; d < DIRECTIONS && kept.length > 0; d++) {
        CounterRandom drawn = random.stream(d);
        float[] direction = new float[kept.length];
        for (int i = 0; i < direction.length; i++) {
          direction[i] = drawn.uniform(i) < 0.5 ? -1 : 1;
        }
        double typical = mean * Math.sqrt(kept.length);
        result = result.and(compare("direction " + d, direction, typical));
      }
      return result;
    }

    private Result compare(String what, float[] direction, double typical) {
      double expected = 0;
      double length = 0;
      for (int i = 0; i < direction.length; i++) {
        expected += (double) gradient[i] * direction[i];
        length += direction[i] * direction[i];
      }
      double step = STEP * unit / Math.sqrt(length);
      Result first = compare(what, direction, step, new double[] {expected, typical});
      return first.passed()
          ? first
          : better(
              first, compare(what, direction, step * SHORTER, new double[] {expected, typical}));
    }

    private static Result better(Result one, Result other) {
      return other.largest() < one.largest() ? other : one;
    }

    private Result compare(String what, float[] direction, double step, double[] expected) {
      double near = difference(direction, step);
      double far = difference(direction, 2 * step);
      double found = (4 * near - far) / 3;
      double noise = ROUNDING * subject.size() / step;
      double bound = tolerance * (Math.abs(found) + expected[1]) + noise;
      double error = found == expected[0] ? 0 : Math.abs(found - expected[0]) / bound;
      Optional<String> failure =
          error <= 1
              ? Optional.empty()
              : Optional.of(
                  "%s, %s: the gradient is %.6g, the difference quotient %.6g ± %.2g"
                      .formatted(subject.name(), what, expected[0], found, bound));
      return new Result(1, error, failure);
    }

    /// `(p(x + h d) - p(x - h d)) / 2h`.
    private double difference(float[] direction, double step) {
      double above = projection(direction, step);
      double below = projection(direction, -step);
      restore();
      return (above - below) / (2 * step);
    }

    private double projection(float[] direction, double step) {
      Tensor place = subject.place();
      for (int i = 0; i < kept.length; i++) {
        place.array()[place.offset() + i] = (float) (kept[i] + step * direction[i]);
      }
      Workspace.Mark mark = run.workspace().mark();
      double sum = dot(forward.apply(run.afresh()), dy, 1);
      run.workspace().release(mark);
      return sum;
    }

    private void restore() {
      Tensor place = subject.place();
      System.arraycopy(kept, 0, place.array(), place.offset(), kept.length);
    }
  }

  private static double rootMeanSquare(float[] numbers) {
    double sum = 0;
    for (float number : numbers) {
      sum += (double) number * number;
    }
    return numbers.length == 0 ? 0 : Math.sqrt(sum / numbers.length);
  }
}
