package dev.heed.grad;

import dev.heed.tensor.Operand;
import dev.heed.tensor.Shape;
import dev.heed.tensor.ShapeException;
import dev.heed.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/// What experts made of the rows that were given to them, weighed and added up: row `rows[n]` of
/// the result gets `weights[rows[n], expert]` times row `n` of the expert's part.
///
/// @param parts of experts that were asked, in their order
/// @param weights `[B, T, X]`
public record CombineRows(List<Part> parts, Tensor weights) implements Operation {
  /// What one expert made.
  ///
  /// @param made `[R, D]`
  /// @param expert its column in the weights
  /// @param rows whose rows of the result they belong to, `R` of them
  public record Part(Tensor made, int expert, int... rows) {
    public Part {
      rows = rows.clone();
    }

    @Override
    public int[] rows() {
      return rows.clone();
    }
  }

  public CombineRows {
    parts = List.copyOf(parts);
    for (Part part : parts) {
      boolean fits =
          part.made.shape().rank() == 2
              && part.made.axis(0) == part.rows.length
              && part.made.axis(1) == parts.getFirst().made.axis(1);
      if (!fits || weights.shape().rank() != 3) {
        throw new ShapeException(
            "combine: %s of expert %d for %d rows does not fit weights %s [B, T, X]; [%d, D] with one D for all would"
                .formatted(
                    part.made.shape(),
                    part.expert,
                    part.rows.length,
                    weights.shape(),
                    part.rows.length));
      }
    }
  }

  @Override
  public List<Operand> operands() {
    List<Operand> all = new ArrayList<>(List.of(weights));
    parts.forEach(part -> all.add(part.made));
    return all;
  }

  @Override
  public Tensor forward(Run run) {
    int width = parts.getFirst().made.axis(1);
    Tensor y = run.allocate(Shape.of(weights.axis(0), weights.axis(1), width));
    y.fill(0);
    for (Part part : parts) {
      Tensor made = part.made;
      for (int n = 0; n < part.rows.length; n++) {
        float weight = weights.array()[at(part, n)];
        int to = y.offset() + part.rows[n] * width;
        int from = made.offset() + n * width;
        run.kernels().rows().addScaled(weight, made.array(), from, y.array(), to, width);
      }
    }
    return y;
  }

  private int at(Part part, int n) {
    return weights.offset() + part.rows[n] * weights.axis(2) + part.expert;
  }

  @Override
  public void backward(Tensor dy, Gradients gradients, Run run) {
    for (Part part : parts) {
      if (gradients.wants(part.made)) {
        backward(part, dy, gradients.of(part.made), run);
      }
      if (gradients.wants(weights)) {
        backward(part, dy, gradients.of(weights));
      }
    }
  }

  private void backward(Part part, Tensor dy, Tensor dMade, Run run) {
    int width = dMade.axis(1);
    for (int n = 0; n < part.rows.length; n++) {
      float weight = weights.array()[at(part, n)];
      int from = dy.offset() + part.rows[n] * width;
      int to = dMade.offset() + n * width;
      run.kernels().rows().addScaled(weight, dy.array(), from, dMade.array(), to, width);
    }
  }

  private void backward(Part part, Tensor dy, Tensor dWeights) {
    Tensor made = part.made;
    int width = made.axis(1);
    for (int n = 0; n < part.rows.length; n++) {
      double sum = 0;
      for (int d = 0; d < width; d++) {
        sum +=
            (double) made.array()[made.offset() + n * width + d]
                * dy.array()[dy.offset() + part.rows[n] * width + d];
      }
      dWeights.array()[dWeights.offset() + at(part, n) - weights.offset()] += (float) sum;
    }
  }
}
