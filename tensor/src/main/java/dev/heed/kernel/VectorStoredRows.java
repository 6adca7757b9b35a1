package dev.heed.kernel;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/// Rows of numbers in one stored format, read on lanes from native or mapped memory.
///
/// Implementations touch native segments only: memory access that has seen heap segments too is
/// compiled to calls, a hundred times slower. Their loops over lanes call nothing but the Vector
/// API, because a helper method that was compiled alone before is not inlined, and then every
/// vector is boxed.
interface VectorStoredRows {
  /// Rows that one [#dots] computes.
  int ROWS = 4;

  /// The numbers that [#unpack] and [#dots] read are a multiple of the lanes.
  static int bound(int count) {
    return FloatVector.SPECIES_PREFERRED.loopBound(count);
  }

  /// `out[i] = row[i]` for `i < count`.
  ///
  /// @param at the byte where the first number, or its block, begins
  /// @param count a multiple of the lanes and of the format's block
  void unpack(MemorySegment w, long at, int count, float[] out, int outAt);

  /// The products of one vector with four rows, lane by lane: vector `r` of `sums` becomes the sum
  /// of `x[xAt + i] row_r[i]` for `i < count` in steps of the lanes. [VectorLaneSums] adds up the
  /// lanes.
  ///
  /// Four rows keep four accumulators busy and four streams of memory open. Rows far apart are read
  /// fastest: then each stream is long enough for the machine to fetch ahead.
  ///
  /// @param at the byte where row 0 begins
  /// @param apart bytes from one of the four rows to the next; 0 computes one row four times
  /// @param count a multiple of the lanes and of the format's block
  void dots(
      MemorySegment w,
      long at,
      long apart,
      float[] x,
      int xAt,
      int count,
      float[] sums,
      int sumsAt);
}
