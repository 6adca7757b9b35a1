package dev.heed.kernel;

import dev.heed.tensor.HeedException;
import dev.heed.tensor.Workspace;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

/// A fixed number of threads that divide tasks among themselves; the calling thread is one of them.
///
/// Each task writes numbers that no other task writes, in an order of its own, so results are
/// bit-identical for any number of threads. Several threads may share workers: while one runs on
/// all of them, the others, and whoever calls [#run] inside a task, work alone. Nobody waits for a
/// thread that has not begun a task.
public final class Workers implements AutoCloseable {
  /// One of the tasks of a [#run].
  @FunctionalInterface
  public interface Task {
    /// @param index which task, from 0
    /// @param scratch memory of the executing thread, released when the task returns
    void run(int index, Workspace scratch);
  }

  /// How long a thread that waits stays awake: longer than the pause between two products of one
  /// token, too short to be seen on an idle machine.
  static final long SPIN_NANOS = 60_000;

  private static final int SPINS_A_GLANCE_AT_THE_CLOCK = 16;

  private final Helper[] helpers;
  private final AtomicBoolean shared = new AtomicBoolean();
  private final ConcurrentLinkedDeque<Workspace> workspaces = new ConcurrentLinkedDeque<>();
  private final AtomicReference<float[]> spare = new AtomicReference<>(new float[0]);
  private volatile Job latest = Job.nothing();
  private volatile boolean closed;

  private Workers(int threads) {
    helpers = new Helper[threads - 1];
    for (int i = 0; i < helpers.length; i++) {
      helpers[i] = new Helper(i + 1);
    }
  }

  public static Workers of(int threads) {
    if (threads < 1) {
      throw new HeedException("workers: %d threads; at least 1 is needed".formatted(threads));
    }
    Workers workers = new Workers(threads);
    for (Helper helper : workers.helpers) {
      helper.thread.start();
    }
    return workers;
  }

  public int threads() {
    return helpers.length + 1;
  }

  /// Runs tasks `0` to `tasks - 1` and returns when all are done; the first thing a task throws is
  /// thrown here, and tasks that had not begun then are left out.
  public void run(int tasks, Task task) {
    if (closed) {
      throw new HeedException(
          "workers: run of %d tasks after close; open workers are needed".formatted(tasks));
    }
    Workspace scratch = takeWorkspace();
    try {
      if (tasks > 1 && helpers.length > 0 && shared.compareAndSet(false, true)) {
        runShared(tasks, task, scratch);
      } else {
        for (int index = 0; index < tasks; index++) {
          runOne(index, task, scratch);
        }
      }
    } finally {
      workspaces.addFirst(scratch);
    }
  }

  private void runShared(int tasks, Task task, Workspace scratch) {
    try {
      int wanted = Math.min(helpers.length, tasks - 1);
      Job job = new Job(tasks, wanted + 1, task);
      latest = job;
      for (int i = 0; i < wanted; i++) {
        helpers[i].wake();
      }
      job.drain(0, scratch);
      job.await();
      job.rethrow();
    } finally {
      latest = Job.nothing();
      shared.set(false);
    }
  }

  static void runOne(int index, Task task, Workspace scratch) {
    Workspace.Mark mark = scratch.mark();
    try {
      task.run(index, scratch);
    } finally {
      scratch.release(mark);
    }
  }

  private Workspace takeWorkspace() {
    Workspace kept = workspaces.pollFirst();
    return kept == null ? new Workspace() : kept;
  }

  /// Uncleared memory for all tasks of several runs, at least `floats` long; to be handed to
  /// [#giveBack].
  float[] borrow(int floats) {
    float[] kept = spare.getAndSet(new float[0]);
    return kept.length >= floats ? kept : new float[floats];
  }

  void giveBack(float[] borrowed) {
    spare.set(borrowed);
  }

  /// Ends the threads. A run in progress is finished by its caller.
  @Override
  public void close() {
    closed = true;
    for (Helper helper : helpers) {
      LockSupport.unpark(helper.thread);
    }
  }

  /// A thread of the pool: looks for the latest job, awake for a while, then asleep.
  private final class Helper implements Runnable {
    final int number;
    final Thread thread;
    final Workspace scratch = new Workspace();
    volatile boolean asleep;

    Helper(int number) {
      this.number = number;
      thread = Thread.ofPlatform().daemon().name("heed-" + number).unstarted(this);
    }

    void wake() {
      if (asleep) {
        asleep = false;
        LockSupport.unpark(thread);
      }
    }

    @Override
    public void run() {
      while (!closed) {
        awaitOpenJob().drain(number, scratch);
      }
    }

    private Job awaitOpenJob() {
      long until = System.nanoTime() + SPIN_NANOS;
      for (int spins = 1; ; spins++) {
        Job job = latest;
        if (job.isOpen() || closed) {
          return job;
        }
        Thread.onSpinWait();
        if (spins % SPINS_A_GLANCE_AT_THE_CLOCK == 0 && System.nanoTime() > until) {
          sleep();
          until = System.nanoTime() + SPIN_NANOS;
        }
      }
    }

    private void sleep() {
      asleep = true;
      while (asleep && !closed && !latest.isOpen()) {
        LockSupport.park(this);
      }
      asleep = false;
    }
  }
}
