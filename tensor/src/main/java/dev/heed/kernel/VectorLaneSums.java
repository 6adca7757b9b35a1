package dev.heed.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/// The sums of the lanes of four vectors, in one fixed order.
///
/// The Vector API's own reduction adds floats in an order that differs between interpreted and
/// compiled code, so that a result would depend on when the compiler came by. Here the lanes go
/// through an array, where quarters of a vector can be loaded and added without shuffles. The
/// vectors are not parameters, because they would be boxed where this method is not inlined, and a
/// quarter is not stored, because `intoArray` would then have seen vectors of two lengths, and
/// register tiles with many vectors be compiled for both.
final class VectorLaneSums {
  /// Floats of the four vectors.
  static final int SIZE = 4 * FloatVector.SPECIES_PREFERRED.length();

  private static final VectorSpecies<Float> QUARTER = FloatVector.SPECIES_128;
  private static final int LANES = FloatVector.SPECIES_PREFERRED.length();

  private VectorLaneSums() {}

  /// `y[yAt + r * step]` = the sum of the lanes of vector `r`, which is at `at + r * lanes`.
  static void sum(float[] vectors, int at, float[] y, int yAt, int step) {
    for (int row = 0; row < 4; row++) {
      int from = at + row * LANES;
      FloatVector sum = FloatVector.fromArray(QUARTER, vectors, from);
      for (int i = 4; i < LANES; i += 4) {
        sum = sum.add(FloatVector.fromArray(QUARTER, vectors, from + i));
      }
      float even = sum.lane(0) + sum.lane(2);
      y[yAt + row * step] = even + (sum.lane(1) + sum.lane(3));
    }
  }
}
