package dev.heed.attention;

import dev.heed.grad.Gradients;
import dev.heed.grad.Operation;
import dev.heed.grad.Run;
import dev.heed.tensor.Operand;
import dev.heed.tensor.Shape;
import dev.heed.tensor.ShapeException;
import dev.heed.tensor.Tensor;
import java.util.Collections;
import java.util.List;

/// Heads that lie side by side with other widths: each is cut, or filled up with zeros, and times a
/// factor of its own.
///
/// @param x `[B, T, Σ from_h]`
/// @param from the widths that heads have
/// @param to those that they get
/// @param factors one a head
public record ArrangeHeads(Tensor x, List<Integer> from, List<Integer> to, List<Float> factors)
    implements Operation {
  public ArrangeHeads {
    from = List.copyOf(from);
    to = List.copyOf(to);
    factors = List.copyOf(factors);
    if (x.shape().rank() != 3 || x.axis(2) != sum(from) || from.size() != to.size()) {
      throw new ShapeException(
          "heads: %s does not fit heads of widths %s; [B, T, %d] would"
              .formatted(x.shape(), from, sum(from)));
    }
  }

  /// A factor of one for each head.
  static List<Float> plain(int heads) {
    return Collections.nCopies(heads, 1f);
  }

  private static int sum(List<Integer> widths) {
    return widths.stream().mapToInt(Integer::intValue).sum();
  }

  @Override
  public List<Operand> operands() {
    return List.of(x);
  }

  @Override
  public boolean readsResult() {
    return false;
  }

  @Override
  public Tensor forward(Run run) {
    Tensor y = run.allocate(Shape.of(x.axis(0), x.axis(1), sum(to)));
    y.fill(0);
    add(x, from, y, to, run);
    return y;
  }

  /// Adds heads to others of other widths, times their factors.
  private void add(Tensor a, List<Integer> aWidths, Tensor b, List<Integer> bWidths, Run run) {
    int rows = x.axis(0) * x.axis(1);
    for (int row = 0; row < rows; row++) {
      int aFrom = a.offset() + row * a.axis(2);
      int bFrom = b.offset() + row * b.axis(2);
      for (int h = 0; h < factors.size(); h++) {
        int width = Math.min(aWidths.get(h), bWidths.get(h));
        run.kernels().rows().addScaled(factors.get(h), a.array(), aFrom, b.array(), bFrom, width);
        aFrom += aWidths.get(h);
        bFrom += bWidths.get(h);
      }
    }
  }

  @Override
  public void backward(Tensor dy, Gradients gradients, Run run) {
    add(dy, to, gradients.of(x), from, run);
  }
}
