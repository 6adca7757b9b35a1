package dev.heed.train;

import dev.heed.grad.Run;
import dev.heed.kernel.Matrix;
import dev.heed.kernel.Updates;
import dev.heed.tensor.Tensor;
import dev.heed.tensor.Weight;
import dev.heed.train.Parameter.Role;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Muon, [Jordan et al. 2024](https://kellerjordan.github.io/posts/muon/): the momentum of a matrix
/// is replaced by the nearest matrix whose singular values are alike, found by a Newton-Schulz
/// iteration. For the matrices inside blocks; [AdamW] changes the rest.
///
/// ```
/// m = momentum m + (1 - momentum) g;  u = (1 - momentum) g + momentum m   (Nesterov)
/// X = u / |u|;  five times: A = X Xᵀ, X = 3.4445 X + (-4.775 A + 2.0315 A A) X
/// w = (1 - rate decay) w - rate √max(1, rows / columns) X
/// ```
///
/// The scale of the gradient leaves `X` as it is, so clipping does not matter here but through the
/// mixture of steps in `m`.
public final class Muon implements Optimizer {
  private static final int ITERATIONS = 5;
  private static final float A = 3.4445f;
  private static final float B = -4.775f;
  private static final float C = 2.0315f;
  private static final float LEAST_NORM = 1e-7f;

  private final OptimizerSettings.Muon settings;
  private final List<Parameter> matrices = new ArrayList<>();
  private final int[] matrixAt;
  private final int[] restAt;
  private final float[][] momenta;
  private final AdamW rest;
  private final Scratch scratch;

  public Muon(OptimizerSettings.Muon settings, List<Parameter> parameters) {
    this.settings = settings;
    List<Parameter> others = new ArrayList<>();
    List<Integer> here = new ArrayList<>();
    List<Integer> there = new ArrayList<>();
    for (int i = 0; i < parameters.size(); i++) {
      boolean matrix = parameters.get(i).role() == Role.MATRIX;
      (matrix ? matrices : others).add(parameters.get(i));
      (matrix ? here : there).add(i);
    }
    matrixAt = here.stream().mapToInt(Integer::intValue).toArray();
    restAt = there.stream().mapToInt(Integer::intValue).toArray();
    momenta = AdamW.zeros(matrices);
    rest = new AdamW(settings.rest(), others);
    scratch = Scratch.of(matrices);
  }

  /// Memory for the largest matrix: an update and the products of its iteration.
  private record Scratch(float[] update, float[] next, float[] square, float[] polynomial) {
    static Scratch of(List<Parameter> matrices) {
      int size = matrices.stream().mapToInt(Parameter::size).max().orElse(0);
      int side =
          matrices.stream()
              .map(Parameter::weight)
              .mapToInt(weight -> Math.min(weight.shape().axis(0), weight.shape().axis(1)))
              .max()
              .orElse(0);
      int squares = Math.multiplyExact(side, side);
      return new Scratch(new float[size], new float[size], new float[squares], new float[squares]);
    }
  }

  @Override
  public void update(List<Tensor> gradients, Step step) {
    List<Tensor> others = new ArrayList<>();
    for (int at : restAt) {
      others.add(gradients.get(at));
    }
    rest.update(others, step);
    for (int i = 0; i < matrixAt.length; i++) {
      update(i, gradients.get(matrixAt[i]), step);
    }
  }

  private void update(int index, Tensor gradient, Step step) {
    Weight weight = matrices.get(index).weight();
    int rows = weight.shape().axis(0);
    int columns = weight.shape().axis(1);
    mix(momenta[index], gradient, step);
    float[] direction = orthogonalize(rows, columns, step.run());
    double rate = settings.rate() * step.factor();
    float keep = (float) (1 - rate * settings.decay());
    float size = (float) (rate * Math.sqrt(Math.max(1, (double) rows / columns)));
    float[] numbers = matrices.get(index).numbers();
    new Spans(numbers.length)
        .run(
            step.run(),
            span ->
                updates(step.run())
                    .blend(
                        keep, numbers, span.from(), -size, direction, span.from(), span.length()));
  }

  private static Updates updates(Run run) {
    return run.kernels().updates();
  }

  /// The momentum with this gradient in it, and of both what Nesterov goes by, into the scratch.
  private void mix(float[] momentum, Tensor gradient, Step step) {
    float keep = (float) settings.momentum();
    float share = (float) ((1 - settings.momentum()) * step.scale());
    Updates updates = step.run().kernels().updates();
    float[] g = gradient.array();
    new Spans(momentum.length)
        .run(
            step.run(),
            span -> {
              int from = span.from();
              int of = gradient.offset() + from;
              updates.blend(keep, momentum, from, share, g, of, span.length());
              System.arraycopy(momentum, from, scratch.update(), from, span.length());
              updates.blend(keep, scratch.update(), from, share, g, of, span.length());
            });
  }

  /// Brings the singular values of the update near to 1; returns where the result is. The products
  /// are those of the shorter side.
  private float[] orthogonalize(int rows, int columns, Run run) {
    int size = rows * columns;
    float[] x = scratch.update();
    double norm = Math.sqrt(run.kernels().updates().squares(x, 0, size));
    run.kernels().rows().scale((float) (1 / Math.max(norm, LEAST_NORM)), x, 0, x, 0, size);
    int side = Math.min(rows, columns);
    float[] next = scratch.next();
    for (int i = 0; i < ITERATIONS; i++) {
      Matrix from = matrix(x, rows, columns);
      Matrix wide = rows <= columns ? from : from.transpose();
      Matrix square = matrix(scratch.square(), side, side);
      Matrix polynomial = matrix(scratch.polynomial(), side, side);
      run.kernels().products().multiply(wide, wide.transpose(), square, run.workers());
      run.kernels().products().multiply(square, square, polynomial, run.workers());
      updates(run).blend(C, scratch.polynomial(), 0, B, scratch.square(), 0, side * side);
      Matrix to = matrix(next, rows, columns);
      if (rows <= columns) {
        run.kernels().products().multiply(polynomial, from, to, run.workers());
      } else {
        run.kernels().products().multiply(from, polynomial, to, run.workers());
      }
      updates(run).blend(1, next, 0, A, x, 0, size);
      float[] swapped = x;
      x = next;
      next = swapped;
    }
    return x;
  }

  /// The beginning of an array that may be longer.
  private static Matrix matrix(float[] array, int rows, int columns) {
    return new Matrix(array, 0, rows, columns, columns, 1);
  }

  @Override
  public Map<String, Weight> state() {
    Map<String, Weight> state = new LinkedHashMap<>(rest.state());
    for (int i = 0; i < momenta.length; i++) {
      AdamW.put(state, "muon.momentum.", matrices.get(i), momenta[i]);
    }
    return state;
  }
}
