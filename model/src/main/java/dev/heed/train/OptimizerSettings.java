package dev.heed.train;

import dev.heed.checkpoint.Json;
import dev.heed.checkpoint.Settings;
import java.util.List;

/// Which optimiser, and how it is set.
public sealed interface OptimizerSettings {
  /// [AdamW] for every parameter.
  ///
  /// @param rate at the peak of the schedule
  /// @param decay of tables and matrices
  record AdamW(double rate, double beta1, double beta2, double epsilon, double decay)
      implements OptimizerSettings {
    /// `1e-3`, `0.9` and `0.99`, `1e-8`, `0.1`: fit for small models.
    public static final AdamW USUAL = new AdamW(1e-3, 0.9, 0.99, 1e-8, 0.1);

    public AdamW {
      Check.that(rate > 0 && Double.isFinite(rate), "rate", rate, "a number above 0");
      Check.that(beta1 >= 0 && beta1 < 1, "beta1", beta1, "0 up to below 1");
      Check.that(beta2 >= 0 && beta2 < 1, "beta2", beta2, "0 up to below 1");
      Check.that(epsilon > 0, "epsilon", epsilon, "a number above 0");
      Check.that(decay >= 0 && decay < 1, "decay", decay, "0 up to below 1");
    }

    @Override
    public Json.Obj json() {
      return Json.object()
          .with("type", "adamw")
          .with("rate", rate)
          .with("beta1", beta1)
          .with("beta2", beta2)
          .with("epsilon", epsilon)
          .with("decay", decay);
    }

    @Override
    public Optimizer create(List<Parameter> parameters) {
      return new dev.heed.train.AdamW(this, parameters);
    }

    static AdamW of(Settings json) {
      return new AdamW(
          json.number("rate", USUAL.rate),
          json.number("beta1", USUAL.beta1),
          json.number("beta2", USUAL.beta2),
          json.number("epsilon", USUAL.epsilon),
          json.number("decay", USUAL.decay));
    }
  }

  /// [Muon] for the matrices inside blocks, AdamW for the rest.
  ///
  /// @param rate of the matrices at the peak of the schedule
  /// @param decay of the matrices
  /// @param rest for tables, gains and biases
  record Muon(double rate, double momentum, double decay, AdamW rest) implements OptimizerSettings {
    /// `0.02`, `0.95`, `0.01`, and AdamW.
    public static final Muon USUAL = new Muon(0.02, 0.95, 0.01, AdamW.USUAL);

    public Muon {
      Check.that(rate > 0 && Double.isFinite(rate), "rate", rate, "a number above 0");
      Check.that(momentum >= 0 && momentum < 1, "momentum", momentum, "0 up to below 1");
      Check.that(decay >= 0 && decay < 1, "decay", decay, "0 up to below 1");
    }

    @Override
    public Json.Obj json() {
      return Json.object()
          .with("type", "muon")
          .with("rate", rate)
          .with("momentum", momentum)
          .with("decay", decay)
          .with("rest", rest.json());
    }

    @Override
    public Optimizer create(List<Parameter> parameters) {
      return new dev.heed.train.Muon(this, parameters);
    }

    static Muon of(Settings json) {
      return new Muon(
          json.number("rate", USUAL.rate),
          json.number("momentum", USUAL.momentum),
          json.number("decay", USUAL.decay),
          json.in("rest").map(OptimizerSettings::adamW).orElse(USUAL.rest));
    }
  }

  /// The rate at the peak of the schedule that is reported.
  double rate();

  /// The same with another rate.
  default OptimizerSettings withRate(double rate) {
    return switch (this) {
      case AdamW adam -> new AdamW(rate, adam.beta1(), adam.beta2(), adam.epsilon(), adam.decay());
      case Muon muon -> new Muon(rate, muon.momentum(), muon.decay(), muon.rest());
    };
  }

  Json.Obj json();

  /// A new optimiser of `parameters`.
  Optimizer create(List<Parameter> parameters);

  /// Reads what [#json] writes; what is absent has its usual value.
  static OptimizerSettings of(Settings json) {
    String type = json.string("type", "adamw");
    return switch (type) {
      case "adamw" -> AdamW.of(json);
      case "muon" -> Muon.of(json);
      default -> throw Check.unknown("optimizer", type, "adamw and muon are");
    };
  }

  private static AdamW adamW(Settings json) {
    if (of(json) instanceof AdamW adam) {
      return adam;
    }
    throw Check.unknown("optimizer of the rest", json.string("type"), "adamw is");
  }
}
