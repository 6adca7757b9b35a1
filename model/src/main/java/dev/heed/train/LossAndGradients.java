package dev.heed.train;

import dev.heed.data.Batch;
import dev.heed.grad.CrossEntropy;
import dev.heed.grad.Gradients;
import dev.heed.grad.Run;
import dev.heed.grad.Scale;
import dev.heed.grad.TapeMemory;
import dev.heed.layer.Pass;
import dev.heed.model.Decoder;
import dev.heed.tensor.Tensor;
import dev.heed.tensor.Weight;
import java.util.List;

/// The loss of a decoder on batches and its gradients, in memory that lasts from step to step.
///
/// One thread uses it at a time.
public final class LossAndGradients {
  private final Decoder decoder;
  private final CrossEntropy.Settings settings;
  private final AttentionPenalty penalty;
  private final List<Weight> weights;
  private final Gradients gradients;
  private final TapeMemory memory = new TapeMemory();

  /// @param parameters those whose gradients are wanted
  /// @param penalty is part of what the gradients are of, and not of the loss that is told
  public LossAndGradients(
      Decoder decoder,
      List<Parameter> parameters,
      CrossEntropy.Settings settings,
      AttentionPenalty penalty) {
    this.decoder = decoder;
    this.settings = settings;
    this.penalty = penalty;
    weights = parameters.stream().map(Parameter::weight).toList();
    gradients = Gradients.of(weights);
  }

  /// Of the cross-entropy alone.
  public LossAndGradients(Decoder decoder, List<Parameter> parameters) {
    this(decoder, parameters, CrossEntropy.Settings.PLAIN, AttentionPenalty.NONE);
  }

  /// A loss in nats a token, and one gradient a parameter, which the next step overwrites.
  public record Result(double loss, List<Tensor> gradients) {}

  /// @param batches whose mean is the loss, each with the same weight; the gradients of one are
  ///   added to those of the ones before
  public Result of(List<Batch> batches, Run run) {
    gradients.clear();
    double loss = 0;
    for (Batch batch : batches) {
      loss += add(batch, batches.size(), run) / batches.size();
    }
    return new Result(loss, weights.stream().map(this::gradient).toList());
  }

  private double add(Batch batch, int batches, Run run) {
    Run taped = run.taped(memory);
    Pass pass = penalty.observing(batch.pass());
    Tensor logits = decoder.forward(batch.inputs(), pass, taped);
    Tensor loss = taped.apply(new CrossEntropy(logits, batch.targets(), settings));
    double value = loss.at(0);
    Tensor whole = penalty.added(loss, pass, taped);
    Tensor share = batches == 1 ? whole : taped.apply(new Scale(whole, 1f / batches));
    taped.tape().orElseThrow().backward(share, gradients, taped);
    return value;
  }

  private Tensor gradient(Weight weight) {
    return gradients.find(weight).orElseThrow();
  }

  /// Bytes that results and gradients of results take.
  public long held() {
    return memory.held();
  }
}
