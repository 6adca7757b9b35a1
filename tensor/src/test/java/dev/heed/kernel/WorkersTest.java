package dev.heed.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heed.tensor.HeedException;
import dev.heed.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class WorkersTest {
  @Test
  void run_anyNumberOfThreadsAndTasks_runsEachTaskOnce() {
    for (int threads : new int[] {1, 2, 3, 5}) {
      try (Workers workers = Workers.of(threads)) {
        for (int tasks : new int[] {0, 1, 2, 3, 7, 1000}) {
          AtomicIntegerArray counts = new AtomicIntegerArray(tasks + 1);
          workers.run(tasks, (index, _) -> counts.incrementAndGet(index));
          for (int i = 0; i < tasks; i++) {
            assertThat(counts.get(i)).isEqualTo(1);
          }
        }
      }
    }
  }

  @Test
  void run_tasksThatWaitForEachOther_runOnSeveralThreads() {
    try (Workers workers = Workers.of(3)) {
      CountDownLatch together = new CountDownLatch(3);
      workers.run(
          3,
          (_, _) -> {
            together.countDown();
            await(together);
          });
      assertThat(together.getCount()).isZero();
    }
  }

  /// A thread that is idle burns no time: it parks, and is woken.
  @Test
  void run_afterALongPause_wakesTheThreads() {
    try (Workers workers = Workers.of(2)) {
      for (int i = 0; i < 20; i++) {
        Set<Thread> helpers = helpers(workers, 2);
        assertThat(helpers).hasSize(1);
        awaitParked(helpers.iterator().next());
      }
    }
  }

  /// The threads besides the caller's that ran tasks of which each waits for all others.
  private static Set<Thread> helpers(Workers workers, int threads) {
    Set<Thread> seen = ConcurrentHashMap.newKeySet();
    CountDownLatch together = new CountDownLatch(threads);
    workers.run(
        threads,
        (_, _) -> {
          seen.add(Thread.currentThread());
          together.countDown();
          await(together);
        });
    seen.remove(Thread.currentThread());
    return seen;
  }

  private static void awaitParked(Thread thread) {
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (thread.getState() != Thread.State.WAITING && System.nanoTime() < until) {
      Thread.onSpinWait();
    }
    assertThat(thread.getState()).isEqualTo(Thread.State.WAITING);
  }

  @Test
  void run_taskThrows_throwsTheSameAndGoesOnWorking() {
    try (Workers workers = Workers.of(3)) {
      for (int round = 0; round < 200; round++) {
        int bad = round % 17;
        assertThatThrownBy(() ->
                workers.run(
                    17,
                    (index, _) -> {
                      if (index == bad) {
                        throw new IllegalStateException("task " + index);
                      }
                    }))
            .isInstanceOf(IllegalStateException.class)
            .hasMessage("task " + bad);
      }
      AtomicInteger sum = new AtomicInteger();
      workers.run(10, (index, _) -> sum.addAndGet(index));
      assertThat(sum).hasValue(45);
    }
  }

  @Test
  void run_oneTaskThrows_throwsTheSame() {
    try (Workers workers = Workers.of(2)) {
      assertThatThrownBy(() ->
              workers.run(
                  1,
                  (_, _) -> {
                    throw new AssertionError("alone");
                  }))
          .isInstanceOf(AssertionError.class)
          .hasMessage("alone");
    }
  }

  @Test
  void run_insideATask_worksAlone() {
    try (Workers workers = Workers.of(2)) {
      AtomicInteger count = new AtomicInteger();
      workers.run(5, (_, _) -> workers.run(7, (_, _) -> count.incrementAndGet()));
      assertThat(count).hasValue(35);
    }
  }

  @Test
  void run_scratch_isReleasedAfterEachTask() {
    try (Workers workers = Workers.of(2)) {
      Set<float[]> arrays = ConcurrentHashMap.newKeySet();
      workers.run(
          1000,
          (_, scratch) -> {
            Tensor taken = scratch.take(1000);
            arrays.add(taken.array());
            assertThat(taken.offset()).isZero();
          });
      assertThat(arrays).hasSizeLessThanOrEqualTo(2);
    }
  }

  @Test
  void run_afterClose_isANamedError() {
    Workers workers = Workers.of(2);
    workers.close();
    workers.close();

    assertThatThrownBy(() -> workers.run(3, (_, _) -> {}))
        .isInstanceOf(HeedException.class)
        .hasMessageContaining("after close")
        .hasMessageContaining("3 tasks");
  }

  @Test
  void close_whileIdle_endsTheThreads() throws Exception {
    Set<Thread> seen;
    try (Workers workers = Workers.of(3)) {
      seen = helpers(workers, 3);
    }
    assertThat(seen).hasSize(2);
    for (Thread thread : seen) {
      thread.join(5000);
      assertThat(thread.isAlive()).isFalse();
    }
  }

  @Test
  void of_noThreads_saysHowManyAreNeeded() {
    assertThatThrownBy(() -> Workers.of(0))
        .isInstanceOf(HeedException.class)
        .hasMessage("workers: 0 threads; at least 1 is needed");
  }

  @Test
  void run_manyCallersPausesNestingAndFailures_losesNothing() throws Exception {
    try (Workers workers = Workers.of(3);
        var callers = Executors.newFixedThreadPool(4)) {
      List<Callable<Integer>> jobs = new ArrayList<>();
      for (int caller = 0; caller < 4; caller++) {
        int seed = caller;
        jobs.add(() -> hammer(workers, new Random(seed), System.nanoTime() + 1_500_000_000L));
      }
      for (Future<Integer> result : callers.invokeAll(jobs)) {
        assertThat(result.get()).isPositive();
      }
    }
  }

  private static int hammer(Workers workers, Random random, long until) {
    int rounds = 0;
    for (; System.nanoTime() < until; rounds++) {
      int tasks = random.nextInt(40);
      int bad = random.nextInt(400);
      AtomicInteger count = new AtomicInteger();
      try {
        workers.run(
            tasks,
            (index, _) -> {
              if (index == bad) {
                throw new IllegalStateException("task " + index);
              }
              if (index % 13 == 5) {
                workers.run(3, (_, _) -> count.addAndGet(100));
              }
              count.incrementAndGet();
            });
        int nested = (tasks + 7) / 13;
        assertThat(count).hasValue(tasks + 300 * nested);
      } catch (IllegalStateException e) {
        assertThat(e).hasMessage("task " + bad);
      }
      pause(random.nextInt(100));
    }
    return rounds;
  }

  private static void pause(int micros) {
    if (micros % 5 == 0) {
      java.util.concurrent.locks.LockSupport.parkNanos(micros * 1000L);
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
