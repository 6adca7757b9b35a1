package dev.heed.kernel;

import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.ZERO_EXTEND_S2I;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/// Rows of the upper halves of 32-bit floats.
final class VectorBf16Rows implements VectorStoredRows {
  private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = FLOATS.length();
  private static final VectorSpecies<Integer> INTS = FLOATS.withLanes(int.class);
  private static final VectorSpecies<Short> SHORTS =
      VectorSpecies.of(short.class, VectorShape.forBitSize(FLOATS.vectorBitSize() / 2));

  @Override
  public void unpack(MemorySegment w, long at, int count, float[] out, int outAt) {
    for (int i = 0; i < count; i += LANES) {
      ShortVector.fromMemorySegment(SHORTS, w, at + 2L * i, LITTLE_ENDIAN)
          .convertShape(ZERO_EXTEND_S2I, INTS, 0)
          .reinterpretAsInts()
          .lanewise(LSHL, 16)
          .reinterpretAsFloats()
          .intoArray(out, outAt + i);
    }
  }

  @Override
  public void dots(
      MemorySegment w,
      long at,
      long apart,
      float[] x,
      int xAt,
      int count,
      float[] sums,
      int sumsAt) {
    long bt = at + apart;
    long ct = bt + apart;
    long dt = ct + apart;
    FloatVector a = FloatVector.zero(FLOATS);
    FloatVector b = FloatVector.zero(FLOATS);
    FloatVector c = FloatVector.zero(FLOATS);
    FloatVector d = FloatVector.zero(FLOATS);
    for (int i = 0; i < count; i += LANES) {
      FloatVector v = FloatVector.fromArray(FLOATS, x, xAt + i);
      a =
          ShortVector.fromMemorySegment(SHORTS, w, at + 2L * i, LITTLE_ENDIAN)
              .convertShape(ZERO_EXTEND_S2I, INTS, 0)
              .reinterpretAsInts()
              .lanewise(LSHL, 16)
              .reinterpretAsFloats()
              .fma(v, a);
      b =
          ShortVector.fromMemorySegment(SHORTS, w, bt + 2L * i, LITTLE_ENDIAN)
              .convertShape(ZERO_EXTEND_S2I, INTS, 0)
              .reinterpretAsInts()
              .lanewise(LSHL, 16)
              .reinterpretAsFloats()
              .fma(v, b);
      c =
          ShortVector.fromMemorySegment(SHORTS, w, ct + 2L * i, LITTLE_ENDIAN)
              .convertShape(ZERO_EXTEND_S2I, INTS, 0)
              .reinterpretAsInts()
              .lanewise(LSHL, 16)
              .reinterpretAsFloats()
              .fma(v, c);
      d =
          ShortVector.fromMemorySegment(SHORTS, w, dt + 2L * i, LITTLE_ENDIAN)
              .convertShape(ZERO_EXTEND_S2I, INTS, 0)
              .reinterpretAsInts()
              .lanewise(LSHL, 16)
              .reinterpretAsFloats()
              .fma(v, d);
    }
    a.intoArray(sums, sumsAt);
    b.intoArray(sums, sumsAt + LANES);
    c.intoArray(sums, sumsAt + 2 * LANES);
    d.intoArray(sums, sumsAt + 3 * LANES);
  }
}
