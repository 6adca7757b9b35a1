package dev.heed.attention.mixer;

import dev.heed.grad.Gradients;
import dev.heed.grad.Operation;
import dev.heed.grad.Run;
import dev.heed.kernel.Rows;
import dev.heed.tensor.Operand;
import dev.heed.tensor.ShapeException;
import dev.heed.tensor.Tensor;
import dev.heed.tensor.Weight;
import java.util.List;

/// Adds to what a mixer gave a share of what it read: `z = y + share_n x` for each of `N` heads;
/// with a share a channel for `N = D`.
///
/// @param y `[B, T, D]`
/// @param x `[B, T, D]`
/// @param share an array weight `[N]`, of which `N` divides `D`
public record SkipHeads(Tensor y, Tensor x, Weight share) implements Operation {
  public SkipHeads {
    boolean fit = y.shape().equals(x.shape()) && share.shape().rank() == 1;
    if (!fit || share.shape().size() == 0 || x.axis(-1) % share.shape().axis(0) != 0) {
      throw new ShapeException(
          "skip: y %s, x %s and shares %s do not fit; [B, T, D], [B, T, D] and [N] that divides D would"
              .formatted(y.shape(), x.shape(), share.shape()));
    }
  }

  @Override
  public List<Operand> operands() {
    return List.of(y, x, share);
  }

  @Override
  public boolean readsResult() {
    return false;
  }

  @Override
  public Tensor forward(Run run) {
    Tensor z = run.allocate(y.shape());
    System.arraycopy(y.array(), y.offset(), z.array(), z.offset(), y.size());
    addShares(x, z, run);
    return z;
  }

  private void addShares(Tensor from, Tensor to, Run run) {
    Rows rows = run.kernels().rows();
    float[] shares = share.floats();
    int width = x.axis(-1) / shares.length;
    for (int head = 0; head < x.size() / width; head++) {
      int at = head * width;
      float factor = shares[head % shares.length];
      rows.addScaled(factor, from.array(), from.offset() + at, to.array(), to.offset() + at, width);
    }
  }

  @Override
  public void backward(Tensor dz, Gradients gradients, Run run) {
    gradients.add(y, dz, run);
    if (gradients.wants(x)) {
      addShares(dz, gradients.of(x), run);
    }
    if (gradients.wants(share)) {
      int count = share.shape().axis(0);
      double[] sums = new double[count];
      int width = x.axis(-1) / count;
      for (int i = 0; i < x.size(); i++) {
        sums[i / width % count] += (double) dz.array()[dz.offset() + i] * x.array()[x.offset() + i];
      }
      Tensor sum = gradients.of(share);
      for (int n = 0; n < count; n++) {
        sum.array()[sum.offset() + n] += (float) sums[n];
      }
    }
  }
}
