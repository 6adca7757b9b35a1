package dev.heed.data;

import dev.heed.attention.Positions;
import dev.heed.grad.Tokens;
import dev.heed.layer.Pass;
import dev.heed.tensor.ShapeException;
import java.util.Optional;

/// One step's worth of text.
///
/// @param inputs `[B, T]`
/// @param targets `[B, T]`, the token that follows each input; negative where none is to be learned
/// @param documents `[B, T]`, the number of the document that each input belongs to, for the mask
///   `document`; empty where a row is one text
/// @param positions `[B, T]` or `[T]`, where each input stands in its text; empty for `0, 1, ...`
public record Batch(
    Tokens inputs, Tokens targets, Optional<Positions> documents, Optional<Positions> positions) {
  public Batch {
    if (inputs.batch() != targets.batch() || inputs.length() != targets.length()) {
      throw new ShapeException(
          "batch: inputs [%d, %d] do not fit targets [%d, %d]; both must have one shape"
              .formatted(inputs.batch(), inputs.length(), targets.batch(), targets.length()));
    }
    documents.ifPresent(numbers -> require("documents", numbers, inputs));
    positions.ifPresent(numbers -> require("positions", numbers, inputs));
  }

  /// A batch whose rows are one text each, from position 0.
  public Batch(Tokens inputs, Tokens targets) {
    this(inputs, targets, Optional.empty(), Optional.empty());
  }

  /// Where the tokens stand, as a decoder is told.
  public Pass pass() {
    Positions places = positions.orElseGet(() -> Positions.range(0, inputs.length()));
    return documents
        .map(numbers -> Pass.packed(places, numbers))
        .orElseGet(() -> Pass.whole(places));
  }

  private static void require(String name, Positions numbers, Tokens inputs) {
    boolean rows = numbers.batch() == 1 || numbers.batch() == inputs.batch();
    if (!rows || numbers.length() != inputs.length()) {
      throw new ShapeException(
          "batch: %s %s do not fit inputs [%d, %d]; a number for every token would fit"
              .formatted(name, numbers, inputs.batch(), inputs.length()));
    }
  }
}
