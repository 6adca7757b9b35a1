package dev.heed.attention.expression;

import dev.heed.tensor.CounterRandom;
import java.util.List;

/// The half of the language whose values are true or false: a mask is true where a query sees a
/// key.
///
/// The named masks are abbreviations of comparisons; they stay nodes so that they print as they
/// were written, bound tiles tightly and run on whole numbers.
public sealed interface Truth extends Expression {
  /// Everything, or nothing.
  record Constant(boolean value) implements Truth {
    @Override
    public String toString() {
      return Printer.print(this);
    }
  }

  /// `j <= i`.
  record Causal() implements Truth {
    @Override
    public String toString() {
      return Printer.print(this);
    }
  }

  /// `abs(i - j) < width`; with `causal`, `width` keys including the query's own.
  record Window(int width) implements Truth {
    @Override
    public String toString() {
      return Printer.print(this);
    }
  }

  /// `i < count | j < count`.
  record Global(int count) implements Truth {
    @Override
    public String toString() {
      return Printer.print(this);
    }
  }

  /// `j < length`.
  record Prefix(int length) implements Truth {
    @Override
    public String toString() {
      return Printer.print(this);
    }
  }

  /// `floor(i / size) = floor(j / size)`.
  record Chunk(int size) implements Truth {
    public Chunk {
      checkPositive("chunk", size);
    }

    @Override
    public String toString() {
      return Printer.print(this);
    }
  }

  /// `(i - j) mod step = 0`.
  record Dilated(int step) implements Truth {
    public Dilated {
      checkPositive("dilated", step);
    }

    @Override
    public String toString() {
      return Printer.print(this);
    }
  }

  /// `floor(j / size) = floor(i / size) - 1`: the chunk before the query's.
  record Previous(int size) implements Truth {
    public Previous {
      checkPositive("previous", size);
    }

    @Override
    public String toString() {
      return Printer.print(this);
    }
  }

  /// `abs(i - j) < step | (i - j) mod step = 0`: the strided pattern of [Child et al.
  /// 2019](https://arxiv.org/abs/1904.10509) §4.3, both of its heads in one.
  record Strided(int step) implements Truth {
    public Strided {
      checkPositive("strided", step);
    }

    @Override
    public String toString() {
      return Printer.print(this);
    }
  }

  /// `floor(i / size) = floor(j / size) | j mod size >= size - count`: the query's own chunk and
  /// the last keys of every chunk, the fixed pattern of [Child et al.
  /// 2019](https://arxiv.org/abs/1904.10509) §4.3.
  record Fixed(int size, int count) implements Truth {
    public Fixed {
      checkPositive("fixed", size);
      if (count < 1 || count > size) {
        throw new ExpressionException(
            "fixed(%d, %d): the second number must be from 1 to the first".formatted(size, count));
      }
    }

    @Override
    public String toString() {
      return Printer.print(this);
    }
  }

  /// Some blocks of keys for each block of queries, drawn by a seed, [Zaheer et al.
  /// 2020](https://arxiv.org/abs/2007.14062) §2.
  ///
  /// Which ones is a function of the seed and of the number of the query's block, `floor(i /
  /// size)`, alone: the same in every head and batch and however long the call is.
  ///
  /// @param count blocks that are drawn, all of them different; all there are where they are fewer
  /// @param size positions of a block
  /// @param blocks how many blocks there are to draw from, the first at position 0; 0 for those up
  ///   to the query's own
  record RandomBlocks(int count, int size, int seed, int blocks) implements Truth {
    /// The most blocks that can be drawn.
    public static final int MOST = 256;

    public RandomBlocks {
      checkPositive("random", size);
      if (count < 1 || count > MOST || blocks < 0) {
        throw new ExpressionException(
            "random(%d, %d, %d, %d): 1 to %d of 0 or more blocks can be drawn"
                .formatted(count, size, seed, blocks, MOST));
      }
    }

    /// Draws the blocks that block `query` sees, each with equal chance.
    ///
    /// [Floyd's algorithm](https://doi.org/10.1145/30401.315746): draw `n` of `m` by drawing one of
    /// the first `m - n + 1`, one of the first `m - n + 2`, ..., each time the last of them where
    /// what was drawn is there already.
    ///
    /// @param drawn gets them, in no order; as long as [#count]
    /// @return how many they are
    public int draw(int query, int[] drawn) {
      int all = blocks == 0 ? Math.max(0, query + 1) : blocks;
      CounterRandom random = CounterRandom.of(seed).stream(query);
      int found = 0;
      for (int last = Math.max(0, all - count); last < all; last++) {
        int one = random.below(last + 1, last);
        drawn[found] = contains(drawn, found, one) ? last : one;
        found++;
      }
      return found;
    }

    private static boolean contains(int[] drawn, int count, int number) {
      boolean found = false;
      for (int n = 0; n < count; n++) {
        found |= drawn[n] == number;
      }
      return found;
    }

    @Override
    public String toString() {
      return Printer.print(this);
    }
  }

  /// Positions are the places of a picture that is `width` wide, row after row; a query sees those
  /// up to `radius` rows and `radius` columns away, [Hassani et al.
  /// 2022](https://arxiv.org/abs/2204.07143) without its shift at the edges.
  record Grid(int width, int radius) implements Truth {
    public Grid {
      checkPositive("grid", width);
      if (radius < 0 || radius >= 1 << 30) {
        throw new ExpressionException(
            "grid(%d, %d): the radius must be from 0 to 2^30 - 1".formatted(width, radius));
      }
    }

    @Override
    public String toString() {
      return Printer.print(this);
    }
  }

  /// `doc_q = doc_k`.
  record Document() implements Truth {
    @Override
    public String toString() {
      return Printer.print(this);
    }
  }

  /// The key's index, not its position, is below the batch's number of keys.
  record Padding() implements Truth {
    @Override
    public String toString() {
      return Printer.print(this);
    }
  }

  /// The key's index, not its position, is below `count`: learned keys, which stand nowhere, come
  /// first.
  record Front(int count) implements Truth {
    @Override
    public String toString() {
      return Printer.print(this);
    }
  }

  /// The place belongs to the [VisibleSet] of the input.
  record Given() implements Truth {
    @Override
    public String toString() {
      return Printer.print(this);
    }
  }

  /// Two numbers compared; a comparison with NaN is false, `!=` alone is true.
  record Comparison(Relation relation, Numeric left, Numeric right) implements Truth {
    public enum Relation {
      LESS("<"),
      AT_MOST("<="),
      GREATER(">"),
      AT_LEAST(">="),
      EQUAL("="),
      UNEQUAL("!=");

      private final String text;

      Relation(String text) {
        this.text = text;
      }

      public String text() {
        return text;
      }

      boolean test(double a, double b) {
        return switch (this) {
          case LESS -> a < b;
          case AT_MOST -> a <= b;
          case GREATER -> a > b;
          case AT_LEAST -> a >= b;
          case EQUAL -> a == b;
          case UNEQUAL -> a != b;
        };
      }
    }

    @Override
    public String toString() {
      return Printer.print(this);
    }
  }

  record Not(Truth operand) implements Truth {
    @Override
    public String toString() {
      return Printer.print(this);
    }
  }

  record And(List<Truth> operands) implements Truth {
    public And {
      operands = List.copyOf(operands);
      checkSeveral("&", operands);
    }

    @Override
    public String toString() {
      return Printer.print(this);
    }
  }

  record Or(List<Truth> operands) implements Truth {
    public Or {
      operands = List.copyOf(operands);
      checkSeveral("|", operands);
    }

    @Override
    public String toString() {
      return Printer.print(this);
    }
  }

  @Override
  default int depth() {
    return switch (this) {
      case Constant _,
          Causal _,
          Window _,
          Global _,
          Prefix _,
          Chunk _,
          Dilated _,
          Previous _,
          Strided _,
          Fixed _,
          RandomBlocks _,
          Grid _,
          Document _,
          Padding _,
          Front _,
          Given _ ->
          1;
      case Comparison(_, Numeric left, Numeric right) -> 1 + Math.max(left.depth(), right.depth());
      case Not(Truth operand) -> 1 + operand.depth();
      case And(List<Truth> operands) -> 1 + deepest(operands);
      case Or(List<Truth> operands) -> 1 + deepest(operands);
    };
  }

  private static int deepest(List<Truth> operands) {
    return operands.stream().mapToInt(Truth::depth).max().orElse(0);
  }

  private static void checkPositive(String name, int number) {
    if (number < 1) {
      throw new ExpressionException(
          "%s(%d): the number must be at least 1".formatted(name, number));
    }
  }

  private static void checkSeveral(String operator, List<Truth> operands) {
    if (operands.size() < 2) {
      throw new ExpressionException(
          "'%s' joins at least two truths, got %s".formatted(operator, operands));
    }
  }
}
