package dev.heed.attention.source;

import dev.heed.grad.Gradients;
import dev.heed.grad.Operation;
import dev.heed.grad.Run;
import dev.heed.tensor.Operand;
import dev.heed.tensor.Shape;
import dev.heed.tensor.ShapeException;
import dev.heed.tensor.Tensor;
import java.util.List;

/// Two results of heads mixed by a learned gate a head, `σ(g_h) far + (1 - σ(g_h)) near`; `near`
/// alone where there is nothing far.
public final class BlendHeads implements Operation {
  private final Tensor near;
  private final Tensor far;
  private final Operand gates;
  private final int[] since;
  private final int heads;

  /// @param near `[B, T, H·W]`
  /// @param far `[B, T, H·W]`
  /// @param gates `[H]`, numbers in an array
  /// @param since the first position of each batch that has something far; `T` where none has
  public BlendHeads(Tensor near, Tensor far, Operand gates, int... since) {
    this.near = near;
    this.far = far;
    this.gates = gates;
    this.since = since.clone();
    this.heads = (int) gates.shape().size();
    if (!near.shape().equals(far.shape())
        || near.shape().rank() != 3
        || near.axis(2) % heads != 0
        || since.length != near.axis(0)) {
      throw new ShapeException(
          "blend: near %s, far %s, %d gates and %d batches do not fit; [B, T, H·W] twice, H and B would"
              .formatted(near, far, heads, since.length));
    }
  }

  @Override
  public List<Operand> operands() {
    return List.of(near, far, gates);
  }

  @Override
  public boolean readsResult() {
    return false;
  }

  /// The share of what is far of each head, `[H]`.
  private float[] shares() {
    Tensor numbers = Prepend.numbers(gates);
    float[] shares = new float[heads];
    for (int h = 0; h < heads; h++) {
      shares[h] = (float) (1 / (1 + Math.exp(-numbers.array()[numbers.offset() + h])));
    }
    return shares;
  }

  private float share(float[] shares, int n) {
    int row = n / near.axis(2);
    return row % near.axis(1) >= since[row / near.axis(1)] ? shares[head(n)] : 0;
  }

  private int head(int n) {
    return n % near.axis(2) / (near.axis(2) / heads);
  }

  @Override
  public Tensor forward(Run run) {
    Tensor y = run.allocate(Shape.of(near.axis(0), near.axis(1), near.axis(2)));
    float[] shares = shares();
    for (int n = 0; n < y.size(); n++) {
      float share = share(shares, n);
      float a = near.array()[near.offset() + n];
      float b = share == 0 ? a : far.array()[far.offset() + n];
      y.array()[y.offset() + n] = a + share * (b - a);
    }
    return y;
  }

  @Override
  public void backward(Tensor dy, Gradients gradients, Run run) {
    Tensor dNear = gradients.of(near);
    Tensor dFar = gradients.of(far);
    float[] shares = shares();
    double[] sums = new double[heads];
    for (int n = 0; n < dy.size(); n++) {
      float share = share(shares, n);
      float slope = dy.array()[dy.offset() + n];
      dNear.array()[dNear.offset() + n] += (1 - share) * slope;
      dFar.array()[dFar.offset() + n] += share * slope;
      float apart = far.array()[far.offset() + n] - near.array()[near.offset() + n];
      sums[head(n)] += share == 0 ? 0 : (double) share * (1 - share) * slope * apart;
    }
    if (gradients.wants(gates)) {
      Tensor dGates = gradients.of(gates);
      for (int h = 0; h < heads; h++) {
        dGates.array()[dGates.offset() + h] += (float) sums[h];
      }
    }
  }
}
