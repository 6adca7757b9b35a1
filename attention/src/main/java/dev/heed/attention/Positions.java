package dev.heed.attention;

import dev.heed.tensor.ShapeException;
import java.util.Objects;

/// One whole number for every place of an axis, positions or document ids: the same in every batch,
/// or a row a batch.
///
/// @param batch rows; 1 serves any batch
public record Positions(int[] array, int offset, int batch, int length, int batchStride) {
  /// Positions lie within `±LIMIT`, so that the difference of two is an `int`.
  public static final int LIMIT = (1 << 30) - 1;

  public Positions {
    if (length > 0 && batch > 0) {
      Objects.checkIndex(offset, array.length);
      Objects.checkIndex(offset + (batch - 1) * batchStride + length - 1, array.length);
    }
  }

  /// The numbers of `array`, for every batch.
  public static Positions of(int... array) {
    return new Positions(array, 0, 1, array.length, 0);
  }

  /// `from`, `from + 1`, ..., for every batch.
  public static Positions range(int from, int length) {
    int[] array = new int[length];
    for (int place = 0; place < length; place++) {
      array[place] = from + place;
    }
    return of(array);
  }

  /// A row for each batch; rows have one length.
  public static Positions rows(int[]... rows) {
    int length = rows.length == 0 ? 0 : rows[0].length;
    int[] array = new int[rows.length * length];
    for (int b = 0; b < rows.length; b++) {
      if (rows[b].length != length) {
        throw new ShapeException(
            "positions: row %d has %d numbers, row 0 has %d; rows must be of one length"
                .formatted(b, rows[b].length, length));
      }
      System.arraycopy(rows[b], 0, array, b * length, length);
    }
    return new Positions(array, 0, rows.length, length, length);
  }

  /// Where the row of a batch begins in the array.
  public int row(int b) {
    return batch == 1 ? offset : offset + b * batchStride;
  }

  /// The number at `place` of batch `b`.
  public int at(int b, int place) {
    return array[row(b) + Objects.checkIndex(place, length)];
  }

  @Override
  public String toString() {
    return batch == 1 ? "[%d]".formatted(length) : "[%d, %d]".formatted(batch, length);
  }
}
