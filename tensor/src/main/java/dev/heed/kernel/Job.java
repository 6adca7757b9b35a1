package dev.heed.kernel;

import dev.heed.kernel.Workers.Task;
import dev.heed.tensor.HeedException;
import dev.heed.tensor.Workspace;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// The tasks of one [Workers#run]: which is next, how many are over, what went wrong.
///
/// Tasks are cut into shares of neighbours, one a thread. A thread begins with its own share, so
/// that from job to job it mostly meets what lies in its own cache, and helps with the others' when
/// it is through. The caller waits for tasks, never for threads: a thread that comes late finds
/// nothing to do in a job that nobody remembers.
final class Job {
  private static final Job NOTHING = new Job(0, 1, (_, _) -> {});

  private final int tasks;
  private final Task task;
  private final Thread caller = Thread.currentThread();
  private final AtomicIntegerArray next;
  private final AtomicInteger over = new AtomicInteger();
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
  private volatile boolean callerIsAsleep;

  Job(int tasks, int shares, Task task) {
    this.tasks = tasks;
    this.task = task;
    next = new AtomicIntegerArray(shares);
    for (int share = 1; share < shares; share++) {
      next.set(share, end(share - 1));
    }
  }

  private int end(int share) {
    return (int) ((share + 1L) * tasks / next.length());
  }

  /// A job without tasks.
  static Job nothing() {
    return NOTHING;
  }

  boolean isOpen() {
    for (int share = 0; share < next.length(); share++) {
      if (isOpen(share)) {
        return true;
      }
    }
    return false;
  }

  private boolean isOpen(int share) {
    return next.get(share) < end(share);
  }

  /// Runs one task after another until none is left to begin; those of share `own` first.
  void drain(int own, Workspace scratch) {
    int mine = 0;
    for (int i = 0; i < next.length(); i++) {
      mine += drainShare((own + i) % next.length(), scratch);
    }
    if (mine > 0 && over.addAndGet(mine) == tasks && callerIsAsleep) {
      LockSupport.unpark(caller);
    }
  }

  private int drainShare(int share, Workspace scratch) {
    int mine = 0;
    while (isOpen(share)) {
      int index = next.getAndIncrement(share);
      if (index >= end(share)) {
        break;
      }
      mine++;
      if (failure.get() == null) {
        attempt(index, scratch);
      }
    }
    return mine;
  }

  private void attempt(int index, Workspace scratch) {
    try {
      Workers.runOne(index, task, scratch);
    } catch (Throwable thrown) {
      failure.compareAndSet(null, thrown);
    }
  }

  /// Waits until the tasks that others began are over.
  void await() {
    long until = System.nanoTime() + Workers.SPIN_NANOS;
    boolean interrupted = false;
    while (over.get() < tasks) {
      Thread.onSpinWait();
      if (System.nanoTime() > until) {
        callerIsAsleep = true;
        if (over.get() < tasks) {
          LockSupport.park(this);
        }
        interrupted |= Thread.interrupted();
      }
    }
    if (interrupted) {
      caller.interrupt();
    }
  }

  /// Throws what a task threw.
  void rethrow() {
    Throwable thrown = failure.get();
    if (thrown instanceof RuntimeException exception) {
      throw exception;
    }
    if (thrown instanceof Error error) {
      throw error;
    }
    if (thrown != null) {
      throw new HeedException("workers: a task threw a checked exception", thrown);
    }
  }
}
