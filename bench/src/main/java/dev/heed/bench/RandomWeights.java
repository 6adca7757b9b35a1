package dev.heed.bench;

import dev.heed.tensor.DataType;
import dev.heed.tensor.Quantize;
import dev.heed.tensor.Shape;
import dev.heed.tensor.Weight;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Random;

/// Weights of random numbers in native memory. One short run of numbers is quantised and repeated:
/// speed depends on how much is read, not on what.
final class RandomWeights {
  private static final int NUMBERS = 1 << 18;

  private final DataType type;
  private final Arena arena;
  private final MemorySegment pattern;

  RandomWeights(DataType type, Arena arena) {
    this.type = type;
    this.arena = arena;
    Random random = new Random(7);
    float[] floats = new float[NUMBERS];
    for (int i = 0; i < NUMBERS; i++) {
      floats[i] = (float) (0.02 * random.nextGaussian());
    }
    pattern = arena.allocate(type.bytes(NUMBERS), 64);
    Quantize.into(type, floats, 0, NUMBERS, pattern, 0);
  }

  Weight of(String name, int out, int in) {
    MemorySegment segment = arena.allocate(type.bytes((long) out * in), 64);
    for (long at = 0; at < segment.byteSize(); at += pattern.byteSize()) {
      long length = Math.min(pattern.byteSize(), segment.byteSize() - at);
      MemorySegment.copy(pattern, 0, segment, at, length);
    }
    return Weight.over(name, segment, type, Shape.of(out, in));
  }
}
