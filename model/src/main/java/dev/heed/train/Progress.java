package dev.heed.train;

import dev.heed.checkpoint.Json;
import dev.heed.checkpoint.Json.Obj;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// How far a training is: all that goes on beside the weights and the optimiser's memory.
///
/// @param step steps done
/// @param seconds of training
/// @param best the step with the least validation loss so far
/// @param worse looks at the validation data since then
/// @param history one entry a look
/// @param logBytes of `log.jsonl` up to here
record Progress(
    long step, double seconds, Optional<Best> best, int worse, List<Obj> history, long logBytes) {
  static final Progress START = new Progress(0, 0, Optional.empty(), 0, List.of(), 0);

  /// @param loss on the validation data
  record Best(long step, double loss) {}

  /// After one more step that took so long.
  Progress stepped(double more) {
    return new Progress(step + 1, seconds + more, best, worse, history, logBytes);
  }

  /// After a look at the validation data.
  Progress looked(double loss, double validationLoss) {
    List<Obj> longer = new ArrayList<>(history);
    longer.add(
        Json.object().with("step", step).with("loss", loss).with("validationLoss", validationLoss));
    boolean better = best.isEmpty() || validationLoss < best.get().loss();
    return new Progress(
        step,
        seconds,
        better ? Optional.of(new Best(step, validationLoss)) : best,
        better ? 0 : worse + 1,
        List.copyOf(longer),
        logBytes);
  }

  Progress logged(long bytes) {
    return new Progress(step, seconds, best, worse, history, bytes);
  }

  boolean isBest() {
    return best.isPresent() && best.get().step() == step;
  }

  Obj json() {
    Obj json = Json.object().with("step", step).with("seconds", seconds).with("worse", worse);
    Obj more =
        best.isPresent()
            ? json.with(
                "best",
                Json.object()
                    .with("step", best.get().step())
                    .with("validationLoss", best.get().loss()))
            : json;
    return more.with("logBytes", logBytes).with("history", Json.of(history));
  }

  static Progress of(Obj json) {
    return new Progress(
        json.whole("step"),
        json.number("seconds"),
        json.optionalObject("best")
            .map(best -> new Best(best.whole("step"), best.number("validationLoss"))),
        json.integer("worse"),
        json.list("history").objects(),
        json.whole("logBytes"));
  }
}
