package dev.heed.kernel;

import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static jdk.incubator.vector.VectorOperators.B2F;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/// Rows of Q8_0: blocks of 32 signed bytes behind a 16-bit scale. A block is summed unscaled, then
/// scaled once.
final class VectorQ8Rows implements VectorStoredRows {
  private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = FLOATS.length();
  private static final VectorSpecies<Byte> BYTES =
      VectorSpecies.of(byte.class, VectorShape.forBitSize(FLOATS.vectorBitSize() / 4));
  private static final ValueLayout.OfShort HALF =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(LITTLE_ENDIAN);
  private static final int BLOCK = 32;

  @Override
  public void unpack(MemorySegment w, long at, int count, float[] out, int outAt) {
    for (int block = 0; block < count / BLOCK; block++) {
      long from = at + 34L * block;
      float scale = Float.float16ToFloat(w.get(HALF, from));
      for (int j = 0; j < BLOCK; j += LANES) {
        ByteVector.fromMemorySegment(BYTES, w, from + 2 + j, LITTLE_ENDIAN)
            .convertShape(B2F, FLOATS, 0)
            .reinterpretAsFloats()
            .mul(scale)
            .intoArray(out, outAt + BLOCK * block + j);
      }
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
    for (int block = 0; block < count / BLOCK; block++) {
      long from = 34L * block;
      FloatVector s = FloatVector.zero(FLOATS);
      FloatVector t = FloatVector.zero(FLOATS);
      FloatVector u = FloatVector.zero(FLOATS);
      FloatVector z = FloatVector.zero(FLOATS);
      for (int j = 0; j < BLOCK; j += LANES) {
        FloatVector v = FloatVector.fromArray(FLOATS, x, xAt + BLOCK * block + j);
        s =
            ByteVector.fromMemorySegment(BYTES, w, at + from + 2 + j, LITTLE_ENDIAN)
                .convertShape(B2F, FLOATS, 0)
                .reinterpretAsFloats()
                .fma(v, s);
        t =
            ByteVector.fromMemorySegment(BYTES, w, bt + from + 2 + j, LITTLE_ENDIAN)
                .convertShape(B2F, FLOATS, 0)
                .reinterpretAsFloats()
                .fma(v, t);
        u =
            ByteVector.fromMemorySegment(BYTES, w, ct + from + 2 + j, LITTLE_ENDIAN)
                .convertShape(B2F, FLOATS, 0)
                .reinterpretAsFloats()
                .fma(v, u);
        z =
            ByteVector.fromMemorySegment(BYTES, w, dt + from + 2 + j, LITTLE_ENDIAN)
                .convertShape(B2F, FLOATS, 0)
                .reinterpretAsFloats()
                .fma(v, z);
      }
      a = s.fma(FloatVector.broadcast(FLOATS, Float.float16ToFloat(w.get(HALF, at + from))), a);
      b = t.fma(FloatVector.broadcast(FLOATS, Float.float16ToFloat(w.get(HALF, bt + from))), b);
      c = u.fma(FloatVector.broadcast(FLOATS, Float.float16ToFloat(w.get(HALF, ct + from))), c);
      d = z.fma(FloatVector.broadcast(FLOATS, Float.float16ToFloat(w.get(HALF, dt + from))), d);
    }
    a.intoArray(sums, sumsAt);
    b.intoArray(sums, sumsAt + LANES);
    c.intoArray(sums, sumsAt + 2 * LANES);
    d.intoArray(sums, sumsAt + 3 * LANES);
  }
}
