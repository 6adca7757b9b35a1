package dev.heed.data;

import dev.heed.tensor.CounterRandom;

/// Batches that go through all of the data before anything comes again: windows without overlap, in
/// an order that is drawn for each epoch.
///
/// Tokens that do not fill a last window are left out at the beginning or the end, how many at
/// which is drawn for each epoch. A batch may end one epoch and begin the next, so that every batch
/// is full. Any window of any epoch is found without those before it, by a permutation that is
/// computed and not stored.
public final class Epochs implements Batches {
  private final Windows windows;
  private final CounterRandom random;

  private Epochs(Windows windows, CounterRandom random) {
    this.windows = windows;
    this.random = random;
  }

  /// Windows of `shape` from `data`, which must be longer than one of them.
  public static Epochs of(TokenData data, BatchShape shape, CounterRandom random) {
    return new Epochs(new Windows(data, shape, Packing.IGNORED), random);
  }

  /// The same windows that say what documents they cut through.
  public Epochs packed(Packing packing) {
    return new Epochs(new Windows(windows.data(), windows.shape(), packing), random);
  }

  /// How many windows an epoch has.
  public long perEpoch() {
    return (windows.data().size() - 1) / windows.shape().length();
  }

  /// How many steps go through the data so many times, rounded up.
  public long steps(int epochs) {
    return Math.ceilDiv(Math.multiplyExact(perEpoch(), epochs), windows.shape().rows());
  }

  @Override
  public Batch batch(long step) {
    long first = Math.multiplyExact(step, (long) windows.shape().rows());
    return windows.batch(row -> start(first + row));
  }

  private long start(long window) {
    long count = perEpoch();
    CounterRandom epoch = random.stream(window / count);
    long rest = (windows.data().size() - 1) % windows.shape().length();
    long shift = LongDraw.below(rest + 1, epoch.stream(1), 0);
    Permutation order = new Permutation(count, epoch.stream(0));
    return shift + order.at(window % count) * windows.shape().length();
  }
}
