package dev.heed.cli;

import dev.heed.train.StepReport;
import dev.heed.train.Trainer.Outcome;
import dev.heed.train.TrainingObserver;
import dev.heed.train.TrainingRun.Lengthening;
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

  /// The seconds of training before speeds are believed: the virtual machine compiles meanwhile.
  private static final double WARMING = 2;

  private final PrintWriter err;
  private final long steps;
  private final boolean live;
  private long shownAt = System.nanoTime() - PLAIN_NANOS;
  private int width;
  private double speed;
  private double loss = Double.NaN;
  private double secondsAStep;
  private double secondsBefore = Double.NaN;
  private double warmAt = Double.NaN;
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

  void lengthened(Lengthening longer) {
    line(
        "%,d steps become %,d: from here on the learning rate is that of %,d steps; all at one go would end with other weights"
            .formatted(longer.before(), longer.steps(), longer.steps()));
  }

  @Override
  public void resumed(Path checkpoint, long step) {
    line("goes on from %s, step %,d".formatted(checkpoint, step));
    if (step == steps) {
      line("all of its %,d steps are done; --steps N with more lengthens it".formatted(steps));
    }
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
    loss = Double.isNaN(loss) ? report.loss() : mix(loss, report.loss());
    double took = report.seconds() - secondsBefore;
    secondsBefore = report.seconds();
    if (Double.isNaN(warmAt)) {
      warmAt = report.seconds() + WARMING;
    }
    if (Double.isFinite(took) && report.seconds() >= warmAt) {
      speed = speed == 0 ? report.tokensPerSecond() : mix(speed, report.tokensPerSecond());
      secondsAStep = secondsAStep == 0 ? took : mix(secondsAStep, took);
    }
  }

  private static double mix(double old, double latest) {
    return old + NEW * (latest - old);
  }

  private String text(StepReport report) {
    return String.format(
        Locale.ROOT,
        "step %,d/%,d  loss %.4f%s  %s  %,d MB",
        report.step(),
        steps,
        loss,
        validationLoss.isPresent()
            ? String.format(Locale.ROOT, "  validation %.4f", validationLoss.getAsDouble())
            : "",
        speed(report),
        report.bytes() >> 20);
  }

  /// Tokens a second and how long the rest will take, once they are known.
  private String speed(StepReport report) {
    if (report.step() == steps && speed == 0) {
      return String.format(Locale.ROOT, "%,.0f tokens/s", report.tokensPerSecond());
    }
    if (speed == 0) {
      return "warming up";
    }
    long left = Math.round((steps - report.step()) * secondsAStep);
    return String.format(
        Locale.ROOT, "%,.0f tokens/s  %s left", speed, time(Duration.ofSeconds(left)));
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
