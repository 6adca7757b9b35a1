package dev.heed.cli.conform;

import dev.heed.attention.expression.Numeric;
import dev.heed.attention.expression.Numeric.Binary;
import dev.heed.attention.expression.Numeric.Literal;
import dev.heed.attention.expression.Numeric.Symbol;
import dev.heed.attention.expression.Truth;
import dev.heed.checkpoint.Json;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// What a tensor of a FlexAttention body is in Heed's terms: numbers that are known, or an
/// expression over the places of the map.
sealed interface FlexValue {
  Truth EVERYWHERE = new Truth.Constant(true);

  /// Numbers that do not depend on the scores.
  ///
  /// @param whole whether they are whole numbers, which divide to whole numbers
  record Known(double[] data, int[] shape, boolean whole) implements FlexValue {
    static Known scalar(double value, boolean whole) {
      return new Known(new double[] {value}, new int[0], whole);
    }

    static Known vector(double[] data, boolean whole) {
      return new Known(data, new int[] {data.length}, whole);
    }

    boolean isScalar() {
      return data.length == 1;
    }

    boolean isMinusInfinity() {
      return isScalar() && data[0] == Double.NEGATIVE_INFINITY;
    }
  }

  /// A number for each place.
  ///
  /// @param where elsewhere it is minus infinity
  record Field(Numeric number, boolean whole, Truth where) implements FlexValue {
    Field(Numeric number, boolean whole) {
      this(number, whole, EVERYWHERE);
    }
  }

  /// A truth for each place.
  record Truths(Truth truth) implements FlexValue {}

  /// The value as a number for each place of a map.
  static Field field(FlexValue value, int[] map) {
    return switch (value) {
      case Field field -> field;
      case Known known -> new Field(number(known, map), known.whole());
      case Truths(Truth truth) ->
          new Field(new Numeric.Choice(truth, new Literal(1), new Literal(0)), true);
    };
  }

  /// Known numbers that run evenly along one axis are that axis' index.
  private static Numeric number(Known known, int[] map) {
    if (known.isScalar()) {
      return new Literal(known.data()[0]);
    }
    int axis = -1;
    for (int at = 0; at < known.shape().length; at++) {
      if (known.shape()[at] > 1) {
        axis = axis == -1 ? at + 4 - known.shape().length : 4;
      }
    }
    if (axis < 1 || axis > 3 || known.data().length != map[axis]) {
      throw new UnsupportedCase(
          "FlexAttention: a body that reads numbers %s, which are no function of head, query or key"
              .formatted(Arrays.toString(known.shape())));
    }
    double begin = known.data()[0];
    double step = known.data()[1] - begin;
    for (int n = 0; n < known.data().length; n++) {
      if (known.data()[n] != begin + n * step) {
        throw new UnsupportedCase("FlexAttention: a body that reads a table of numbers");
      }
    }
    Numeric index = List.of(Symbol.H, Symbol.I, Symbol.J).get(axis - 1);
    Numeric scaled =
        step == 1 ? index : new Binary(Binary.Function.MULTIPLY, new Literal(step), index);
    return begin == 0 ? scaled : new Binary(Binary.Function.ADD, scaled, new Literal(begin));
  }

  /// A constant of the header: a number, a truth, or a list of them.
  static Known read(Json json) {
    List<Json> flat = new ArrayList<>();
    List<Integer> shape = new ArrayList<>();
    flatten(json, flat, shape, 0);
    boolean whole =
        flat.stream()
            .allMatch(one -> one instanceof Json.Num number && number.text().matches("-?\\d+"));
    double[] data = flat.stream().mapToDouble(FlexValue::number).toArray();
    return new Known(data, shape.stream().mapToInt(Integer::intValue).toArray(), whole);
  }

  private static void flatten(Json json, List<Json> flat, List<Integer> shape, int depth) {
    if (!(json instanceof Json.Arr list)) {
      flat.add(json);
      return;
    }
    if (shape.size() == depth) {
      shape.add(list.size());
    }
    list.items().forEach(item -> flatten(item, flat, shape, depth + 1));
  }

  private static double number(Json json) {
    return switch (json) {
      case Json.Num number -> number.asDouble();
      case Json.Bool(boolean truth) -> truth ? 1 : 0;
      case Json.Str(String text) when text.equals("-Infinity") -> Double.NEGATIVE_INFINITY;
      case Json.Str(String text) when text.equals("Infinity") -> Double.POSITIVE_INFINITY;
      default ->
          throw new UnsupportedCase(
              "FlexAttention: a constant that is %s".formatted(json.describe()));
    };
  }
}
