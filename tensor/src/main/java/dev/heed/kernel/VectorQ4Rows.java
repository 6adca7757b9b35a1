package dev.heed.kernel;

import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.B2I;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.XOR;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/// Rows of Q4_0: blocks of 32 numbers of 4 bits behind a 16-bit scale; byte `j` holds numbers `j`
/// and `16 + j`.
///
/// The stored number is 8 more than the one meant. Flipping the upper bit of both halves of a byte
/// makes them two's complement, so arithmetic shifts finish the subtraction. The lower half is
/// shifted up to the sign and never shifted down: it stands for 2^28 times itself, and its
/// activations are divided by that, exactly.
final class VectorQ4Rows implements VectorStoredRows {
  private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = FLOATS.length();
  private static final VectorSpecies<Integer> INTS = FLOATS.withLanes(int.class);
  private static final VectorSpecies<Byte> BYTES =
      VectorSpecies.of(byte.class, VectorShape.forBitSize(FLOATS.vectorBitSize() / 4));
  private static final ValueLayout.OfShort HALF =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(LITTLE_ENDIAN);
  private static final int BLOCK = 32;
  private static final byte SIGNS = (byte) 0x88;
  private static final float LOW = 0x1p-28f;

  @Override
  public void unpack(MemorySegment w, long at, int count, float[] out, int outAt) {
    for (int block = 0; block < count / BLOCK; block++) {
      long from = at + 18L * block;
      int to = outAt + BLOCK * block;
      float scale = Float.float16ToFloat(w.get(HALF, from));
      for (int j = 0; j < BLOCK / 2; j += LANES) {
        IntVector pair =
            ByteVector.fromMemorySegment(BYTES, w, from + 2 + j, LITTLE_ENDIAN)
                .lanewise(XOR, SIGNS)
                .convertShape(B2I, INTS, 0)
                .reinterpretAsInts();
        pair.lanewise(LSHL, 28)
            .convert(I2F, 0)
            .reinterpretAsFloats()
            .mul(scale * LOW)
            .intoArray(out, to + j);
        pair.lanewise(ASHR, 4)
            .convert(I2F, 0)
            .reinterpretAsFloats()
            .mul(scale)
            .intoArray(out, to + BLOCK / 2 + j);
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
      long from = 18L * block;
      FloatVector s = FloatVector.zero(FLOATS);
      FloatVector t = FloatVector.zero(FLOATS);
      FloatVector u = FloatVector.zero(FLOATS);
      FloatVector z = FloatVector.zero(FLOATS);
      for (int j = 0; j < BLOCK / 2; j += LANES) {
        FloatVector low = FloatVector.fromArray(FLOATS, x, xAt + BLOCK * block + j).mul(LOW);
        FloatVector high = FloatVector.fromArray(FLOATS, x, xAt + BLOCK * block + BLOCK / 2 + j);
        IntVector pair =
            ByteVector.fromMemorySegment(BYTES, w, at + from + 2 + j, LITTLE_ENDIAN)
                .lanewise(XOR, SIGNS)
                .convertShape(B2I, INTS, 0)
                .reinterpretAsInts();
        s = pair.lanewise(LSHL, 28).convert(I2F, 0).reinterpretAsFloats().fma(low, s);
        s = pair.lanewise(ASHR, 4).convert(I2F, 0).reinterpretAsFloats().fma(high, s);
        pair =
            ByteVector.fromMemorySegment(BYTES, w, bt + from + 2 + j, LITTLE_ENDIAN)
                .lanewise(XOR, SIGNS)
                .convertShape(B2I, INTS, 0)
                .reinterpretAsInts();
        t = pair.lanewise(LSHL, 28).convert(I2F, 0).reinterpretAsFloats().fma(low, t);
        t = pair.lanewise(ASHR, 4).convert(I2F, 0).reinterpretAsFloats().fma(high, t);
        pair =
            ByteVector.fromMemorySegment(BYTES, w, ct + from + 2 + j, LITTLE_ENDIAN)
                .lanewise(XOR, SIGNS)
                .convertShape(B2I, INTS, 0)
                .reinterpretAsInts();
        u = pair.lanewise(LSHL, 28).convert(I2F, 0).reinterpretAsFloats().fma(low, u);
        u = pair.lanewise(ASHR, 4).convert(I2F, 0).reinterpretAsFloats().fma(high, u);
        pair =
            ByteVector.fromMemorySegment(BYTES, w, dt + from + 2 + j, LITTLE_ENDIAN)
                .lanewise(XOR, SIGNS)
                .convertShape(B2I, INTS, 0)
                .reinterpretAsInts();
        z = pair.lanewise(LSHL, 28).convert(I2F, 0).reinterpretAsFloats().fma(low, z);
        z = pair.lanewise(ASHR, 4).convert(I2F, 0).reinterpretAsFloats().fma(high, z);
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
