package dev.heed.cli.prove;

import dev.heed.checkpoint.Json;
import dev.heed.data.AssociativeRecall;
import dev.heed.data.BatchShape;
import dev.heed.data.Batches;
import dev.heed.data.MarkedToken;
import dev.heed.data.RepeatedPassage;
import dev.heed.evaluate.Accuracy;
import dev.heed.grad.Run;
import dev.heed.tensor.CounterRandom;
import dev.heed.train.StepReport;
import dev.heed.train.TaskTraining;
import dev.heed.train.Trainer.Outcome;
import dev.heed.train.TrainingObserver;
import dev.heed.train.TrainingSettings;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;

/// Learns a task of numbers: recall of pairs, or repetition of a passage.
///
/// A training may end early: when its accuracy on rows that it does not learn from, looked at every
/// so many steps, is `enough`.
///
/// @param task what `task` in the file of the proof states
record TaskLaboratory(Json.Obj task) implements Laboratory {
  /// A stream of the seed that no training draws from.
  private static final int HELD_OUT = 7;

  private static final int LOOKS = 8;

  @Override
  public Map<String, Double> measure(
      TrainingSettings settings, TrainingObserver observer, BooleanSupplier stop, Run run) {
    BatchShape shape = settings.amount().batch();
    boolean marked = task.string("type").equals("marker");
    TaskTraining training =
        new TaskTraining(
            settings,
            random -> batches(shape, random),
            marked ? SourceRanking::seeingAll : UnaryOperator.identity());
    Batches unseen = batches(shape, CounterRandom.of(settings.seed()).stream(HELD_OUT));
    Watcher watcher = new Watcher(observer, training, unseen, run);
    Outcome outcome = training.train(watcher, () -> watcher.done || stop.getAsBoolean(), run);
    Map<String, Double> figures = new LinkedHashMap<>();
    figures.put("accuracy", accuracy(training, unseen, LOOKS, run));
    figures.put("steps", (double) outcome.step());
    figures.put("seconds", watcher.seconds);
    figures.put("parameters", (double) training.size());
    if (marked) {
      figures.putAll(SourceRanking.of(training.decoder(), unseen, run));
    }
    return figures;
  }

  private Batches batches(BatchShape shape, CounterRandom random) {
    int vocabulary = task.integer("vocabulary");
    return switch (task.string("type")) {
      case "recall" -> new AssociativeRecall(vocabulary, shape, task.integer("pairs"), random);
      case "passage" ->
          new RepeatedPassage(
              vocabulary, shape, task.integer("shortest"), task.integer("longest"), random);
      case "marker" -> new MarkedToken(vocabulary, shape, random);
      default -> throw new IllegalStateException(task.toString());
    };
  }

  private static double accuracy(TaskTraining training, Batches batches, int count, Run run) {
    long right = 0;
    long targets = 0;
    for (int i = 0; i < count; i++) {
      Accuracy one = Accuracy.of(training.decoder(), batches.batch(i), run);
      right += one.right();
      targets += one.targets();
    }
    return (double) right / targets;
  }

  /// Looks at the accuracy now and then.
  private final class Watcher implements TrainingObserver {
    private final TrainingObserver inner;
    private final TaskTraining training;
    private final Batches unseen;
    private final Run run;
    private boolean done;
    private double seconds;

    Watcher(TrainingObserver inner, TaskTraining training, Batches unseen, Run run) {
      this.inner = inner;
      this.training = training;
      this.unseen = unseen;
      this.run = run;
    }

    @Override
    public void stepped(StepReport report) {
      inner.stepped(report);
      seconds = report.seconds();
      if (report.step() % task.integer("every") == 0) {
        done = accuracy(training, unseen, 1, run) >= task.number("enough");
      }
    }
  }
}
