package dev.heed.data;

import dev.heed.attention.Positions;
import dev.heed.grad.Tokens;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.IntToLongFunction;

/// Cuts windows out of data: a row of inputs and, one further, of targets.
///
/// @param packing what the rows say about documents
record Windows(TokenData data, BatchShape shape, Packing packing) {
  private static final int NO_TARGET = -1;

  Windows {
    if (data.size() <= shape.length()) {
      throw new DataException(
          "data: %d tokens are too few for a context of %d; at least %d fit, or a shorter context"
              .formatted(data.size(), shape.length(), shape.length() + 1L));
    }
  }

  /// The batch whose row `b` begins at `start(b)`.
  Batch batch(IntToLongFunction start) {
    int length = shape.length();
    Tokens inputs = new Tokens(new int[shape.tokens()], shape.rows(), length);
    Tokens targets = new Tokens(new int[shape.tokens()], shape.rows(), length);
    long[] starts = new long[shape.rows()];
    for (int row = 0; row < starts.length; row++) {
      starts[row] = start.applyAsLong(row);
      data.copy(starts[row], inputs.ids(), row * length, length);
      data.copy(starts[row] + 1, targets.ids(), row * length, length);
    }
    return packing == Packing.IGNORED
        ? new Batch(inputs, targets)
        : packed(inputs, targets, starts);
  }

  private Batch packed(Tokens inputs, Tokens targets, long[] starts) {
    int length = shape.length();
    Documents documents = data.documents();
    int[][] numbers = new int[starts.length][length];
    int[][] positions = new int[starts.length][length];
    for (int row = 0; row < starts.length && documents.count() > 0; row++) {
      int document = documents.at(starts[row]);
      for (int t = 0, position = 0; t < length; t++, position++) {
        numbers[row][t] = document;
        positions[row][t] = position;
        if (documents.at(starts[row] + t + 1) != document) {
          targets.ids()[row * length + t] = NO_TARGET;
          document++;
          position = -1;
        }
      }
    }
    if (documents.count() == 0) {
      Arrays.stream(positions).forEach(row -> Arrays.setAll(row, t -> t));
    }
    Optional<Positions> restarted =
        packing == Packing.RESTARTED ? Optional.of(Positions.rows(positions)) : Optional.empty();
    return new Batch(inputs, targets, Optional.of(Positions.rows(numbers)), restarted);
  }
}
