package dev.heed.kernel;

import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static jdk.incubator.vector.VectorOperators.GE;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.OR;
import static jdk.incubator.vector.VectorOperators.S2I;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/// Rows of 16-bit floats (IEEE 754 binary16).
///
/// A half's exponent and mantissa, shifted to where a float has its own, are the number times
/// 2^-112, subnormal or not; a multiplication gives it back exactly. An exponent of all ones
/// (infinity, NaN) comes out as 2^16 or more, which no finite half is, and gets a float's exponent
/// of all ones.
final class VectorF16Rows implements VectorStoredRows {
  private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = FLOATS.length();
  private static final VectorSpecies<Integer> INTS = FLOATS.withLanes(int.class);
  private static final VectorSpecies<Short> SHORTS =
      VectorSpecies.of(short.class, VectorShape.forBitSize(FLOATS.vectorBitSize() / 2));
  private static final int SIGN_AND_NUMBER = 0x8FFFE000;
  private static final float REBIAS = 0x1p112f;
  private static final float BEYOND = 0x1p16f;
  private static final int ALL_ONES = 0x7F800000;

  @Override
  public void unpack(MemorySegment w, long at, int count, float[] out, int outAt) {
    for (int i = 0; i < count; i += LANES) {
      FloatVector f =
          ShortVector.fromMemorySegment(SHORTS, w, at + 2L * i, LITTLE_ENDIAN)
              .convertShape(S2I, INTS, 0)
              .reinterpretAsInts()
              .lanewise(LSHL, 13)
              .and(SIGN_AND_NUMBER)
              .reinterpretAsFloats()
              .mul(REBIAS);
      f.reinterpretAsInts()
          .lanewise(OR, ALL_ONES, f.abs().compare(GE, BEYOND).cast(INTS))
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
      FloatVector fa =
          ShortVector.fromMemorySegment(SHORTS, w, at + 2L * i, LITTLE_ENDIAN)
              .convertShape(S2I, INTS, 0)
              .reinterpretAsInts()
              .lanewise(LSHL, 13)
              .and(SIGN_AND_NUMBER)
              .reinterpretAsFloats()
              .mul(REBIAS);
      a =
          fa.reinterpretAsInts()
              .lanewise(OR, ALL_ONES, fa.abs().compare(GE, BEYOND).cast(INTS))
              .reinterpretAsFloats()
              .fma(v, a);
      FloatVector fb =
          ShortVector.fromMemorySegment(SHORTS, w, bt + 2L * i, LITTLE_ENDIAN)
              .convertShape(S2I, INTS, 0)
              .reinterpretAsInts()
              .lanewise(LSHL, 13)
              .and(SIGN_AND_NUMBER)
              .reinterpretAsFloats()
              .mul(REBIAS);
      b =
          fb.reinterpretAsInts()
              .lanewise(OR, ALL_ONES, fb.abs().compare(GE, BEYOND).cast(INTS))
              .reinterpretAsFloats()
              .fma(v, b);
      FloatVector fc =
          ShortVector.fromMemorySegment(SHORTS, w, ct + 2L * i, LITTLE_ENDIAN)
              .convertShape(S2I, INTS, 0)
              .reinterpretAsInts()
              .lanewise(LSHL, 13)
              .and(SIGN_AND_NUMBER)
              .reinterpretAsFloats()
              .mul(REBIAS);
      c =
          fc.reinterpretAsInts()
              .lanewise(OR, ALL_ONES, fc.abs().compare(GE, BEYOND).cast(INTS))
              .reinterpretAsFloats()
              .fma(v, c);
      FloatVector fd =
          ShortVector.fromMemorySegment(SHORTS, w, dt + 2L * i, LITTLE_ENDIAN)
              .convertShape(S2I, INTS, 0)
              .reinterpretAsInts()
              .lanewise(LSHL, 13)
              .and(SIGN_AND_NUMBER)
              .reinterpretAsFloats()
              .mul(REBIAS);
      d =
          fd.reinterpretAsInts()
              .lanewise(OR, ALL_ONES, fd.abs().compare(GE, BEYOND).cast(INTS))
              .reinterpretAsFloats()
              .fma(v, d);
    }
    a.intoArray(sums, sumsAt);
    b.intoArray(sums, sumsAt + LANES);
    c.intoArray(sums, sumsAt + 2 * LANES);
    d.intoArray(sums, sumsAt + 3 * LANES);
  }
}
