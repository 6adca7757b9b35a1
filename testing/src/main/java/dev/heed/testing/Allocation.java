package dev.heed.testing;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/// What code allocates, which is exact on the busiest machine: a boxed vector shows here.
public final class Allocation {
  private static final long PATIENCE_NANOS = 60_000_000_000L;
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private Allocation() {}

  /// Runs `code` again and again until one run allocates at most `enough` bytes in this thread, and
  /// returns the least that was seen; gives up after a minute. The first runs are interpreted, and
  /// an interpreter boxes every vector.
  public static long leastBytes(long enough, Runnable code) {
    long least = Long.MAX_VALUE;
    long until = System.nanoTime() + PATIENCE_NANOS;
    while (least > enough && System.nanoTime() < until) {
      long before = THREADS.getCurrentThreadAllocatedBytes();
      code.run();
      least = Math.min(least, THREADS.getCurrentThreadAllocatedBytes() - before);
    }
    return least;
  }
}
