package dev.heed.tensor;

/// Random bits by their number: a pure function of a seed, a stream and an index, without any
/// state, so that what is drawn does not depend on the order, the tiling or the threads of whoever
/// draws, and can be drawn again.
///
/// Two rounds of a 32-bit mixer whose bias was minimised by search ([Wellons
/// 2018](https://nullprogram.com/blog/2018/07/31/)); made for dropout and shuffling, not for
/// secrets. It takes multiplications, shifts and exclusive-ors of ints alone, which every vector
/// unit has.
///
/// @param first one half of the key of the stream
/// @param second the other half
public record CounterRandom(int first, int second) {
  /// The factors of [#mix]; public so that kernels can state what their lanes compute.
  public static final int FIRST = 0x7feb352d;

  public static final int SECOND = 0x846ca68b;

  private static final float STEP = 0x1p-24f;

  /// The generator of a seed.
  public static CounterRandom of(long seed) {
    return new CounterRandom((int) seed, (int) (seed >>> 32)).stream(0);
  }

  /// A stream of its own for `number`: the bits of two streams have nothing to do with each other.
  public CounterRandom stream(long number) {
    int low = (int) number;
    int high = (int) (number >>> 32);
    int one = mix(mix(low ^ first) + mix(high + 0x9e3779b9) + second);
    int other = mix(mix(low + second) ^ mix(high ^ 0x85ebca6b) ^ Integer.rotateLeft(first, 16));
    return new CounterRandom(one, other);
  }

  /// 32 random bits.
  public int bits(int index) {
    return mix(mix(index + first) ^ second);
  }

  /// A number from 0 (inclusive) to 1 (exclusive), of 24 bits.
  public float uniform(int index) {
    return (bits(index) >>> 8) * STEP;
  }

  /// A number from 0 to `bound - 1`; exactly even up to a part in 2³² of `bound`.
  public int below(int bound, int index) {
    if (bound < 1) {
      throw new HeedException("random: a number below %d; at least 1 fits".formatted(bound));
    }
    return (int) ((bits(index) & 0xffff_ffffL) * bound >>> 32);
  }

  /// A number of the standard normal distribution, [Box and Muller
  /// 1958](https://doi.org/10.1214/aoms/1177706645); uses indices `2 * index` and the next.
  public double normal(int index) {
    double radius = 1 - ((bits(2 * index) >>> 1) + 0.5) * 0x1p-31;
    double turn = (bits(2 * index + 1) >>> 1) * 0x1p-31;
    return Math.sqrt(-2 * Math.log(radius)) * Math.cos(2 * Math.PI * turn);
  }

  /// The mixer: a bijection of 32 bits. Public so that kernels can state what their lanes compute.
  public static int mix(int bits) {
    int x = bits;
    x ^= x >>> 16;
    x *= FIRST;
    x ^= x >>> 15;
    x *= SECOND;
    x ^= x >>> 16;
    return x;
  }
}
