package dev.heed.kernel;

import dev.heed.tensor.Workspace;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/// A fixed number of threads that divide tasks among themselves; the calling thread is one of them.
///
/// How work is cut into tasks depends on shapes alone, and each task writes numbers that no other task writes, so
/// results are bit-identical for any number of threads.
public final class Workers implements AutoCloseable {
  /// One of the tasks of a [#run].
  @FunctionalInterface
  public interface Task {
    /// @param index which task, from 0
    /// @param scratch memory of the executing thread, released when the task returns
    void run(int index, Workspace scratch);
  }

  private final List<Workspace> scratch = new ArrayList<>();
  private final ExecutorService pool;

  private Workers(int threads) {
    for (int i = 0; i < threads; i++) {
      scratch.add(new Workspace());
    }
    pool = Executors.newFixedThreadPool(Math.max(1, threads - 1), Thread.ofPlatform().daemon().name("heed-", 1).factory());
  }

  public static Workers of(int threads) {
    if (threads < 1) {
      throw new IllegalArgumentException("workers: %d threads; at least 1 is needed".formatted(threads));
    }
    return new Workers(threads);
  }

  public int threads() {
    return scratch.size();
  }

  /// Runs tasks `0` to `tasks - 1` and returns when all are done; what a task throws is thrown here.
  public synchronized void run(int tasks, Task task) {
    int threads = Math.min(threads(), tasks);
    AtomicInteger next = new AtomicInteger();
    AtomicReference<Throwable> failure = new AtomicReference<>();
    CountDownLatch others = new CountDownLatch(Math.max(0, threads - 1));
    for (int thread = 1; thread < threads; thread++) {
      Workspace own = scratch.get(thread);
      pool.execute(
          () -> {
            try {
              drain(next, tasks, task, own, failure);
            } finally {
              others.countDown();
            }
          });
    }
    drain(next, tasks, task, scratch.getFirst(), failure);
    awaitAll(others);
    Throwable thrown = failure.get();
    if (thrown instanceof RuntimeException exception) {
      throw exception;
    }
    if (thrown instanceof Error error) {
      throw error;
    }
  }

  private static void drain(
      AtomicInteger next, int tasks, Task task, Workspace own, AtomicReference<Throwable> failure) {
    for (int index = next.getAndIncrement(); index < tasks && failure.get() == null; index = next.getAndIncrement()) {
      Workspace.Mark mark = own.mark();
      try {
        task.run(index, own);
      } catch (RuntimeException | Error thrown) {
        failure.compareAndSet(null, thrown);
      } finally {
        own.release(mark);
      }
    }
  }

  private static void awaitAll(CountDownLatch latch) {
    boolean interrupted = false;
    while (true) {
      try {
        latch.await();
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    pool.shutdownNow();
  }
}
