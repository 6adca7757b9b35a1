package dev.heed.kernel;

import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.LT;
import static jdk.incubator.vector.VectorOperators.XOR;

import dev.heed.tensor.CounterRandom;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

/// What chance does, with a query in each lane: the bits of [CounterRandom] are drawn in ints, and
/// the sign of a difference is the mask.
final class VectorChanceTiles implements ChanceTiles {
  private static final VectorSpecies<Float> SPECIES = VectorMath.SPECIES;
  private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_PREFERRED;
  private static final int LANES = SPECIES.length();
  private static final int QUERIES = QueryBlock.QUERIES;
  private static final int NOTHING = Float.floatToRawIntBits(Float.NEGATIVE_INFINITY);

  @Override
  public void hide(QueryBlock block, RowDraws draws, int first) {
    block.beginHiding();
    for (int lane = 0; lane < QUERIES; lane += LANES) {
      hide(block.scores, lane, block.keys, block.visible, draws, first);
    }
  }

  private static void hide(
      float[] scores, int lane, int keys, int[] visible, RowDraws draws, int first) {
    IntVector one = IntVector.fromArray(INTS, draws.first, lane);
    IntVector other = IntVector.fromArray(INTS, draws.second, lane);
    int last = draws.threshold - 1;
    int others = ~((int) ((1L << LANES) - 1) << lane);
    for (int s = 0; s < keys; s++) {
      IntVector x = one.add(first + s);
      x = x.lanewise(XOR, x.lanewise(LSHR, 16)).mul(CounterRandom.FIRST);
      x = x.lanewise(XOR, x.lanewise(LSHR, 15)).mul(CounterRandom.SECOND);
      x = x.lanewise(XOR, x.lanewise(LSHR, 16)).lanewise(XOR, other);
      x = x.lanewise(XOR, x.lanewise(LSHR, 16)).mul(CounterRandom.FIRST);
      x = x.lanewise(XOR, x.lanewise(LSHR, 15)).mul(CounterRandom.SECOND);
      x = x.lanewise(XOR, x.lanewise(LSHR, 16));
      IntVector keeps = x.lanewise(LSHR, 8).neg().add(last).lanewise(ASHR, 31);
      int at = s * QUERIES + lane;
      IntVector score = FloatVector.fromArray(SPECIES, scores, at).reinterpretAsInts();
      score.and(keeps).or(keeps.not().and(NOTHING)).reinterpretAsFloats().intoArray(scores, at);
      visible[s] &= (int) keeps.compare(LT, 0).toLong() << lane | others;
    }
  }

  @Override
  public void drop(QueryBlock block, RowDraws draws, int first, float factor) {
    for (int lane = 0; lane < QUERIES; lane += LANES) {
      drop(block.scores, lane, block.keys, draws, first, factor);
    }
  }

  @Override
  public void drop(BackwardBlock block, RowDraws draws, int first, float factor) {
    for (int lane = 0; lane < QUERIES; lane += LANES) {
      drop(block.gradients, lane, block.block.keys, draws, first, factor);
    }
  }

  private static void drop(
      float[] numbers, int lane, int keys, RowDraws draws, int first, float factor) {
    IntVector one = IntVector.fromArray(INTS, draws.first, lane);
    IntVector other = IntVector.fromArray(INTS, draws.second, lane);
    int last = draws.threshold - 1;
    for (int s = 0; s < keys; s++) {
      IntVector x = one.add(first + s);
      x = x.lanewise(XOR, x.lanewise(LSHR, 16)).mul(CounterRandom.FIRST);
      x = x.lanewise(XOR, x.lanewise(LSHR, 15)).mul(CounterRandom.SECOND);
      x = x.lanewise(XOR, x.lanewise(LSHR, 16)).lanewise(XOR, other);
      x = x.lanewise(XOR, x.lanewise(LSHR, 16)).mul(CounterRandom.FIRST);
      x = x.lanewise(XOR, x.lanewise(LSHR, 15)).mul(CounterRandom.SECOND);
      x = x.lanewise(XOR, x.lanewise(LSHR, 16));
      IntVector keeps = x.lanewise(LSHR, 8).neg().add(last).lanewise(ASHR, 31);
      int at = s * QUERIES + lane;
      FloatVector.fromArray(SPECIES, numbers, at)
          .mul(factor)
          .reinterpretAsInts()
          .and(keeps)
          .reinterpretAsFloats()
          .intoArray(numbers, at);
    }
  }
}
