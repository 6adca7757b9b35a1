package dev.heed.grad;

import dev.heed.tensor.Tensor;

/// `y = cap * tanh(x / cap)`, which keeps logits within `±cap` ([Gemma
/// 2](https://arxiv.org/abs/2408.00118), section 2).
public record SoftCap(Tensor x, float cap) implements Operation {
  @Override
  public Tensor forward(Run run) {
    Tensor y = run.allocate(x.shape());
    Spread.elements(
        y,
        run,
        (from, to) ->
            run.kernels()
                .rows()
                .softCap(
                    cap, x.array(), x.offset() + from, y.array(), y.offset() + from, to - from));
    return y;
  }

  @Override
  public void backward(Tensor dy, Gradients gradients, Run run) {
    // y' = 1 - tanh²(x / cap)
    Tensor dx = gradients.of(x);
    for (int i = 0; i < dy.size(); i++) {
      double tanh = Math.tanh(x.array()[x.offset() + i] / (double) cap);
      dx.array()[dx.offset() + i] += (float) (dy.array()[dy.offset() + i] * (1 - tanh * tanh));
    }
  }
}
