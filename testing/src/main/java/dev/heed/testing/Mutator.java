package dev.heed.testing;

import java.util.Arrays;
import java.util.List;
import java.util.Random;

/// Damages good inputs in the ways that files get damaged: flipped bits, cut ends, spliced pieces,
/// numbers at the edge of their range, and pure noise. The same seed gives the same inputs.
///
/// A fuzz test runs for [#seconds], and `-Dheed.fuzz.seconds=3600` makes that a long run;
/// `-Dheed.fuzz.seed` chooses the seed.
public final class Mutator {
  private static final long[] EDGES = {
    0,
    1,
    -1,
    0x7f,
    0x80,
    0xff,
    0x7fff,
    0xffff,
    Integer.MAX_VALUE,
    Integer.MIN_VALUE,
    1L << 32,
    1L << 60,
    Long.MAX_VALUE,
    Long.MIN_VALUE
  };

  private final Random random;
  private final List<byte[]> good;

  /// @param good inputs to start from, at least one
  public Mutator(long seed, List<byte[]> good) {
    this.random = new Random(seed);
    this.good = List.copyOf(good);
  }

  /// How long a fuzz test should run: two seconds, or `-Dheed.fuzz.seconds`.
  public static long seconds() {
    return Long.getLong("heed.fuzz.seconds", 2);
  }

  /// The seed to use: 1, or `-Dheed.fuzz.seed`.
  public static long seed() {
    return Long.getLong("heed.fuzz.seed", 1);
  }

  /// The next damaged input.
  public byte[] next() {
    byte[] bytes = good.get(random.nextInt(good.size())).clone();
    int times = 1 + random.nextInt(3);
    for (int i = 0; i < times; i++) {
      bytes = damage(bytes);
    }
    return bytes;
  }

  private byte[] damage(byte[] bytes) {
    if (bytes.length == 0) {
      return noise(random.nextInt(64));
    }
    return switch (random.nextInt(8)) {
      case 0, 1 -> flip(bytes);
      case 2, 3 -> edge(bytes);
      case 4 -> Arrays.copyOf(bytes, random.nextInt(bytes.length));
      case 5 -> splice(bytes);
      case 6 -> repeat(bytes);
      default -> random.nextInt(8) == 0 ? noise(random.nextInt(4096)) : overwrite(bytes);
    };
  }

  private byte[] flip(byte[] bytes) {
    for (int i = 0; i <= random.nextInt(4); i++) {
      bytes[near(bytes.length)] ^= (byte) (1 << random.nextInt(8));
    }
    return bytes;
  }

  private byte[] edge(byte[] bytes) {
    long value = EDGES[random.nextInt(EDGES.length)];
    int at = near(bytes.length);
    int width = 1 << random.nextInt(4);
    for (int i = 0; i < width && at + i < bytes.length; i++) {
      bytes[at + i] = (byte) (value >> 8 * i);
    }
    return bytes;
  }

  private byte[] overwrite(byte[] bytes) {
    int at = near(bytes.length);
    byte[] noise = noise(Math.min(1 + random.nextInt(16), bytes.length - at));
    System.arraycopy(noise, 0, bytes, at, noise.length);
    return bytes;
  }

  /// The front of one input and the end of another.
  private byte[] splice(byte[] bytes) {
    byte[] other = good.get(random.nextInt(good.size()));
    int keep = random.nextInt(bytes.length);
    int from = random.nextInt(other.length + 1);
    byte[] spliced = Arrays.copyOf(bytes, keep + other.length - from);
    System.arraycopy(other, from, spliced, keep, other.length - from);
    return spliced;
  }

  /// A piece of the input stands twice.
  private byte[] repeat(byte[] bytes) {
    int from = near(bytes.length);
    int to = Math.min(bytes.length, from + 1 + random.nextInt(64));
    byte[] repeated = Arrays.copyOf(bytes, bytes.length + to - from);
    System.arraycopy(bytes, from, repeated, to, bytes.length - from);
    return repeated;
  }

  private byte[] noise(int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }

  /// A place, more often near the front, where headers are.
  private int near(int length) {
    return random.nextBoolean() ? random.nextInt(length) : random.nextInt(Math.min(length, 128));
  }
}
