package dev.heed.kernel;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/// Rows of 32-bit floats.
final class VectorF32Rows implements VectorStoredRows {
  private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = FLOATS.length();

  @Override
  public void unpack(MemorySegment w, long at, int count, float[] out, int outAt) {
    for (int i = 0; i < count; i += LANES) {
      FloatVector.fromMemorySegment(FLOATS, w, at + 4L * i, LITTLE_ENDIAN)
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
      a = FloatVector.fromMemorySegment(FLOATS, w, at + 4L * i, LITTLE_ENDIAN).fma(v, a);
      b = FloatVector.fromMemorySegment(FLOATS, w, bt + 4L * i, LITTLE_ENDIAN).fma(v, b);
      c = FloatVector.fromMemorySegment(FLOATS, w, ct + 4L * i, LITTLE_ENDIAN).fma(v, c);
      d = FloatVector.fromMemorySegment(FLOATS, w, dt + 4L * i, LITTLE_ENDIAN).fma(v, d);
    }
    a.intoArray(sums, sumsAt);
    b.intoArray(sums, sumsAt + LANES);
    c.intoArray(sums, sumsAt + 2 * LANES);
    d.intoArray(sums, sumsAt + 3 * LANES);
  }
}
