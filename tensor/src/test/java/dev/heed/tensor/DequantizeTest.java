package dev.heed.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Blocks made by hand; blocks made by the format's own package are tested with the GGUF reader.
class DequantizeTest {
  private static final int ONE_HIGH = 0x3C; // the half 1.0 is 0x3C00
  private static final int TWO_HIGH = 0x40; // the half 2.0 is 0x4000

  private static float[] read(DataType type, byte[] bytes) {
    int count = bytes.length / type.blockBytes() * type.blockLength();
    float[] out = new float[count + 2];
    Arrays.fill(out, -99);
    byte[] shifted = new byte[bytes.length + 3];
    System.arraycopy(bytes, 0, shifted, 3, bytes.length);
    Dequantize.into(type, MemorySegment.ofArray(shifted), 3, out, 1, count);
    assertThat(out[0]).isEqualTo(-99);
    assertThat(out[count + 1]).isEqualTo(-99);
    return Arrays.copyOfRange(out, 1, count + 1);
  }

  @Test
  void q4_1_twoNibbles_scalePlusMinimum() {
    byte[] block = new byte[20];
    block[1] = TWO_HIGH;
    block[3] = ONE_HIGH;
    block[4] = (byte) 0xF3;
    float[] floats = read(DataType.Q4_1, block);
    assertThat(floats[0]).isEqualTo(2 * 3 + 1);
    assertThat(floats[16]).isEqualTo(2 * 15 + 1);
    assertThat(floats[1]).isEqualTo(1);
  }

  @Test
  void q5_0_fifthBits_belongToBothHalves() {
    byte[] block = new byte[22];
    block[1] = TWO_HIGH;
    block[2] = 0x01;
    block[4] = 0x02;
    block[6] = 0x05;
    float[] floats = read(DataType.Q5_0, block);
    assertThat(floats[0]).isEqualTo(2 * (5 + 16 - 16));
    assertThat(floats[16]).isEqualTo(2 * (0 - 16));
    assertThat(floats[17]).isEqualTo(2 * (16 - 16));
    assertThat(floats[1]).isEqualTo(-32);
  }

  @Test
  void q5_1_lastFifthBit_isNotASign() {
    byte[] block = new byte[24];
    block[1] = ONE_HIGH;
    block[7] = (byte) 0x80;
    float[] floats = read(DataType.Q5_1, block);
    assertThat(floats[31]).isEqualTo(16);
    assertThat(floats[30]).isZero();
  }

  @Test
  void q4_K_laterRuns_haveSplitFactors() {
    byte[] block = new byte[144];
    block[1] = ONE_HIGH;
    block[3] = TWO_HIGH;
    block[4] = (byte) 0b10_000101; // run 0: s = 5, and the upper two bits of s of run 4
    block[8] = (byte) 0b01_000011; // run 0: t = 3, and the upper two bits of t of run 4
    block[12] = (byte) 0x2A; // run 4: s = 10 + 2 * 16, t = 2 + 1 * 16
    block[16] = 0x07;
    block[16 + 64] = 0x01;
    float[] floats = read(DataType.Q4_K, block);
    assertThat(floats[0]).isEqualTo(5 * 7 - 2 * 3);
    assertThat(floats[1]).isEqualTo(-2 * 3);
    assertThat(floats[128]).isEqualTo(42 - 2 * 18);
    assertThat(floats[32]).isZero();
  }

  @Test
  void q6_K_quarters_shareHighBytes() {
    byte[] block = new byte[210];
    block[209] = ONE_HIGH;
    Arrays.fill(block, 192, 208, (byte) 1);
    block[192 + 15] = -2;
    block[0] = 0x5A;
    block[128] = (byte) 0b11_10_01_00;
    float[] floats = read(DataType.Q6_K, block);
    assertThat(floats[0]).isEqualTo(10 - 32);
    assertThat(floats[32]).isEqualTo(16 - 32);
    assertThat(floats[64]).isEqualTo(5 + 32 - 32);
    assertThat(floats[96]).isEqualTo(48 - 32);
    assertThat(floats[255]).isEqualTo(-2 * -32);
  }

  @Test
  void wholeNumbers_areSigned() {
    assertThat(read(DataType.I8, new byte[] {-3, 127})).containsExactly(-3, 127);
    assertThat(read(DataType.U8, new byte[] {-3, 127})).containsExactly(253, 127);
    assertThat(read(DataType.BOOL, new byte[] {0, 1})).containsExactly(0, 1);
    assertThat(read(DataType.I16, new byte[] {-2, -1})).containsExactly(-2);
    assertThat(read(DataType.I32, new byte[] {0, 0, 0, -128})).containsExactly(Integer.MIN_VALUE);
    assertThat(read(DataType.I64, new byte[] {1, 0, 0, 0, 1, 0, 0, 0})).containsExactly(0x1p32f);
  }

  @ParameterizedTest
  @EnumSource
  void into_everyType_ofZeroBytesIsZero(DataType type) {
    for (float number : read(type, new byte[3 * type.blockBytes()])) {
      assertThat(number + 0f).isZero(); // adding zero forgets the sign of a zero
    }
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.MATCH_ALL, names = "Q.*")
  void into_partOfABlock_isRefused(DataType type) {
    MemorySegment segment = MemorySegment.ofArray(new byte[2 * type.blockBytes()]);
    float[] out = new float[2 * type.blockLength()];
    assertThatThrownBy(() -> Dequantize.into(type, segment, 0, out, 0, type.blockLength() + 1))
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining(type.name());
  }
}
