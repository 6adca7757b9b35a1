package dev.heed.train;

import dev.heed.checkpoint.Json;
import dev.heed.checkpoint.Settings;

/// How the learning rate moves over a training, as a factor of its peak. All but [OneCycle] begin
/// with `warmup` steps that rise evenly to the peak.
public sealed interface Schedule {
  /// The factor of a step.
  ///
  /// @param step from 0
  /// @param steps of the whole training
  double factor(long step, long steps);

  Json.Obj json();

  /// Stays at the peak.
  record Constant(int warmup) implements Schedule {
    public Constant {
      checkWarmup(warmup);
    }

    @Override
    public double factor(long step, long steps) {
      return rise(step, warmup);
    }

    @Override
    public Json.Obj json() {
      return Json.object().with("type", "constant").with("warmup", warmup);
    }
  }

  /// Falls along half a cosine, [Loshchilov and Hutter 2017](https://arxiv.org/abs/1608.03983)
  /// without restarts.
  ///
  /// @param floor the factor at the end
  record Cosine(int warmup, double floor) implements Schedule {
    public Cosine {
      checkWarmup(warmup);
      checkShare("floor", floor);
    }

    @Override
    public double factor(long step, long steps) {
      return step < warmup
          ? rise(step, warmup)
          : between(floor, 1, 0.5 * (1 + Math.cos(Math.PI * progress(step, warmup, steps))));
    }

    @Override
    public Json.Obj json() {
      return Json.object().with("type", "cosine").with("warmup", warmup).with("floor", floor);
    }
  }

  /// Stays at the peak and then falls evenly; with `decay` 1 it falls all the way.
  ///
  /// @param decay the share of the steps in which it falls
  /// @param floor the factor at the end
  record Linear(int warmup, double decay, double floor) implements Schedule {
    public Linear {
      checkWarmup(warmup);
      Check.that(decay > 0 && decay <= 1, "schedule.decay", decay, "above 0 up to 1");
      checkShare("floor", floor);
    }

    @Override
    public double factor(long step, long steps) {
      double left = (1 - progress(step, 0, steps)) / decay;
      return Math.min(rise(step, warmup), between(floor, 1, Math.min(1, left)));
    }

    @Override
    public Json.Obj json() {
      return Json.object()
          .with("type", "linear")
          .with("warmup", warmup)
          .with("decay", decay)
          .with("floor", floor);
    }
  }

  /// One cycle, [Smith and Topin 2018](https://arxiv.org/abs/1708.07120): half a cosine up, half a
  /// cosine down.
  ///
  /// @param rise the share of the steps that rise
  /// @param start the factor at the beginning
  /// @param floor the factor at the end
  record OneCycle(double rise, double start, double floor) implements Schedule {
    public OneCycle {
      Check.that(rise > 0 && rise < 1, "schedule.rise", rise, "between 0 and 1");
      checkShare("start", start);
      checkShare("floor", floor);
    }

    @Override
    public double factor(long step, long steps) {
      double done = progress(step, 0, steps);
      boolean rising = done < rise;
      double turn = rising ? done / rise : (done - rise) / (1 - rise);
      double wave = 0.5 * (1 - Math.cos(Math.PI * turn));
      return rising ? between(start, 1, wave) : between(1, floor, wave);
    }

    @Override
    public Json.Obj json() {
      return Json.object()
          .with("type", "onecycle")
          .with("rise", rise)
          .with("start", start)
          .with("floor", floor);
    }
  }

  /// Reads what [#json] writes; what is absent has its usual value.
  static Schedule of(Settings json) {
    String type = json.string("type", "cosine");
    return switch (type) {
      case "constant" -> new Constant(json.integer("warmup", 0));
      case "cosine" -> new Cosine(json.integer("warmup", 0), json.number("floor", 0.1));
      case "linear" ->
          new Linear(json.integer("warmup", 0), json.number("decay", 1), json.number("floor", 0));
      case "onecycle" ->
          new OneCycle(
              json.number("rise", 0.3), json.number("start", 0.04), json.number("floor", 4e-6));
      default -> throw Check.unknown("schedule", type, "constant, cosine, linear and onecycle are");
    };
  }

  private static double rise(long step, int warmup) {
    return Math.min(1, (step + 1.0) / (warmup + 1.0));
  }

  /// How far a step is between step `from` and the end, 0 to 1.
  private static double progress(long step, long from, long steps) {
    return Math.clamp((double) (step - from) / Math.max(1, steps - from), 0.0, 1.0);
  }

  private static double between(double low, double high, double share) {
    return low + (high - low) * share;
  }

  private static void checkWarmup(int warmup) {
    Check.that(warmup >= 0, "schedule.warmup", warmup, "a number of steps, 0 or more,");
  }

  private static void checkShare(String name, double share) {
    Check.that(share >= 0 && share <= 1, "schedule." + name, share, "0 to 1");
  }
}
