package dev.heed.cli.prove;

import dev.heed.checkpoint.Json;
import dev.heed.data.AssociativeRecall;
import dev.heed.data.Batch;
import dev.heed.data.BatchShape;
import dev.heed.data.Batches;
import dev.heed.data.MarkedToken;
import dev.heed.data.RepeatedPassage;
import dev.heed.evaluate.Accuracy;
import dev.heed.grad.Run;
import dev.heed.lens.Lens;
import dev.heed.tensor.CounterRandom;
import dev.heed.train.StepReport;
import dev.heed.train.TaskTraining;
import dev.heed.train.Trainer.Outcome;
import dev.heed.train.TrainingObserver;
import dev.heed.train.TrainingSettings;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/// Learns a task of numbers: recall of pairs, or repetition of a passage.
///
/// A training may end early: when its accuracy on rows that it does not learn from, looked at every
/// so many steps, is `enough`. Where the task asks for `heads`, each look is also one at where they
/// look, and in the end the best previous-token head and the best induction head are taken out.
///
/// @param task what `task` in the file of the proof states
record TaskLaboratory(Json.Obj task) implements Laboratory {
  /// A stream of the seed that no training draws from.
  private static final int HELD_OUT = 7;

  private static final int LOOKS = 8;

  /// Of so many looks at the heads one keeps the model.
  private static final int KEPT = 4;

  /// The score from which a head counts as one that looks at the token before.
  private static final double PREVIOUS = 0.3;

  @Override
  public Map<String, Double> measure(
      TrainingSettings settings,
      Path folder,
      TrainingObserver observer,
      BooleanSupplier stop,
      Run run) {
    BatchShape shape = settings.amount().batch();
    boolean marked = task.string("type").equals("marker");
    TaskTraining training =
        new TaskTraining(
            settings,
            random -> batches(shape, random),
            marked ? SourceRanking::seeingAll : UnaryOperator.identity());
    Batches unseen = batches(shape, CounterRandom.of(settings.seed()).stream(HELD_OUT));
    Experiment experiment = new Experiment(training, unseen, run);
    if (!task.bool("heads", false)) {
      Watcher watcher = new Watcher(observer, experiment, Optional.empty());
      Map<String, Double> figures = experiment.measure(watcher, stop);
      if (marked) {
        figures.putAll(SourceRanking.of(training.decoder(), unseen, run));
      }
      return figures;
    }
    try (TaskRecord record = TaskRecord.in(folder)) {
      Watcher watcher = new Watcher(observer, experiment, Optional.of(record));
      Map<String, Double> figures = experiment.measure(watcher, stop);
      experiment.addHeads(figures);
      record.end(training);
      return figures;
    }
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

  /// A training and the rows that it does not learn from.
  private record Experiment(TaskTraining training, Batches unseen, Run run) {
    Map<String, Double> measure(Watcher watcher, BooleanSupplier stop) {
      Outcome outcome = training.train(watcher, () -> watcher.done || stop.getAsBoolean(), run);
      Map<String, Double> figures = new LinkedHashMap<>();
      figures.put("accuracy", accuracy(LOOKS));
      figures.put("steps", (double) outcome.step());
      figures.put("seconds", watcher.seconds);
      figures.put("parameters", (double) training.size());
      return figures;
    }

    double accuracy(int count) {
      long right = 0;
      long targets = 0;
      for (Batch batch : batches(count)) {
        Accuracy one = Accuracy.of(training.decoder(), batch, run);
        right += one.right();
        targets += one.targets();
      }
      return (double) right / targets;
    }

    private List<Batch> batches(int count) {
      return IntStream.range(0, count).mapToObj(unseen::batch).toList();
    }

    private Lens lens() {
      return Lens.of(training.decoder(), run);
    }

    HeadScores heads() {
      return HeadScores.of(lens(), unseen.batch(0));
    }

    /// The best scores, and what the heads that have them are good for.
    void addHeads(Map<String, Double> figures) {
      HeadScores heads = heads();
      Lens lens = lens();
      List<Batch> batches = batches(LOOKS);
      double intact = HeadScores.loss(lens, batches, List.of());
      HeadScores.Best previous = heads.bestPrevious();
      HeadScores.Best induction = heads.bestInduction();
      figures.put("loss", intact);
      figures.put("previous token", previous.score());
      figures.put("prefix matching", induction.score());
      figures.put(
          "nats lost without the previous-token head",
          HeadScores.lossWithout(List.of(previous), lens, batches) - intact);
      figures.put(
          "nats lost without all previous-token heads",
          HeadScores.lossWithout(heads.previousAbove(PREVIOUS), lens, batches) - intact);
      figures.put(
          "nats lost without the induction head",
          HeadScores.lossWithout(List.of(induction), lens, batches) - intact);
    }
  }

  /// Looks at the accuracy, and at the heads where there is a record, now and then.
  private final class Watcher implements TrainingObserver {
    private final TrainingObserver inner;
    private final Experiment experiment;
    private final Optional<TaskRecord> record;
    private boolean done;
    private double seconds;

    Watcher(TrainingObserver inner, Experiment experiment, Optional<TaskRecord> record) {
      this.inner = inner;
      this.experiment = experiment;
      this.record = record;
    }

    @Override
    public void stepped(StepReport report) {
      inner.stepped(report);
      record.ifPresent(open -> open.stepped(report));
      seconds = report.seconds();
      if (report.step() % task.integer("every") == 0) {
        double accuracy = experiment.accuracy(1);
        record.ifPresent(open -> open.looked(report.step(), accuracy, experiment.heads()));
        done = accuracy >= task.number("enough");
      }
      if (report.step() % ((long) KEPT * task.integer("every")) == 0) {
        record.ifPresent(open -> open.keep(report.step(), experiment.training));
      }
    }
  }
}
