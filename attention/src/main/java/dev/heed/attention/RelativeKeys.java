package dev.heed.attention;

import dev.heed.kernel.Matrix;
import dev.heed.kernel.Rows.Row;
import dev.heed.tensor.Tensor;
import java.util.Arrays;
import java.util.Optional;

/// The learned keys of distances that modifiers `shaw` and `xl` multiply queries with, as one head
/// sees them.
///
/// @param name the parameter
/// @param keys its numbers
/// @param from where the keys begin, that of distance `-reach` first
/// @param stride from a key to that of the next distance
/// @param bias what is added to queries first, `xl.v`
record RelativeKeys(
    String name, Tensor keys, int from, int stride, int reach, Optional<Bias> bias) {
  /// A row that is added to each query.
  record Bias(String name, Tensor numbers, int from) {}

  static RelativeKeys shaw(BoundCall call, int reach) {
    Tensor keys = call.input.parameters().get("shaw");
    return new RelativeKeys("shaw", keys, keys.offset(), keys.axis(1), reach, Optional.empty());
  }

  static RelativeKeys transformerXl(BoundCall call, int reach, int h) {
    Tensor keys = call.input.parameters().get("xl.r");
    Tensor v = call.input.parameters().get("xl.v");
    int width = keys.axis(2);
    return new RelativeKeys(
        "xl.r",
        keys,
        keys.offset() + h * width,
        keys.axis(1) * width,
        reach,
        Optional.of(new Bias("xl.v", v, v.offset() + h * width)));
  }

  int width() {
    return keys.axis(-1);
  }

  /// How many keys there are.
  int count() {
    return 2 * reach + 1;
  }

  /// The number of the key for `j - i`.
  int index(int distance) {
    return Math.clamp(distance, -reach, reach) + reach;
  }

  /// Where a key begins.
  int row(int index) {
    return from + index * stride;
  }

  /// The keys, from distance `-reach` on.
  Matrix matrix() {
    return new Matrix(keys.array(), from, count(), width(), stride, 1);
  }

  /// A query with the bias.
  float[] query(HeadView queries, int b, int h, int t) {
    int at = queries.row(b, h, t);
    float[] query = Arrays.copyOfRange(queries.array(), at, at + width());
    bias.ifPresent(own ->
        RowMap.add(1, new Row(own.numbers.array(), own.from), new Row(query, 0), query.length));
    return query;
  }
}
