package dev.heed.train;

import dev.heed.checkpoint.Json;
import dev.heed.checkpoint.Settings;
import dev.heed.data.Batches;
import dev.heed.data.Epochs;
import dev.heed.data.Packing;
import dev.heed.data.RandomCrops;
import dev.heed.data.TokenData;
import dev.heed.tensor.CounterRandom;
import dev.heed.train.TrainingSettings.Amount;
import java.util.Locale;

/// In which order the data is read.
///
/// @param epochs how many times all of it, each window once before any comes again; 0 for crops
///   that begin anywhere, as many as the steps need
/// @param documents what the rows say about the documents that they cut through
public record Reading(int epochs, Packing documents) {
  /// Crops that begin anywhere, blind to documents.
  public static final Reading USUAL = new Reading(0, Packing.IGNORED);

  public Reading {
    Check.that(epochs >= 0, "reading.epochs", epochs, "0, for random crops, or more");
  }

  /// The batches of a training.
  Batches batches(TokenData data, Amount amount, CounterRandom random) {
    return epochs == 0
        ? RandomCrops.of(data, amount.batch(), random).packed(documents)
        : Epochs.of(data, amount.batch(), random).packed(documents);
  }

  /// The steps that go through the data as often as wanted; those of `amount` for crops.
  int steps(TokenData data, Amount amount) {
    if (epochs == 0) {
      return amount.steps();
    }
    long batches = Epochs.of(data, amount.batch(), CounterRandom.of(0)).steps(epochs);
    return Math.toIntExact(Math.ceilDiv(batches, amount.accumulate()));
  }

  Json.Obj json() {
    return Json.object()
        .with("epochs", epochs)
        .with("documents", documents.name().toLowerCase(Locale.ROOT));
  }

  static Reading of(Settings json) {
    return new Reading(json.integer("epochs", 0), packing(json.string("documents", "ignored")));
  }

  private static Packing packing(String name) {
    for (Packing one : Packing.values()) {
      if (one.name().toLowerCase(Locale.ROOT).equals(name)) {
        return one;
      }
    }
    throw Check.unknown("reading.documents", name, "ignored, masked and restarted are");
  }
}
