package dev.heed.kernel;

import dev.heed.tensor.HeedException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/// How fast this machine reads memory: the bound of everything that reads a weight once.
public final class MemorySpeed {
  private static final int CHUNK = 1 << 18;

  private MemorySpeed() {}

  /// Reads all of `memory` once, in whole chunks of 256 KiB, and returns bytes per nanosecond
  /// (GB/s).
  public static double read(MemorySegment memory, Workers workers) {
    int tasks = Math.toIntExact(memory.byteSize() / CHUNK);
    if (tasks == 0) {
      throw new HeedException(
          "memory speed: %d bytes are too few; %d is the least"
              .formatted(memory.byteSize(), CHUNK));
    }
    long[] sums = new long[tasks];
    long begin = System.nanoTime();
    workers.run(tasks, (task, _) -> sums[task] = sum(memory, (long) task * CHUNK));
    long nanos = System.nanoTime() - begin;
    // the sum takes part in the result, so that no compiler leaves the reading out
    return (double) tasks * CHUNK / Math.max(nanos, Arrays.stream(sums).sum() >>> 62);
  }

  /// Reads one number of each cache line, in four streams.
  private static long sum(MemorySegment memory, long from) {
    long a = 0;
    long b = 0;
    long c = 0;
    long d = 0;
    long quarter = CHUNK / 4;
    for (int i = 0; i < CHUNK / 4; i += 64) {
      a += memory.get(ValueLayout.JAVA_LONG_UNALIGNED, from + i);
      b += memory.get(ValueLayout.JAVA_LONG_UNALIGNED, from + quarter + i);
      c += memory.get(ValueLayout.JAVA_LONG_UNALIGNED, from + 2 * quarter + i);
      d += memory.get(ValueLayout.JAVA_LONG_UNALIGNED, from + 3 * quarter + i);
    }
    return a + b + c + d;
  }
}
