package dev.heed.kernel;

import static jdk.incubator.vector.VectorOperators.GT;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/// The additive score with a query in each lane: `tanh(q + k) = 1 - 2 r` with `r = 1 / (1 + e^2q
/// e^2k)`.
///
/// The exponentials are taken once a query and once a key, and units share a division: of `d` and
/// `e`, `1 / d = e / (d e)`. Pairs of a query and a key with a number that is too large for that
/// are left to [VectorTangentTiles], so that a result depends on its own pair alone.
final class VectorAdditiveTiles implements AdditiveTiles {
  private static final VectorSpecies<Float> SPECIES = VectorMath.SPECIES;
  private static final int LANES = SPECIES.length();
  private static final int QUERIES = QueryBlock.QUERIES;

  /// `1 + e^2x` of an `x` whose hyperbolic tangent is 1 in floats; the product of four is a float.
  private static final float MOST = 4e8f;

  /// What `v` times the product of three is a float for.
  private static final float LARGEST_V = 1e9f;

  private final AdditiveTiles large = new VectorTangentTiles();

  @Override
  public void score(QueryBlock block, Matrix keys, float[] v) {
    block.tile(keys);
    if (!areSmall(v)) {
      large.score(block, keys, v);
      return;
    }
    VectorAdditiveUnits units = new VectorAdditiveUnits(block, keys, v.length);
    units.fill(block, keys, v.length);
    float[] twice = new float[units.width];
    float all = 0;
    for (int a = 0; a < v.length; a++) {
      twice[a] = -2 * v[a];
      all += v[a];
    }
    for (int s = 0; s < block.keys; s++) {
      for (int lane = 0; lane < QUERIES; lane += LANES) {
        score(units.room, lane, units.key(s), twice, all, block.scores, s * QUERIES + lane);
      }
    }
    if (units.hasLarge()) {
      float[] small = block.scores.clone();
      large.score(block, keys, v);
      for (int n = 0; n < block.keys * QUERIES; n++) {
        boolean isLarge = units.isLarge(n % QUERIES, n / QUERIES);
        block.scores[n] = isLarge ? block.scores[n] : small[n];
      }
    }
  }

  private static boolean areSmall(float[] v) {
    for (float each : v) {
      if (!(Math.abs(each) <= LARGEST_V)) {
        return false;
      }
    }
    return true;
  }

  private static void score(
      float[] room, int lane, int key, float[] v, float all, float[] scores, int at) {
    FloatVector one = FloatVector.broadcast(SPECIES, 1f);
    FloatVector sum = FloatVector.broadcast(SPECIES, all);
    for (int a = 0; a < v.length; a += 4) {
      int query = a * QUERIES + lane;
      FloatVector d = FloatVector.fromArray(SPECIES, room, query);
      d = d.fma(FloatVector.broadcast(SPECIES, room[key + a]), one);
      d = d.blend(MOST, d.compare(GT, MOST));
      FloatVector e = FloatVector.fromArray(SPECIES, room, query + QUERIES);
      e = e.fma(FloatVector.broadcast(SPECIES, room[key + a + 1]), one);
      e = e.blend(MOST, e.compare(GT, MOST));
      FloatVector f = FloatVector.fromArray(SPECIES, room, query + 2 * QUERIES);
      f = f.fma(FloatVector.broadcast(SPECIES, room[key + a + 2]), one);
      f = f.blend(MOST, f.compare(GT, MOST));
      FloatVector g = FloatVector.fromArray(SPECIES, room, query + 3 * QUERIES);
      g = g.fma(FloatVector.broadcast(SPECIES, room[key + a + 3]), one);
      g = g.blend(MOST, g.compare(GT, MOST));
      FloatVector ofDe = e.fma(FloatVector.broadcast(SPECIES, v[a]), d.mul(v[a + 1]));
      FloatVector ofFg = g.fma(FloatVector.broadcast(SPECIES, v[a + 2]), f.mul(v[a + 3]));
      FloatVector de = d.mul(e);
      FloatVector fg = f.mul(g);
      sum = sum.add(ofDe.fma(fg, ofFg.mul(de)).div(de.mul(fg)));
    }
    sum.intoArray(scores, at);
  }

  @Override
  public void back(
      BackwardBlock block, Matrix keys, float[] v, Sums sums, KeyGradients collected, int first) {
    block.clearAbsent();
    if (!areSmall(v)) {
      large.back(block, keys, v, sums, collected, first);
      return;
    }
    VectorAdditiveUnits units = new VectorAdditiveUnits(block.block, keys, v.length);
    units.fill(block.block, keys, v.length);
    float[] given = units.hasLarge() ? block.gradients.clone() : block.gradients;
    if (units.hasLarge()) {
      keep(units, false, given, block.gradients);
    }
    for (int a = 0; a < v.length; a += 2) {
      for (int lane = 0; lane < QUERIES; lane += LANES) {
        back(units, lane, a, block.gradients);
        units.add(lane, a, v, sums);
      }
      units.collect(a, v, collected, first);
    }
    if (units.hasLarge()) {
      keep(units, true, given, block.gradients);
      large.back(block, keys, v, sums, collected, first);
      System.arraycopy(given, 0, block.gradients, 0, given.length);
    }
  }

  /// Leaves of the gradients those of pairs that are large, or of all others.
  private static void keep(
      VectorAdditiveUnits units, boolean large, float[] given, float[] gradients) {
    for (int n = 0; n < units.keys * QUERIES; n++) {
      gradients[n] = units.isLarge(n % QUERIES, n / QUERIES) == large ? given[n] : 0;
    }
  }

  /// What units `a` and `a + 1` of the queries in the lanes from `lane` on, of all keys and of `v`
  /// get.
  private static void back(VectorAdditiveUnits units, int lane, int a, float[] gradients) {
    float[] room = units.room;
    FloatVector one = FloatVector.broadcast(SPECIES, 1f);
    FloatVector query = FloatVector.fromArray(SPECIES, room, a * QUERIES + lane);
    FloatVector nextQuery = FloatVector.fromArray(SPECIES, room, (a + 1) * QUERIES + lane);
    FloatVector all = FloatVector.zero(SPECIES);
    FloatVector ofV = all;
    FloatVector ofNextV = all;
    FloatVector ofQuery = all;
    FloatVector ofNextQuery = all;
    for (int s = 0; s < units.keys; s++) {
      int key = units.key(s) + a;
      FloatVector d = query.fma(FloatVector.broadcast(SPECIES, room[key]), one);
      FloatVector e = nextQuery.fma(FloatVector.broadcast(SPECIES, room[key + 1]), one);
      FloatVector gradient = FloatVector.fromArray(SPECIES, gradients, s * QUERIES + lane);
      FloatVector inverse = one.div(d.mul(e));
      FloatVector r = inverse.mul(e);
      FloatVector nextR = inverse.mul(d);
      FloatVector share = gradient.mul(r);
      FloatVector nextShare = gradient.mul(nextR);
      all = all.add(gradient);
      ofV = ofV.add(share);
      ofNextV = ofNextV.add(nextShare);
      share = share.sub(share.mul(r));
      nextShare = nextShare.sub(nextShare.mul(nextR));
      ofQuery = ofQuery.add(share);
      ofNextQuery = ofNextQuery.add(nextShare);
      int at = units.shareOf(s);
      if (lane > 0) {
        share = share.add(FloatVector.fromArray(SPECIES, room, at));
        nextShare = nextShare.add(FloatVector.fromArray(SPECIES, room, at + LANES));
      }
      share.intoArray(room, at);
      nextShare.intoArray(room, at + LANES);
    }
    all.intoArray(room, units.sums);
    ofV.intoArray(room, units.sums + LANES);
    ofNextV.intoArray(room, units.sums + 2 * LANES);
    ofQuery.intoArray(room, units.sums + 3 * LANES);
    ofNextQuery.intoArray(room, units.sums + 4 * LANES);
  }
}
