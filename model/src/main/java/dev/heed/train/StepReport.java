package dev.heed.train;

import dev.heed.checkpoint.Json;
import java.util.OptionalDouble;

/// What is known after a step; a line of `log.jsonl`.
///
/// @param step from 1
/// @param loss in nats a token, over the batch
/// @param rate of learning, of the optimiser's first kind of parameters
/// @param gradientNorm before clipping
/// @param tokensPerSecond of this step
/// @param validationLoss in nats a token, where the step ended with a look at it
/// @param seconds of training up to here, over all that was resumed
/// @param bytes of the heap that are in use
public record StepReport(
    long step,
    double loss,
    double rate,
    double gradientNorm,
    double tokensPerSecond,
    OptionalDouble validationLoss,
    double seconds,
    long bytes) {

  /// The line, without its end.
  public Json.Obj json() {
    Json.Obj line =
        Json.object()
            .with("step", step)
            .with("loss", loss)
            .with("lr", rate)
            .with("gradNorm", gradientNorm)
            .with("tokensPerSecond", Math.round(tokensPerSecond));
    Json.Obj more =
        validationLoss.isPresent()
            ? line.with("validationLoss", validationLoss.getAsDouble())
            : line;
    return more.with("seconds", Math.round(seconds * 1000) / 1000.0).with("bytes", bytes);
  }
}
