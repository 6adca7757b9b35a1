package dev.heed.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class QuantizeTest {
  private static byte[] bytes(DataType type, float[] floats) {
    MemorySegment segment = MemorySegment.ofArray(new byte[(int) type.bytes(floats.length)]);
    Quantize.into(type, floats, 0, floats.length, segment, 0);
    return segment.toArray(ValueLayout.JAVA_BYTE);
  }

  private static float[] block(float... first) {
    return java.util.Arrays.copyOf(first, 32);
  }

  @Test
  void into_q8Block_storesTheExtremeAs127() {
    byte[] bytes = bytes(DataType.Q8_0, block(1, -127, 63.4f, 63.6f));

    // the scale is 127 / 127 = 1, which is 0x3C00 as a half
    assertThat(bytes).startsWith(0x00, 0x3C, 1, -127, 63, 64, 0);
  }

  @Test
  void into_q8Halves_roundAwayFromZero() {
    byte[] bytes = bytes(DataType.Q8_0, block(127, 0.5f, -0.5f, 1.5f, -2.5f));

    assertThat(bytes).startsWith(0x00, 0x3C, 127, 1, -1, 2, -3, 0);
  }

  @Test
  void into_q4Block_storesTheExtremeAsMinusEight() {
    float[] floats = block(8, -7, 0.4f);
    floats[16] = 3;
    byte[] bytes = bytes(DataType.Q4_0, floats);

    // the scale is 8 / -8 = -1 (0xBC00); stored are 8 - x: 0, 15, 7.6 -> 8; and 5 in the upper half
    // of byte 0
    assertThat(bytes).startsWith(0x00, 0xBC, 0x50, 0x8F, 0x88, 0x88);
  }

  @Test
  void into_zeroBlock_hasScaleZero() {
    assertThat(bytes(DataType.Q8_0, block())).containsOnly(0);
    assertThat(bytes(DataType.Q4_0, block())).startsWith(0x00, 0x80, 0x88).endsWith(0x88);
  }

  @Test
  void into_bf16Ties_roundToEven() {
    float[] floats = {
      Float.intBitsToFloat(0x3F808000),
      Float.intBitsToFloat(0x3F818000),
      Float.intBitsToFloat(0x3F808001),
      Float.NaN
    };
    byte[] bytes = bytes(DataType.BF16, floats);

    assertThat(bytes).containsExactly(0x80, 0x3F, 0x82, 0x3F, 0x81, 0x3F, 0xC0, 0x7F);
  }

  @ParameterizedTest
  @EnumSource(names = {"F32", "F16", "BF16", "Q8_0", "Q4_0"})
  void weight_randomNumbers_comeBackWithinHalfAStep(DataType type) {
    Random random = new Random(3);
    float[] floats = new float[5 * 96];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = (float) random.nextGaussian();
    }
    float[] back = Quantize.weight("w", type, floats, 5, 96).toFloats();

    for (int i = 0; i < floats.length; i++) {
      float extreme = 0;
      for (int j = i / 32 * 32; j < i / 32 * 32 + 32; j++) {
        extreme = Math.max(extreme, Math.abs(floats[j]));
      }
      // half a step of the format, and the rounding of the 16-bit scale, 2^-11 of it per step
      float step =
          switch (type) {
            case F32 -> 0;
            case F16 -> Math.max(Math.abs(floats[i]) * 0x1p-11f, 0x1p-25f);
            case BF16 -> Math.abs(floats[i]) * 0x1p-8f;
            case Q8_0 -> extreme * (0.5f / 127 + 0x1p-11f);
            default -> extreme * (1f / 8 + 0x1p-11f);
          };
      assertThat(Math.abs(back[i] - floats[i])).isLessThanOrEqualTo(step);
    }
  }

  @Test
  void into_notFinite_isAnError() {
    assertThatThrownBy(() -> bytes(DataType.Q8_0, block(1, Float.NaN)))
        .isInstanceOf(HeedException.class)
        .hasMessageContaining("number 1 is NaN");
    assertThatThrownBy(() -> bytes(DataType.Q4_0, block(1, 2, Float.POSITIVE_INFINITY)))
        .hasMessageContaining("number 2 is Infinity");
    assertThatThrownBy(() -> bytes(DataType.Q4_0, block(3e6f))).hasMessageContaining("scale");
  }

  @Test
  void into_otherFormats_areNamed() {
    assertThatThrownBy(() -> bytes(DataType.Q4_1, new float[32])).hasMessageContaining("Q4_1");
    assertThatThrownBy(() -> bytes(DataType.Q8_0, new float[31]))
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining("block of 32");
    assertThatThrownBy(() -> Quantize.weight("w", DataType.F16, new float[5], 2, 3))
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining("'w' [2, 3]");
  }
}
