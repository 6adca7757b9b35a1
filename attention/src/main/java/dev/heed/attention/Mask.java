package dev.heed.attention;

import dev.heed.attention.expression.Parser;
import dev.heed.attention.expression.Truth;
import java.util.List;
import java.util.OptionalInt;

/// Which key a query may look at: an expression that is true where it may, printed and read as in
/// `causal & (window(256) | global(4))`.
public record Mask(Truth truth) {
  private static final Truth TRUE = new Truth.Constant(true);

  /// Reads an expression; empty text sees everything.
  public static Mask parse(String text) {
    return text.isBlank() ? everything() : new Mask(Parser.truth(text));
  }

  public static Mask everything() {
    return new Mask(TRUE);
  }

  /// A query sees the keys whose position is not after its own.
  public static Mask causal() {
    return new Mask(new Truth.Causal());
  }

  /// A query sees keys less than `width` positions away.
  public static Mask window(int width) {
    return new Mask(new Truth.Window(width));
  }

  /// Sees what both see.
  public Mask and(Mask other) {
    return truth.equals(TRUE)
        ? other
        : other.truth.equals(TRUE) ? this : new Mask(new Truth.And(List.of(truth, other.truth)));
  }

  /// Sees what either sees.
  public Mask or(Mask other) {
    return truth.equals(TRUE) || other.truth.equals(TRUE)
        ? everything()
        : new Mask(new Truth.Or(List.of(truth, other.truth)));
  }

  /// Sees what this one does not.
  public Mask not() {
    return new Mask(new Truth.Not(truth));
  }

  /// How many positions back a query can look, its own included: the narrowest window in which
  /// every visible key lies; empty where there is no window that holds for all keys.
  public OptionalInt reach() {
    return reach(truth);
  }

  private static OptionalInt reach(Truth truth) {
    return switch (truth) {
      case Truth.Window(int width) -> OptionalInt.of(width);
      case Truth.Chunk(int size) -> OptionalInt.of(size);
      case Truth.Previous(int size) -> reach(2L * size);
      case Truth.Grid(int width, int radius) -> reach((width + 1L) * radius + 1);
      case Truth.And(List<Truth> terms) ->
          terms.stream().flatMapToInt(term -> reach(term).stream()).min();
      default -> OptionalInt.empty();
    };
  }

  private static OptionalInt reach(long positions) {
    return positions > Integer.MAX_VALUE ? OptionalInt.empty() : OptionalInt.of((int) positions);
  }

  /// The expression; empty for [#everything].
  @Override
  public String toString() {
    return truth.equals(TRUE) ? "" : truth.toString();
  }
}
