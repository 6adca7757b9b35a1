package dev.heed.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/// The transpose of 16 x 16 floats in registers: four rounds, in each of which two vectors exchange
/// 8, 4, 2 and 1 lanes.
final class TransposeTile {
  /// Rows and columns of a tile.
  static final int SIZE = 16;

  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_512;
  private static final FloatVector FIRST_8 = firsts(8);
  private static final FloatVector LAST_8 = lasts(8);
  private static final FloatVector FIRST_4 = firsts(4);
  private static final FloatVector LAST_4 = lasts(4);
  private static final FloatVector FIRST_2 = firsts(2);
  private static final FloatVector LAST_2 = lasts(2);
  private static final FloatVector FIRST_1 = firsts(1);
  private static final FloatVector LAST_1 = lasts(1);

  private TransposeTile() {}

  /// Which lanes of two vectors, the second's counted from 16, make the first of the pair after an
  /// exchange of `width` lanes.
  private static FloatVector firsts(int width) {
    float[] lanes = new float[SIZE];
    for (int i = 0; i < SIZE; i++) {
      lanes[i] = (i & width) == 0 ? i : SIZE + i - width;
    }
    return FloatVector.fromArray(SPECIES, lanes, 0);
  }

  private static FloatVector lasts(int width) {
    float[] lanes = new float[SIZE];
    for (int i = 0; i < SIZE; i++) {
      lanes[i] = (i & width) == 0 ? i + width : SIZE + i;
    }
    return FloatVector.fromArray(SPECIES, lanes, 0);
  }

  /// `out[c][r] = in[r][c]`, rows `stride` and `outStride` floats apart.
  static void transpose(float[] in, int from, int stride, float[] out, int to, int outStride) {
    FloatVector v0 = FloatVector.fromArray(SPECIES, in, from);
    FloatVector v1 = FloatVector.fromArray(SPECIES, in, from + stride);
    FloatVector v2 = FloatVector.fromArray(SPECIES, in, from + 2 * stride);
    FloatVector v3 = FloatVector.fromArray(SPECIES, in, from + 3 * stride);
    FloatVector v4 = FloatVector.fromArray(SPECIES, in, from + 4 * stride);
    FloatVector v5 = FloatVector.fromArray(SPECIES, in, from + 5 * stride);
    FloatVector v6 = FloatVector.fromArray(SPECIES, in, from + 6 * stride);
    FloatVector v7 = FloatVector.fromArray(SPECIES, in, from + 7 * stride);
    FloatVector v8 = FloatVector.fromArray(SPECIES, in, from + 8 * stride);
    FloatVector v9 = FloatVector.fromArray(SPECIES, in, from + 9 * stride);
    FloatVector v10 = FloatVector.fromArray(SPECIES, in, from + 10 * stride);
    FloatVector v11 = FloatVector.fromArray(SPECIES, in, from + 11 * stride);
    FloatVector v12 = FloatVector.fromArray(SPECIES, in, from + 12 * stride);
    FloatVector v13 = FloatVector.fromArray(SPECIES, in, from + 13 * stride);
    FloatVector v14 = FloatVector.fromArray(SPECIES, in, from + 14 * stride);
    FloatVector v15 = FloatVector.fromArray(SPECIES, in, from + 15 * stride);
    FloatVector w0 = FIRST_8.selectFrom(v0, v8);
    FloatVector w8 = LAST_8.selectFrom(v0, v8);
    FloatVector w1 = FIRST_8.selectFrom(v1, v9);
    FloatVector w9 = LAST_8.selectFrom(v1, v9);
    FloatVector w2 = FIRST_8.selectFrom(v2, v10);
    FloatVector w10 = LAST_8.selectFrom(v2, v10);
    FloatVector w3 = FIRST_8.selectFrom(v3, v11);
    FloatVector w11 = LAST_8.selectFrom(v3, v11);
    FloatVector w4 = FIRST_8.selectFrom(v4, v12);
    FloatVector w12 = LAST_8.selectFrom(v4, v12);
    FloatVector w5 = FIRST_8.selectFrom(v5, v13);
    FloatVector w13 = LAST_8.selectFrom(v5, v13);
    FloatVector w6 = FIRST_8.selectFrom(v6, v14);
    FloatVector w14 = LAST_8.selectFrom(v6, v14);
    FloatVector w7 = FIRST_8.selectFrom(v7, v15);
    FloatVector w15 = LAST_8.selectFrom(v7, v15);
    v0 = FIRST_4.selectFrom(w0, w4);
    v4 = LAST_4.selectFrom(w0, w4);
    v1 = FIRST_4.selectFrom(w1, w5);
    v5 = LAST_4.selectFrom(w1, w5);
    v2 = FIRST_4.selectFrom(w2, w6);
    v6 = LAST_4.selectFrom(w2, w6);
    v3 = FIRST_4.selectFrom(w3, w7);
    v7 = LAST_4.selectFrom(w3, w7);
    v8 = FIRST_4.selectFrom(w8, w12);
    v12 = LAST_4.selectFrom(w8, w12);
    v9 = FIRST_4.selectFrom(w9, w13);
    v13 = LAST_4.selectFrom(w9, w13);
    v10 = FIRST_4.selectFrom(w10, w14);
    v14 = LAST_4.selectFrom(w10, w14);
    v11 = FIRST_4.selectFrom(w11, w15);
    v15 = LAST_4.selectFrom(w11, w15);
    w0 = FIRST_2.selectFrom(v0, v2);
    w2 = LAST_2.selectFrom(v0, v2);
    w1 = FIRST_2.selectFrom(v1, v3);
    w3 = LAST_2.selectFrom(v1, v3);
    w4 = FIRST_2.selectFrom(v4, v6);
    w6 = LAST_2.selectFrom(v4, v6);
    w5 = FIRST_2.selectFrom(v5, v7);
    w7 = LAST_2.selectFrom(v5, v7);
    w8 = FIRST_2.selectFrom(v8, v10);
    w10 = LAST_2.selectFrom(v8, v10);
    w9 = FIRST_2.selectFrom(v9, v11);
    w11 = LAST_2.selectFrom(v9, v11);
    w12 = FIRST_2.selectFrom(v12, v14);
    w14 = LAST_2.selectFrom(v12, v14);
    w13 = FIRST_2.selectFrom(v13, v15);
    w15 = LAST_2.selectFrom(v13, v15);
    v0 = FIRST_1.selectFrom(w0, w1);
    v1 = LAST_1.selectFrom(w0, w1);
    v2 = FIRST_1.selectFrom(w2, w3);
    v3 = LAST_1.selectFrom(w2, w3);
    v4 = FIRST_1.selectFrom(w4, w5);
    v5 = LAST_1.selectFrom(w4, w5);
    v6 = FIRST_1.selectFrom(w6, w7);
    v7 = LAST_1.selectFrom(w6, w7);
    v8 = FIRST_1.selectFrom(w8, w9);
    v9 = LAST_1.selectFrom(w8, w9);
    v10 = FIRST_1.selectFrom(w10, w11);
    v11 = LAST_1.selectFrom(w10, w11);
    v12 = FIRST_1.selectFrom(w12, w13);
    v13 = LAST_1.selectFrom(w12, w13);
    v14 = FIRST_1.selectFrom(w14, w15);
    v15 = LAST_1.selectFrom(w14, w15);
    v0.intoArray(out, to);
    v1.intoArray(out, to + outStride);
    v2.intoArray(out, to + 2 * outStride);
    v3.intoArray(out, to + 3 * outStride);
    v4.intoArray(out, to + 4 * outStride);
    v5.intoArray(out, to + 5 * outStride);
    v6.intoArray(out, to + 6 * outStride);
    v7.intoArray(out, to + 7 * outStride);
    v8.intoArray(out, to + 8 * outStride);
    v9.intoArray(out, to + 9 * outStride);
    v10.intoArray(out, to + 10 * outStride);
    v11.intoArray(out, to + 11 * outStride);
    v12.intoArray(out, to + 12 * outStride);
    v13.intoArray(out, to + 13 * outStride);
    v14.intoArray(out, to + 14 * outStride);
    v15.intoArray(out, to + 15 * outStride);
  }
}
