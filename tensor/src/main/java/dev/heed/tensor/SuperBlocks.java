package dev.heed.tensor;

import static dev.heed.tensor.Dequantize.half;
import static dev.heed.tensor.Dequantize.unsigned;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;

/// The formats of GGUF that share scales on two levels: a block of 256 numbers holds F16 scales,
/// and each run of 16 or 32 numbers in it a small whole factor to them.
///
/// A number is `d s q`, or `d s q - m t` where runs also have minima; `d` and `m` belong to the
/// block, `s` and `t` to the run. Field offsets are in bytes from the start of the block.
final class SuperBlocks {
  private static final int LENGTH = 256;
  private static final int RUN = 16;
  private static final int WIDE = 32;

  private SuperBlocks() {}

  /// Layout: 16 bytes of `s` (low half) and `t` (high half) a run of 16, 64 bytes of `q` in 2 bits,
  /// `d`, `m`.
  static void q2(MemorySegment segment, long from, float[] out, int at) {
    float d = half(segment, from + 80);
    float m = half(segment, from + 82);
    for (int run = 0; run < LENGTH / RUN; run++) {
      int factors = unsigned(segment, from + run);
      float scale = d * (factors & 15);
      float minimum = m * (factors >> 4);
      for (int i = 0; i < RUN; i++) {
        int q = unsigned(segment, from + 16 + quarter(run) + i) >> shift(run) & 3;
        out[at + run * RUN + i] = scale * q - minimum;
      }
    }
  }

  /// Layout: 32 bytes of high bits, 64 bytes of low bits in pairs, 12 bytes of `s` in 6 bits, `d`.
  /// The high bit says that 4 is *not* subtracted.
  static void q3(MemorySegment segment, long from, float[] out, int at) {
    float d = half(segment, from + 108);
    for (int run = 0; run < LENGTH / RUN; run++) {
      float scale = d * (q3Factor(segment, from + 96, run) - 32);
      for (int i = 0; i < RUN; i++) {
        int high = unsigned(segment, from + run % 2 * 16L + i) >> run / 2 & 1;
        int low = unsigned(segment, from + 32 + quarter(run) + i) >> shift(run) & 3;
        out[at + run * RUN + i] = scale * (low - 4 + 4 * high);
      }
    }
  }

  /// Where the pairs of bits of a run begin: 32 bytes hold 128 numbers, one number of each 32.
  private static int quarter(int run) {
    return run / 8 * 32 + run % 2 * RUN;
  }

  private static int shift(int run) {
    return run / 2 % 4 * 2;
  }

  private static int q3Factor(MemorySegment segment, long from, int run) {
    int low = unsigned(segment, from + run % 8) >> 4 * (run / 8) & 15;
    int high = unsigned(segment, from + 8 + run % 4) >> 2 * (run / 4) & 3;
    return low | high << 4;
  }

  /// Layout: `d`, `m`, 12 bytes of `s` and `t` in 6 bits, 128 bytes of `q` in 4 bits.
  static void q4(MemorySegment segment, long from, float[] out, int at) {
    float d = half(segment, from);
    float m = half(segment, from + 2);
    for (int run = 0; run < LENGTH / WIDE; run++) {
      float scale = d * factor(segment, from + 4, run);
      float minimum = m * minimum(segment, from + 4, run);
      for (int i = 0; i < WIDE; i++) {
        int q = unsigned(segment, from + 16 + run / 2 * 32L + i) >> 4 * (run % 2) & 15;
        out[at + run * WIDE + i] = scale * q - minimum;
      }
    }
  }

  /// Layout: as [#q4], with 32 bytes of fifth bits before the `q`, one bit a run.
  static void q5(MemorySegment segment, long from, float[] out, int at) {
    float d = half(segment, from);
    float m = half(segment, from + 2);
    for (int run = 0; run < LENGTH / WIDE; run++) {
      float scale = d * factor(segment, from + 4, run);
      float minimum = m * minimum(segment, from + 4, run);
      for (int i = 0; i < WIDE; i++) {
        int low = unsigned(segment, from + 48 + run / 2 * 32L + i) >> 4 * (run % 2) & 15;
        int high = unsigned(segment, from + 16 + i) >> run & 1;
        out[at + run * WIDE + i] = scale * (low | high << 4) - minimum;
      }
    }
  }

  /// The first four runs have their `s` in the low six bits of bytes 0 to 3; of the others the low
  /// half stands in bytes 8 to 11 and the rest in the two bits that were left over.
  private static int factor(MemorySegment segment, long from, int run) {
    return run < 4
        ? unsigned(segment, from + run) & 63
        : unsigned(segment, from + run + 4) & 15 | unsigned(segment, from + run - 4) >> 6 << 4;
  }

  /// As [#factor], from bytes 4 to 7 and the high halves of bytes 8 to 11.
  private static int minimum(MemorySegment segment, long from, int run) {
    return run < 4
        ? unsigned(segment, from + run + 4) & 63
        : unsigned(segment, from + run + 4) >> 4 | unsigned(segment, from + run) >> 6 << 4;
  }

  /// Layout: 128 bytes of low halves, 64 bytes of high pairs, 16 signed bytes of `s`, `d`.
  static void q6(MemorySegment segment, long from, float[] out, int at) {
    float d = half(segment, from + 208);
    for (int run = 0; run < LENGTH / RUN; run++) {
      float scale = d * segment.get(JAVA_BYTE, from + 192 + run);
      long lows = from + run / 8 * 64L + run % 4 * 16L;
      for (int i = 0; i < RUN; i++) {
        int low = unsigned(segment, lows + i) >> run / 4 % 2 * 4 & 15;
        int high = unsigned(segment, from + 128 + quarter(run) + i) >> shift(run) & 3;
        out[at + run * RUN + i] = scale * ((low | high << 4) - 32);
      }
    }
  }
}
