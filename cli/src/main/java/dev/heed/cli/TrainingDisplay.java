package dev.heed.cli;

import dev.heed.train.StepReport;
import dev.heed.train.Trainer.Outcome;
import dev.heed.train.TrainingObserver;
import dev.heed.train.TrainingSettings;
import java.io.Console;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;

/// How a training goes, for a reader: on a terminal one line that is written over, elsewhere a line
/// now and then.
final class TrainingDisplay implements TrainingObserver {
  private static final long LIVE_NANOS = 200_000_000L;
  private static final long PLAIN_NANOS = 10_000_000_000L;

  /// The share of a new speed in the one that is shown.
  private static final double NEW = 0.05;

  private final PrintWriter err;
  private final long steps;
  private final boolean live;
  private long shownAt = System.nanoTime() - PLAIN_NANOS;
  private int width;
  private double speed;
  private double loss;
  private double secondsAStep;
  private double secondsBefore = Double.NaN;
  private OptionalDouble validationLoss = OptionalDouble.empty();

  TrainingDisplay(PrintWriter err, long steps) {
    this(err, steps, Optional.ofNullable(System.console()).filter(Console::isTerminal).isPresent());
  }

  TrainingDisplay(PrintWriter err, long steps, boolean live) {
    this.err = err;
    this.steps = steps;
    this.live = live;
  }

  void begin(long parameters, TrainingSettings settings) {
    line(
        "%s, %,d parameters; %,d steps of %,d tokens; seed %d"
            .formatted(
                settings.model().config().string("model_type"),
                parameters,
                steps,
                settings.amount().tokens(),
                settings.seed()));
  }

  @Override
  public void resumed(Path checkpoint, long step) {
    line("goes on from %s, step %,d".formatted(checkpoint, step));
  }

  @Override
  public void stepped(StepReport report) {
    smooth(report);
    report.validationLoss().ifPresent(value -> validationLoss = OptionalDouble.of(value));
    long now = System.nanoTime();
    boolean last = report.step() == steps;
    if (live && (now - shownAt > LIVE_NANOS || last)) {
      shownAt = now;
      over(text(report));
    } else if (!live
        && (now - shownAt > PLAIN_NANOS || report.validationLoss().isPresent() || last)) {
      shownAt = now;
      line(text(report));
    }
  }

  private void smooth(StepReport report) {
    boolean first = speed == 0;
    speed = first ? report.tokensPerSecond() : mix(speed, report.tokensPerSecond());
    loss = first ? report.loss() : mix(loss, report.loss());
    double took = report.seconds() - secondsBefore;
    secondsBefore = report.seconds();
    if (Double.isFinite(took)) {
      secondsAStep = secondsAStep == 0 ? took : mix(secondsAStep, took);
    }
  }

  private static double mix(double old, double latest) {
    return old + NEW * (latest - old);
  }

  private String text(StepReport report) {
    return String.format(
        Locale.ROOT,
        "step %,d/%,d  loss %.4f%s  %,.0f tokens/s  %s left  %,d MB",
        report.step(),
        steps,
        loss,
        validationLoss.isPresent()
            ? String.format(Locale.ROOT, "  validation %.4f", validationLoss.getAsDouble())
            : "",
        speed,
        left(report.step()),
        report.bytes() >> 20);
  }

  /// How long the rest will take; not known from the first step, of which no time is known.
  private String left(long step) {
    return secondsAStep == 0 && step < steps
        ? "?:??"
        : time(Duration.ofSeconds(Math.round((steps - step) * secondsAStep)));
  }

  private static String time(Duration time) {
    return time.toHours() > 0
        ? "%d:%02d:%02d".formatted(time.toHours(), time.toMinutesPart(), time.toSecondsPart())
        : "%d:%02d".formatted(time.toMinutes(), time.toSecondsPart());
  }

  void end(Outcome outcome, Path folder) {
    if (live) {
      err.println();
    }
    String what =
        switch (outcome.end()) {
          case FINISHED -> "done";
          case NO_LONGER_BETTER -> "the validation loss falls no longer, so it ends";
          case STOPPED -> "saved; --resume goes on";
        };
    err.println("heed: %s after step %,d: %s".formatted(what, outcome.step(), folder));
    err.flush();
  }

  private void over(String text) {
    err.print("\r" + text + " ".repeat(Math.max(0, width - text.length())));
    width = text.length();
    err.flush();
  }

  private void line(String text) {
    err.println(text);
    err.flush();
  }
}
