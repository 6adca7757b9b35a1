package dev.heed.cli;

import com.sun.management.ThreadMXBean;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;

/// What all threads allocated, and how long collectors took.
///
/// @param bytes allocated in objects, whether they live on or not
/// @param seconds of collections
record Garbage(double bytes, double seconds) {
  /// Of this process so far.
  static Garbage untilNow() {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long millis = 0;
    for (GarbageCollectorMXBean collector : ManagementFactory.getGarbageCollectorMXBeans()) {
      millis += collector.getCollectionTime();
    }
    return new Garbage(threads.getTotalThreadAllocatedBytes(), millis * 1e-3);
  }

  /// What was added since `before`, a part in `runs` of it.
  Garbage since(Garbage before, int runs) {
    return new Garbage((bytes - before.bytes) / runs, (seconds - before.seconds) / runs);
  }
}
