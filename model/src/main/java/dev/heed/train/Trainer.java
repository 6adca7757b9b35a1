package dev.heed.train;

import dev.heed.data.Batch;
import dev.heed.data.Batches;
import dev.heed.grad.CrossEntropy;
import dev.heed.grad.Run;
import dev.heed.model.Decoder;
import dev.heed.tensor.CounterRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.BooleanSupplier;

/// The training loop: batch, loss, gradients, clipping, optimiser; now and then a look at the
/// validation data and a checkpoint.
///
/// A step depends on the settings, the data, its number and what the step before left, and on
/// nothing else: neither on time, nor on threads, nor on when the training was interrupted.
public final class Trainer {
  /// A stream of the seed.
  private static final int DROPPED = 3;

  private final TrainingSettings settings;
  private final Subject subject;
  private final Batches batches;
  private final Validation validation;
  private final Optional<CheckpointStore> store;
  private final LossAndGradients loss;
  private final GradientNorm norms;
  private final CounterRandom random;
  private final NotFinite notFinite;

  /// What is trained, and by what.
  record Subject(Decoder decoder, List<Parameter> trained, Optimizer optimizer) {}

  /// How a training ended.
  ///
  /// @param step steps done
  public record Outcome(End end, long step) {}

  /// Why a training ended.
  public enum End {
    FINISHED,
    NO_LONGER_BETTER,
    STOPPED
  }

  /// @param store none where nothing is kept
  Trainer(
      TrainingSettings settings,
      Subject subject,
      Batches batches,
      Validation validation,
      Optional<CheckpointStore> store) {
    this.settings = settings;
    this.subject = subject;
    this.batches = batches;
    this.validation = validation;
    this.store = store;
    var regularization = settings.learning().regularization();
    loss =
        new LossAndGradients(
            subject.decoder(),
            subject.trained(),
            new CrossEntropy.Settings(
                (float) regularization.smoothing(), (float) regularization.zLoss()),
            regularization.penalty());
    norms = new GradientNorm(subject.trained());
    notFinite = new NotFinite(subject.decoder(), subject.trained());
    random = CounterRandom.of(settings.seed()).stream(DROPPED);
  }

  /// Trains from `start` on.
  ///
  /// @param log none where steps are reported to `observer` alone
  /// @param stop whether to end before the next step
  Outcome train(
      Progress start,
      Optional<RunLog> log,
      TrainingObserver observer,
      BooleanSupplier stop,
      Run run) {
    Progress progress = start;
    Recorder recorder = new Recorder(log, observer);
    while (progress.step() < settings.amount().steps() && !gaveUp(progress)) {
      if (stop.getAsBoolean()) {
        recorder.save(progress);
        return new Outcome(End.STOPPED, progress.step());
      }
      progress = step(progress, recorder, run);
    }
    recorder.save(progress);
    return new Outcome(gaveUp(progress) ? End.NO_LONGER_BETTER : End.FINISHED, progress.step());
  }

  private boolean gaveUp(Progress progress) {
    int patience = settings.watch().patience();
    return patience > 0 && progress.worse() >= patience;
  }

  private Progress step(Progress before, Recorder recorder, Run run) {
    long from = System.nanoTime();
    LossAndGradients.Result result =
        loss.of(batches(before.step()), run.training(random.stream(before.step())));
    double norm = norms.of(result.gradients(), run);
    requireFinite(before.step(), result, norm, run);
    double factor = settings.learning().schedule().factor(before.step(), settings.amount().steps());
    double clip = settings.learning().clip();
    float scale = clip == 0 ? 1 : GradientNorm.scale(norm, clip);
    subject
        .optimizer()
        .update(result.gradients(), new Optimizer.Step(before.step() + 1, factor, scale, run));
    double seconds = (System.nanoTime() - from) * 1e-9;
    Progress after = before.stepped(seconds);
    OptionalDouble validationLoss = look(after.step(), run);
    if (validationLoss.isPresent()) {
      after = after.looked(result.loss(), validationLoss.getAsDouble());
    }
    Runtime heap = Runtime.getRuntime();
    recorder.log(
        new StepReport(
            after.step(),
            result.loss(),
            settings.learning().optimizer().rate() * factor,
            norm,
            settings.amount().tokens() / seconds,
            validationLoss,
            after.seconds(),
            heap.totalMemory() - heap.freeMemory()));
    if (after.step() % settings.watch().checkpoint() == 0 || after.isBest()) {
      return recorder.save(after);
    }
    return after;
  }

  private List<Batch> batches(long step) {
    int count = settings.amount().accumulate();
    List<Batch> all = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      all.add(batches.batch(step * count + i));
    }
    return all;
  }

  private OptionalDouble look(long step, Run run) {
    int every = settings.watch().evaluate();
    boolean due = every > 0 && (step % every == 0 || step == settings.amount().steps());
    return due && !validation.isEmpty()
        ? OptionalDouble.of(validation.loss(subject.decoder(), run))
        : OptionalDouble.empty();
  }

  private void requireFinite(long step, LossAndGradients.Result result, double norm, Run run) {
    if (Double.isFinite(result.loss()) && Double.isFinite(norm)) {
      return;
    }
    String where = notFinite.find(batches(step), result.gradients(), run);
    throw new TrainingException(
        "train: step %d: the loss is %s and the gradient's norm %s; %s; %s"
            .formatted(step + 1, result.loss(), norm, where, lastGood()));
  }

  private String lastGood() {
    return store.map(CheckpointStore::lastGood).orElse("nothing was kept");
  }

  /// Writes down what happens.
  private final class Recorder {
    private final Optional<RunLog> log;
    private final TrainingObserver observer;
    private long saved = -1;

    Recorder(Optional<RunLog> log, TrainingObserver observer) {
      this.log = log;
      this.observer = observer;
    }

    void log(StepReport report) {
      log.ifPresent(open -> open.append(report.json()));
      observer.stepped(report);
    }

    Progress save(Progress progress) {
      if (saved == progress.step()) {
        return progress;
      }
      notFinite
          .weight()
          .ifPresent(where -> {
            throw new TrainingException(
                "train: step %d: after it %s; %s".formatted(progress.step(), where, lastGood()));
          });
      saved = progress.step();
      if (store.isEmpty() || log.isEmpty()) {
        return progress;
      }
      Progress logged = progress.logged(log.get().force());
      observer.saved(store.get().write(logged), logged.step());
      return logged;
    }
  }
}
