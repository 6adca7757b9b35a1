package dev.heed.cli;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// Lets a command that is interrupted (Ctrl-C, or the end of the session) finish what it does: the
/// JVM ends when the command closes this, with the exit code of the signal.
final class Interrupt implements AutoCloseable {
  private static final long LONGEST_WAIT_MINUTES = 10;

  private final CountDownLatch done = new CountDownLatch(1);
  private final Thread hook = new Thread(this::await, "heed-interrupt");
  private volatile boolean asked;

  private Interrupt() {}

  /// Listens from now on until it is closed.
  static Interrupt listen() {
    Interrupt interrupt = new Interrupt();
    Runtime.getRuntime().addShutdownHook(interrupt.hook);
    return interrupt;
  }

  /// Whether the command is to end soon.
  boolean asked() {
    return asked;
  }

  private void await() {
    asked = true;
    try {
      boolean ended = done.await(LONGEST_WAIT_MINUTES, TimeUnit.MINUTES);
      if (!ended) {
        System.getLogger("dev.heed.cli")
            .log(System.Logger.Level.WARNING, "did not end in {0} minutes", LONGEST_WAIT_MINUTES);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    done.countDown();
    if (!asked) {
      try {
        Runtime.getRuntime().removeShutdownHook(hook);
      } catch (IllegalStateException e) {
        // the JVM ends at this very moment, which is what the hook waited for
        asked = true;
      }
    }
  }
}
