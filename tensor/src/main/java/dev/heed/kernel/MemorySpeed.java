package dev.heed.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// How fast this machine reads memory: the bound of everything that reads a weight once.
public final class MemorySpeed {
  private static final int CHUNK = 1 << 18;

  private MemorySpeed() {}

  /// Reads all of `native` memory once, in order, and returns bytes per nanosecond (GB/s).
  public static double read(MemorySegment memory, Workers workers) {
    int tasks = Math.toIntExact(memory.byteSize() / CHUNK);
    long[] sums = new long[tasks];
    long begin = System.nanoTime();
    workers.run(tasks, (task, _) -> sums[task] = sum(memory, (long) task * CHUNK));
    double speed = (double) tasks * CHUNK / (System.nanoTime() - begin);
    long all = 0;
    for (long sum : sums) {
      all += sum;
    }
    // what is read must matter, or reading it could be left out
    return all == 0 ? -speed : speed;
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
