package dev.heed.train;

import dev.heed.attention.Observer;
import dev.heed.attention.Observers;
import dev.heed.checkpoint.Json;
import dev.heed.checkpoint.Settings;
import dev.heed.grad.Add;
import dev.heed.grad.Moment;
import dev.heed.grad.Run;
import dev.heed.grad.Scale;
import dev.heed.layer.Pass;
import dev.heed.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/// What a training asks of attention weights besides the loss, as addends of it.
///
/// @param entropy times the mean entropy of a query, nats; above 0 heads look more sharply, below 0
///   more widely
/// @param coverage times the mean of `(1 - c)²`, where `c` is what a key gets from all queries: no
///   key is left out or looked at by everybody, "doubly stochastic" attention, [Xu et al.
///   2015](https://arxiv.org/abs/1502.03044) section 4.2.1
public record AttentionPenalty(double entropy, double coverage) {
  public static final AttentionPenalty NONE = new AttentionPenalty(0, 0);

  public AttentionPenalty {
    Check.that(Double.isFinite(entropy), "penalty.entropy", entropy, "a finite number");
    Check.that(
        coverage >= 0 && Double.isFinite(coverage), "penalty.coverage", coverage, "0 or more");
  }

  boolean isNone() {
    return equals(NONE);
  }

  /// The pass, which observes what is asked for.
  Pass observing(Pass pass) {
    List<Observer> asked = new ArrayList<>();
    if (entropy != 0) {
      asked.add(Observer.entropy());
    }
    if (coverage != 0) {
      asked.add(Observer.coverage());
    }
    return pass.observing(new Observers(asked));
  }

  /// The loss `[1]` with what is asked for, of a pass that is over.
  Tensor added(Tensor loss, Pass pass, Run run) {
    Tensor sum = loss;
    List<Tensor> entropies = pass.observed(Observer.entropy());
    for (Tensor block : entropies) {
      sum = added(sum, new Moment(block, 0, 1), entropy / entropies.size(), run);
    }
    List<Tensor> coverages = pass.observed(Observer.coverage());
    for (Tensor block : coverages) {
      sum = added(sum, new Moment(block, 1, 2), coverage / coverages.size(), run);
    }
    if (!isNone() && entropies.isEmpty() && coverages.isEmpty()) {
      throw new TrainingException(
          "train: penalty %s asks for attention weights and no block has any; leave it out"
              .formatted(json()));
    }
    return sum;
  }

  private static Tensor added(Tensor sum, Moment moment, double weight, Run run) {
    return run.apply(new Add(sum, run.apply(new Scale(run.apply(moment), (float) weight))));
  }

  Json.Obj json() {
    return Json.object().with("entropy", entropy).with("coverage", coverage);
  }

  static AttentionPenalty of(Settings json) {
    return new AttentionPenalty(json.number("entropy", 0), json.number("coverage", 0));
  }
}
