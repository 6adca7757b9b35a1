package dev.heed.kernel;

import dev.heed.kernel.Workers.Task;
import dev.heed.tensor.HeedException;
import dev.heed.tensor.Workspace;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// The tasks of one [Workers#run]: which is next, how many are over, what went wrong.
///
/// Whoever comes takes the next task until none is left. The caller waits for tasks, never for
/// threads: a thread that comes late finds nothing to do in a job that nobody remembers.
final class Job {
  private static final Job NOTHING = new Job(0, (_, _) -> {});

  private final int tasks;
  private final Task task;
  private final Thread caller = Thread.currentThread();
  private final AtomicInteger next = new AtomicInteger();
  private final AtomicInteger over = new AtomicInteger();
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
  private volatile boolean callerIsAsleep;

  Job(int tasks, Task task) {
    this.tasks = tasks;
    this.task = task;
  }

  /// A job without tasks.
  static Job nothing() {
    return NOTHING;
  }

  boolean isOpen() {
    return next.get() < tasks;
  }

  /// Runs one task after another until none is left to begin.
  void drain(Workspace scratch) {
    int mine = 0;
    while (isOpen()) {
      int index = next.getAndIncrement();
      if (index >= tasks) {
        break;
      }
      mine++;
      if (failure.get() == null) {
        attempt(index, scratch);
      }
    }
    if (mine > 0 && over.addAndGet(mine) == tasks && callerIsAsleep) {
      LockSupport.unpark(caller);
    }
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
