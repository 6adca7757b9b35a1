package dev.heed.attention.expression;

import java.util.Arrays;
import java.util.Random;

/// The language's definition, one place at a time, and a generator of expressions.
public final class Pointwise {
  private Pointwise() {}

  /// A place of the map.
  public record At(
      int i, int j, int docQ, int docK, int index, int length, int head, boolean given) {}

  /// What is given in tests of expressions: runs of a hash, so that tiles are full, empty and
  /// mixed.
  public static boolean isGiven(int h, int t, int s) {
    int hash = (h * 31 + t / 3) * 31 + s / 5;
    return (hash * 0x9e3779b1 >>> 28) < 7;
  }

  public static boolean isTrue(Truth truth, At at) {
    return switch (truth) {
      case Truth.Constant(boolean value) -> value;
      case Truth.Causal _ -> at.j <= at.i;
      case Truth.Window(int width) -> Math.abs((long) at.i - at.j) < width;
      case Truth.Global(int count) -> at.i < count || at.j < count;
      case Truth.Prefix(int length) -> at.j < length;
      case Truth.Chunk(int size) -> Math.floorDiv(at.i, size) == Math.floorDiv(at.j, size);
      case Truth.Dilated(int step) -> Math.floorMod((long) at.i - at.j, step) == 0;
      case Truth.Previous(int size) -> Math.floorDiv(at.j, size) == Math.floorDiv(at.i, size) - 1;
      case Truth.Strided(int step) ->
          Math.abs((long) at.i - at.j) < step || Math.floorMod((long) at.i - at.j, step) == 0;
      case Truth.Fixed(int size, int count) ->
          Math.floorDiv(at.j, size) == Math.floorDiv(at.i, size)
              || Math.floorMod(at.j, size) >= size - count;
      case Truth.RandomBlocks random -> isDrawn(random, at);
      case Truth.Grid(int width, int radius) ->
          Math.abs((long) Math.floorDiv(at.i, width) - Math.floorDiv(at.j, width)) <= radius
              && Math.abs(Math.floorMod(at.i, width) - Math.floorMod(at.j, width)) <= radius;
      case Truth.Document _ -> at.docQ == at.docK;
      case Truth.Padding _ -> at.index < at.length;
      case Truth.Front(int count) -> at.index < count;
      case Truth.Given _ -> at.given;
      case Truth.Comparison(var relation, Numeric left, Numeric right) ->
          relation.test(number(left, at), number(right, at));
      case Truth.Not(Truth operand) -> !isTrue(operand, at);
      case Truth.And(var operands) -> operands.stream().allMatch(o -> isTrue(o, at));
      case Truth.Or(var operands) -> operands.stream().anyMatch(o -> isTrue(o, at));
    };
  }

  private static boolean isDrawn(Truth.RandomBlocks random, At at) {
    int[] drawn = new int[random.count()];
    int count = random.draw(Math.floorDiv(at.i, random.size()), drawn);
    int block = Math.floorDiv(at.j, random.size());
    return Arrays.stream(drawn, 0, count).anyMatch(one -> one == block);
  }

  static double number(Numeric number, At at) {
    return switch (number) {
      case Numeric.Literal(double value) -> value;
      case Numeric.Symbol.I -> at.i;
      case Numeric.Symbol.J -> at.j;
      case Numeric.Symbol.H -> at.head;
      case Numeric.Symbol.DOC_Q -> at.docQ;
      case Numeric.Symbol.DOC_K -> at.docK;
      case Numeric.Symbol.S -> throw new AssertionError("no score in a mask");
      case Numeric.Parameter _ -> throw new AssertionError("no parameters here");
      case Numeric.Unary(var function, Numeric operand) -> function.apply(number(operand, at));
      case Numeric.Binary(var function, Numeric left, Numeric right) ->
          function.apply(number(left, at), number(right, at));
      case Numeric.Choice(Truth condition, Numeric then, Numeric otherwise) ->
          number(isTrue(condition, at) ? then : otherwise, at);
    };
  }

  /// What a random expression may read.
  public enum Reads {
    POSITIONS,
    EVERYTHING
  }

  /// A random mask of at most `depth` levels.
  public static Truth truth(Random random, int depth, Reads reads) {
    if (depth <= 1 || random.nextInt(4) == 0) {
      return named(random, reads);
    }
    return switch (random.nextInt(5)) {
      case 0 -> new Truth.Not(truth(random, depth - 1, reads));
      case 1 ->
          new Truth.And(
              java.util.List.of(truth(random, depth - 1, reads), truth(random, depth - 1, reads)));
      case 2 ->
          new Truth.Or(
              java.util.List.of(truth(random, depth - 1, reads), truth(random, depth - 1, reads)));
      case 3 ->
          new Truth.Comparison(
              pick(random, Truth.Comparison.Relation.values()),
              numeric(random, depth - 1, reads),
              numeric(random, depth - 1, reads));
      default -> named(random, reads);
    };
  }

  private static Truth named(Random random, Reads reads) {
    return switch (random.nextInt(reads == Reads.EVERYTHING ? 15 : 12)) {
      case 0 -> new Truth.Causal();
      case 1 -> new Truth.Window(random.nextInt(30));
      case 2 -> new Truth.Global(random.nextInt(8) - 2);
      case 3 ->
          random.nextBoolean()
              ? new Truth.Prefix(random.nextInt(40) - 5)
              : new Truth.Front(random.nextInt(40) - 5);
      case 4 -> new Truth.Chunk(1 + random.nextInt(12));
      case 5 -> new Truth.Dilated(1 + random.nextInt(5));
      case 6 -> new Truth.Constant(random.nextBoolean());
      case 7 -> new Truth.Previous(1 + random.nextInt(12));
      case 8 -> new Truth.Strided(1 + random.nextInt(9));
      case 9 -> {
        int size = 1 + random.nextInt(12);
        yield new Truth.Fixed(size, 1 + random.nextInt(size));
      }
      case 10 ->
          new Truth.RandomBlocks(
              1 + random.nextInt(3), 1 + random.nextInt(20), random.nextInt(9), random.nextInt(8));
      case 11 -> new Truth.Grid(1 + random.nextInt(30), random.nextInt(4));
      case 12 -> new Truth.Document();
      case 13 -> new Truth.Given();
      default -> new Truth.Padding();
    };
  }

  static Numeric numeric(Random random, int depth, Reads reads) {
    if (depth <= 1 || random.nextInt(3) == 0) {
      return leaf(random, reads);
    }
    if (random.nextInt(3) == 0) {
      return new Numeric.Unary(
          pick(random, Numeric.Unary.Function.values()), numeric(random, depth - 1, reads));
    }
    if (random.nextInt(8) == 0) {
      return new Numeric.Choice(
          truth(random, depth - 1, reads),
          numeric(random, depth - 1, reads),
          numeric(random, depth - 1, reads));
    }
    return new Numeric.Binary(
        pick(random, Numeric.Binary.Function.values()),
        numeric(random, depth - 1, reads),
        numeric(random, depth - 1, reads));
  }

  private static Numeric leaf(Random random, Reads reads) {
    return switch (random.nextInt(reads == Reads.EVERYTHING ? 6 : 4)) {
      case 0, 1 -> Numeric.Symbol.I;
      case 2 -> Numeric.Symbol.J;
      case 3 ->
          new Numeric.Literal(
              random.nextBoolean() ? random.nextInt(21) - 6 : random.nextGaussian() * 5);
      case 4 -> random.nextBoolean() ? Numeric.Symbol.DOC_Q : Numeric.Symbol.DOC_K;
      default -> Numeric.Symbol.H;
    };
  }

  private static <T> T pick(Random random, T[] choices) {
    return choices[random.nextInt(choices.length)];
  }
}
