package dev.heed.cli.prove;

import dev.heed.checkpoint.Json;
import java.util.Locale;
import java.util.Optional;

/// A figure that a variant should reach.
///
/// @param measure the name of the figure
/// @param minus what is subtracted from it: a figure of this or of another variant of the same seed
record Expectation(String measure, Optional<Minus> minus, Bound bound) {
  /// @param variant whose figure it is; empty for the same
  record Minus(Optional<String> variant, String measure) {}

  /// What figures fit.
  sealed interface Bound {
    boolean holds(double figure);

    record AtLeast(double low) implements Bound {
      @Override
      public boolean holds(double figure) {
        return figure >= low;
      }

      @Override
      public String toString() {
        return "at least " + number(low);
      }
    }

    record AtMost(double high) implements Bound {
      @Override
      public boolean holds(double figure) {
        return figure <= high;
      }

      @Override
      public String toString() {
        return "at most " + number(high);
      }
    }
  }

  static Expectation of(Json.Obj json) {
    Bound bound =
        json.has("atLeast")
            ? new Bound.AtLeast(json.number("atLeast"))
            : new Bound.AtMost(json.number("atMost"));
    Optional<Minus> minus =
        json.optionalObject("minus")
            .map(other ->
                new Minus(
                    other.optionalString("variant"),
                    other.string("measure", json.string("measure"))));
    return new Expectation(json.string("measure"), minus, bound);
  }

  /// What is compared, in words.
  String subject() {
    return minus.map(other -> measure + " less " + subtrahend(other)).orElse(measure);
  }

  private String subtrahend(Minus other) {
    boolean same = other.measure().equals(measure);
    return other
        .variant()
        .map(name -> same ? name + "'s" : name + "'s " + other.measure())
        .orElse(other.measure());
  }

  static String number(double value) {
    return String.format(Locale.ROOT, "%.4f", value);
  }
}
