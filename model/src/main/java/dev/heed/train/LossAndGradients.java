package dev.heed.train;

import dev.heed.data.Batch;
import dev.heed.grad.Gradients;
import dev.heed.grad.Run;
import dev.heed.model.Decoder;
import dev.heed.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/// The loss of a decoder on batches and its gradients.
public final class LossAndGradients {
  private final Decoder decoder;
  private final List<Parameter> parameters;

  /// @param parameters those whose gradients are wanted
  public LossAndGradients(Decoder decoder, List<Parameter> parameters) {
    this.decoder = decoder;
    this.parameters = List.copyOf(parameters);
  }

  /// A loss in nats a token, and one gradient a parameter.
  public record Result(double loss, List<Tensor> gradients) {}

  /// @param batches whose mean is the loss, each with the same weight
  public Result of(List<Batch> batches, Run run) {
    double loss = 0;
    List<Tensor> sums = new ArrayList<>();
    for (Batch batch : batches) {
      Run taped = run.taped();
      Tensor logits = decoder.forward(batch.inputs(), taped);
      Tensor dLogits = Tensor.zeros(logits.shape());
      double share = 1.0 / batches.size();
      loss += share * StandInLoss.of(logits, batch.targets(), dLogits, share);
      Gradients gradients = taped.tape().orElseThrow().backward(logits, dLogits, taped);
      add(gradients, sums, run);
    }
    return new Result(loss, sums);
  }

  private void add(Gradients gradients, List<Tensor> sums, Run run) {
    for (int i = 0; i < parameters.size(); i++) {
      Tensor gradient = gradients.of(parameters.get(i).weight());
      if (i == sums.size()) {
        sums.add(gradient);
      } else {
        Tensor sum = sums.get(i);
        run.kernels()
            .rows()
            .addScaled(
                1, gradient.array(), gradient.offset(), sum.array(), sum.offset(), sum.size());
      }
    }
  }
}
