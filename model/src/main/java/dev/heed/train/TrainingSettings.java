package dev.heed.train;

import dev.heed.checkpoint.Json;
import dev.heed.checkpoint.Settings;
import dev.heed.data.BatchShape;
import dev.heed.data.TokenData;
import java.util.Optional;

/// Everything that decides what a training computes, but for the data: the same settings over the
/// same data give the same weights, bit by bit, whatever the number of threads.
///
/// @param model what goes in and out
/// @param amount how much is read
/// @param learning how the weights are changed
/// @param watch what is looked at and kept meanwhile
/// @param seed of the first weights, the batches and the dropout
public record TrainingSettings(
    Model model, Amount amount, Learning learning, Watch watch, long seed) {
  /// @param config of the model as its `config.json` will have it, but for the vocabulary
  /// @param tokenizer `characters`, `bytes:N` for byte pairs with a vocabulary of `N`, or the path
  ///   of a tokenizer
  /// @param from the folder of a model to begin with, whose configuration and tokenizer hold then;
  ///   empty for random weights
  public record Model(Json.Obj config, String tokenizer, Optional<String> from) {}

  /// @param steps of the whole training
  /// @param batch rows and tokens of one pass
  /// @param accumulate passes whose gradients make one step
  /// @param reading in which order the data is read
  public record Amount(int steps, BatchShape batch, int accumulate, Reading reading) {
    public Amount {
      Check.that(steps >= 1, "steps", steps, "1 or more");
      Check.that(accumulate >= 1, "accumulate", accumulate, "1 or more");
    }

    /// Tokens that a step learns from.
    public long tokens() {
      return (long) batch.rows() * batch.length() * accumulate;
    }

    Amount withSteps(int other) {
      return new Amount(other, batch, accumulate, reading);
    }
  }

  /// @param clip gradients are made no longer than this; 0 leaves them
  public record Learning(
      OptimizerSettings optimizer, Schedule schedule, double clip, Regularization regularization) {
    public Learning {
      Check.that(clip >= 0, "clip", clip, "0 or more");
    }
  }

  /// What keeps a model from learning its data by heart.
  ///
  /// @param smoothing the share of a target that goes to all tokens
  /// @param zLoss the weight of the squared log-sum of the logits
  /// @param penalty what is asked of attention weights
  public record Regularization(
      DropoutSettings dropout, double smoothing, double zLoss, AttentionPenalty penalty) {
    public Regularization {
      Check.that(smoothing >= 0 && smoothing < 1, "smoothing", smoothing, "0 up to below 1");
      Check.that(zLoss >= 0, "z_loss", zLoss, "0 or more");
    }
  }

  /// @param evaluate steps between two looks at the validation data; 0 for none
  /// @param tokens of the validation data that are looked at, evenly spread; 0 for all
  /// @param patience looks without a better loss after which the training ends; 0 for no end
  /// @param checkpoint steps between two checkpoints
  public record Watch(int evaluate, int tokens, int patience, int checkpoint) {
    public Watch {
      Check.that(evaluate >= 0, "watch.evaluate", evaluate, "0 or more");
      Check.that(tokens >= 0, "watch.tokens", tokens, "0 or more");
      Check.that(patience >= 0, "watch.patience", patience, "0 or more");
      Check.that(checkpoint >= 1, "watch.checkpoint", checkpoint, "1 or more");
    }
  }

  /// The same settings with as many steps as the data takes, where it is read in epochs.
  TrainingSettings over(TokenData data) {
    return withSteps(amount.reading().steps(data, amount));
  }

  /// The same settings with the steps of a training that began, where they follow from its data.
  TrainingSettings resuming(TrainingSettings begun) {
    return amount.reading().epochs() == 0 ? this : withSteps(begun.amount.steps());
  }

  TrainingSettings withSteps(int steps) {
    return new TrainingSettings(model, amount.withSteps(steps), learning, watch, seed);
  }

  /// The settings as they stand in a file.
  public Json.Obj json() {
    Json.Obj all =
        Json.object()
            .with("model", model.config())
            .with("from", model.from().<Json>map(Json::of).orElse(new Json.Null()))
            .with("tokenizer", model.tokenizer())
            .with("steps", amount.steps())
            .with("batch", amount.batch().rows())
            .with("context", amount.batch().length())
            .with("accumulate", amount.accumulate())
            .with("reading", amount.reading().json())
            .with("optimizer", learning.optimizer().json())
            .with("schedule", learning.schedule().json())
            .with("clip", learning.clip())
            .with("dropout", learning.regularization().dropout().json())
            .with("smoothing", learning.regularization().smoothing())
            .with("z_loss", learning.regularization().zLoss())
            .with(
                "watch",
                Json.object()
                    .with("evaluate", watch.evaluate())
                    .with("tokens", watch.tokens())
                    .with("patience", watch.patience())
                    .with("checkpoint", watch.checkpoint()))
            .with("seed", seed);
    AttentionPenalty penalty = learning.regularization().penalty();
    return penalty.isNone() ? all : all.with("penalty", penalty.json());
  }

  /// Reads what [#json] writes; what is absent has its usual value, what is unknown is refused.
  public static TrainingSettings of(Json.Obj json) {
    Settings all = new Settings(json);
    TrainingSettings settings =
        new TrainingSettings(
            model(json, all),
            amount(all),
            learning(all),
            all.in("watch").map(TrainingSettings::watch).orElse(new Watch(250, 0, 0, 250)),
            all.has("seed") ? json.whole("seed") : 1337);
    all.ignore("model");
    all.rejectUnread("the training");
    return settings;
  }

  private static Model model(Json.Obj json, Settings all) {
    Optional<String> from = all.optionalString("from");
    String tokenizer = all.string("tokenizer", "characters");
    return new Model(json.object("model"), from.orElse(tokenizer), from);
  }

  private static Amount amount(Settings all) {
    int rows = all.integer("batch", 12);
    int length = all.integer("context", 64);
    Check.that(rows >= 1, "batch", rows, "1 or more");
    Check.that(length >= 1, "context", length, "1 or more");
    return new Amount(
        all.integer("steps", 2000),
        new BatchShape(rows, length),
        all.integer("accumulate", 1),
        all.in("reading").map(Reading::of).orElse(Reading.USUAL));
  }

  private static Learning learning(Settings all) {
    return new Learning(
        all.in("optimizer").map(OptimizerSettings::of).orElse(OptimizerSettings.AdamW.USUAL),
        all.in("schedule").map(Schedule::of).orElse(new Schedule.Cosine(100, 0.1)),
        all.number("clip", 1),
        new Regularization(
            all.in("dropout").map(DropoutSettings::of).orElse(DropoutSettings.NONE),
            all.number("smoothing", 0),
            all.number("z_loss", 0),
            all.in("penalty").map(AttentionPenalty::of).orElse(AttentionPenalty.NONE)));
  }

  private static Watch watch(Settings json) {
    return new Watch(
        json.integer("evaluate", 250),
        json.integer("tokens", 0),
        json.integer("patience", 0),
        json.integer("checkpoint", 250));
  }
}
