package dev.heed.cli.prove;

import dev.heed.checkpoint.CheckpointException;
import dev.heed.checkpoint.Escape;
import dev.heed.cli.prove.Expectation.Minus;
import dev.heed.cli.prove.Proof.Variant;
import dev.heed.grad.Run;
import dev.heed.train.TrainingObserver;
import dev.heed.train.TrainingSettings;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.function.BooleanSupplier;
import java.util.function.Function;

/// Runs the trainings of a proof, one after the other, and compares their figures with what is
/// expected.
public final class Verification {
  private final Proof proof;
  private final List<Variant> variants;
  private final Laboratory laboratory;
  private final Ledger ledger;
  private final PrintWriter out;
  private int expected;
  private int missed;

  /// What is asked for.
  ///
  /// @param data a text, for a proof that learns one
  /// @param file of the figures
  /// @param only a part of the name of the variants that are wanted
  /// @param seed instead of those of the proof
  public record Request(
      Proof proof, Optional<Path> data, Path file, Optional<String> only, OptionalLong seed) {}

  private final Request request;

  public Verification(Request request, PrintWriter out) {
    this.request = request;
    this.proof = request.proof();
    this.variants = wanted(proof, request.only());
    this.laboratory = Laboratory.of(proof, request.data());
    this.ledger = Ledger.in(request.file());
    this.out = out;
  }

  private static List<Variant> wanted(Proof proof, Optional<String> only) {
    List<Variant> wanted =
        proof.variants().stream()
            .filter(variant -> variant.name().contains(only.orElse("")))
            .toList();
    if (wanted.isEmpty()) {
      throw new CheckpointException(
          "prove: '%s' is in the name of no variant of '%s'; there are %s"
              .formatted(
                  Escape.text(only.orElse("")),
                  proof.name(),
                  proof.variants().stream().map(Variant::name).toList()));
    }
    return wanted;
  }

  /// Whether every figure is as expected, printed line by line.
  ///
  /// @param display is told how the training of some settings goes
  public boolean holds(
      Function<TrainingSettings, TrainingObserver> display, BooleanSupplier stop, Run run) {
    List<Long> seeds =
        request.seed().isPresent() ? List.of(request.seed().getAsLong()) : proof.seeds();
    for (long seed : seeds) {
      for (Variant variant : variants) {
        Figures figures = figures(variant, seed, display, stop, run);
        if (stop.getAsBoolean()) {
          return false;
        }
        check(variant, figures);
      }
    }
    out.printf(
        "%s  %s: %d of %d figures are as expected%n",
        proof.name(), missed == 0 ? "holds" : "FAILS", expected - missed, expected);
    out.flush();
    return missed == 0;
  }

  private Figures figures(
      Variant variant,
      long seed,
      Function<TrainingSettings, TrainingObserver> display,
      BooleanSupplier stop,
      Run run) {
    TrainingSettings settings = proof.settings(variant, seed);
    Optional<Figures> before = ledger.find(variant.name(), seed, settings.json());
    if (before.isPresent()) {
      return before.get();
    }
    Path folder = folder(variant, seed);
    Map<String, Double> numbers =
        laboratory.measure(settings, folder, display.apply(settings), stop, run);
    Figures figures = new Figures(variant.name(), seed, settings.json(), numbers);
    if (!stop.getAsBoolean()) {
      ledger.add(proof.name(), figures);
    }
    return figures;
  }

  /// Beside the file of the figures: `proof-induction/two-layers-seed-1`.
  private Path folder(Variant variant, long seed) {
    Path file = request.file();
    String stem = file.getFileName().toString().replaceFirst("\\.json$", "");
    String name = variant.name().toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-");
    return file.resolveSibling(stem).resolve("%s-seed-%d".formatted(name, seed));
  }

  private void check(Variant variant, Figures figures) {
    for (Expectation expectation : variant.expectations()) {
      OptionalDouble got = got(expectation, figures);
      boolean holds = got.isPresent() && expectation.bound().holds(got.getAsDouble());
      expected++;
      missed += holds ? 0 : 1;
      out.printf(
          "%s  %s  seed %d  %s: expected %s, got %s  %s%n",
          proof.name(),
          variant.name(),
          figures.seed(),
          expectation.subject(),
          expectation.bound(),
          got.isPresent() ? Expectation.number(got.getAsDouble()) : "nothing to compare with",
          holds ? "ok" : "MISSED");
      out.flush();
    }
  }

  private OptionalDouble got(Expectation expectation, Figures figures) {
    double figure = figures.numbers().getOrDefault(expectation.measure(), Double.NaN);
    if (expectation.minus().isEmpty()) {
      return OptionalDouble.of(figure);
    }
    Minus minus = expectation.minus().get();
    Optional<Figures> other =
        minus.variant().isEmpty()
            ? Optional.of(figures)
            : ledger.find(minus.variant().get(), figures.seed());
    return other.isEmpty()
        ? OptionalDouble.empty()
        : OptionalDouble.of(
            figure - other.get().numbers().getOrDefault(minus.measure(), Double.NaN));
  }
}
