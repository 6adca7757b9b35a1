package dev.heed.kernel;

import static jdk.incubator.vector.VectorOperators.ABS;
import static jdk.incubator.vector.VectorOperators.LE;

import dev.heed.kernel.AdditiveTiles.Sums;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/// What [VectorAdditiveTiles] writes down of one tile, in the room of its block: `e^2q`, `[A][32]`,
/// `e^2k`, `[keys][A]`, what two units of each key get, `[keys][2][lanes]`, and five sums over the
/// keys, `[5][lanes]`: of the gradients, of those times `r` of the two units, and of those times `r
/// (1 - r)`. `A` is a multiple of four here, the units beyond those that there are zero.
final class VectorAdditiveUnits {
  private static final VectorSpecies<Float> SPECIES = VectorMath.SPECIES;
  private static final int LANES = SPECIES.length();
  private static final int QUERIES = QueryBlock.QUERIES;
  private static final int COLUMNS = ProductTile.COLUMNS;

  /// With a query and a key up to here `d = 1 + e^2q e^2k` is at most `e^68`, a float; and where a
  /// product `d e` of two is none any more, `1 / d` and `1 / e` are nothing beside 1.
  private static final float LARGEST = 17;

  final int keys;
  final int width;
  final int sums;
  final float[] room;
  private final int ofKeys;
  private final int shares;
  private final boolean[] largeKeys;
  private int largeQueries;
  private boolean hasLarge;

  VectorAdditiveUnits(QueryBlock block, Matrix keys, int hidden) {
    this.keys = keys.rows();
    this.width = (hidden + 3) / 4 * 4;
    this.ofKeys = width * QUERIES;
    this.shares = ofKeys + SPECIES.loopBound(this.keys * width + LANES - 1);
    this.sums = shares + 2 * this.keys * LANES;
    this.largeKeys = new boolean[this.keys];
    this.room = block.room(sums + 5 * LANES);
  }

  /// Where `e^2k` of key `s` stands.
  int key(int s) {
    return ofKeys + s * width;
  }

  /// Where what the two units of key `s` get stands.
  int shareOf(int s) {
    return shares + 2 * s * LANES;
  }

  /// Takes the exponentials, and notes whose numbers are too large for them, or none.
  void fill(QueryBlock block, Matrix matrix, int hidden) {
    int given = hidden * QUERIES;
    System.arraycopy(block.queries, 0, room, 0, given);
    Arrays.fill(room, given, shares, 0);
    for (int s = 0; s < keys; s++) {
      int row = matrix.offset() + s * matrix.rowStride();
      System.arraycopy(matrix.array(), row, room, key(s), hidden);
    }
    for (int at = 0; at < shares; at += LANES) {
      long large = large(room, at);
      if (large != 0) {
        note(at, large);
      }
      VectorMath.exp2(room, at);
    }
  }

  /// A bit for each number of a vector that is too large; makes exponents to base 2 of them.
  private static long large(float[] room, int at) {
    FloatVector x = FloatVector.fromArray(SPECIES, room, at);
    x.mul(2 * VectorMath.LOG2_E).intoArray(room, at);
    return x.lanewise(ABS).compare(LE, LARGEST).not().toLong();
  }

  /// Notes whose numbers these are, and has nothing in their place.
  private void note(int at, long large) {
    hasLarge = true;
    for (int n = at; n < at + LANES; n++) {
      if ((large >>> n - at & 1) != 0) {
        room[n] = 0;
        if (n < ofKeys) {
          largeQueries |= 1 << n % QUERIES;
        } else {
          largeKeys[(n - ofKeys) / width] = true;
        }
      }
    }
  }

  /// Whether some number is too large.
  boolean hasLarge() {
    return hasLarge;
  }

  /// Whether a number of this query or of this key is too large.
  boolean isLarge(int query, int key) {
    return largeKeys[key] || (largeQueries >>> query & 1) != 0;
  }

  /// Adds what the queries in the lanes from `lane` on, and `v`, get of units `a` and `a + 1`.
  void add(int lane, int a, float[] v, Sums to) {
    for (int unit = a; unit < Math.min(a + 2, v.length); unit++) {
      int from = sums + (1 + unit - a) * LANES;
      int at = unit * QUERIES + lane;
      for (int n = 0; n < LANES; n++) {
        to.v()[at + n] += room[sums + n] - 2 * room[from + n];
        to.queries()[at + n] += 4 * v[unit] * room[from + 2 * LANES + n];
      }
    }
  }

  /// Adds what units `a` and `a + 1` of each key get from all queries.
  void collect(int a, float[] v, KeyGradients collected, int first) {
    for (int unit = a; unit < Math.min(a + 2, v.length); unit++) {
      for (int s = 0; s < keys; s++) {
        float sum = sum(room, shareOf(s) + (unit - a) * LANES);
        int at = collected.key(unit / COLUMNS, first + s) + unit % COLUMNS;
        collected.array[at] += 4 * v[unit] * sum;
      }
    }
  }

  private static float sum(float[] numbers, int from) {
    float sum = 0;
    for (int n = from; n < from + LANES; n += 4) {
      sum += numbers[n] + numbers[n + 1] + (numbers[n + 2] + numbers[n + 3]);
    }
    return sum;
  }
}
