package dev.heed.serve;

import java.lang.System.Logger.Level;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/// A line of requests before the one thread that computes, of bounded length.
final class ComputeQueue implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger("dev.heed.serve");

  private final ThreadPoolExecutor thread;
  private final int limit;

  ComputeQueue(int limit) {
    this.limit = limit;
    this.thread =
        new ThreadPoolExecutor(
            1,
            1,
            0,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(limit),
            work -> {
              Thread made = new Thread(work, "heed-studio");
              made.setDaemon(true);
              return made;
            });
  }

  /// Lets `work` wait for its turn.
  ///
  /// @return the ticket with which it leaves the line
  Runnable submit(Runnable work) {
    try {
      thread.execute(work);
      return () -> thread.remove(work);
    } catch (RejectedExecutionException e) {
      throw new RefusedException(
          503, "studio: %d requests wait already; try again in a moment".formatted(limit));
    }
  }

  int waiting() {
    return thread.getQueue().size();
  }

  /// Leaves out what waits, and returns when what is being computed has ended.
  @Override
  public void close() {
    thread.shutdownNow();
    try {
      while (!thread.awaitTermination(1, TimeUnit.MINUTES)) {
        LOG.log(Level.WARNING, "a request is still being computed");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
