package dev.heed.attention;

import dev.heed.kernel.Matrix;
import dev.heed.kernel.Rows.Row;
import dev.heed.tensor.Tensor;
import java.util.Arrays;
import java.util.Optional;

/// The learned keys of distances that modifiers `shaw` and `xl` multiply queries with, or the
/// learned values of distances, as one head sees them.
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

  /// The values of distances, where the call has them.
  static Optional<RelativeKeys> values(BoundCall call) {
    for (Mixing mixing : call.attention.mixings()) {
      if (mixing instanceof Mixing.RelativeValues(int reach)) {
        Tensor rows = call.input.parameters().get(Mixing.VALUES);
        return Optional.of(
            new RelativeKeys(
                Mixing.VALUES, rows, rows.offset(), rows.axis(1), reach, Optional.empty()));
      }
    }
    return Optional.empty();
  }

  /// The number of the key of what stands between query `t` and key `s`.
  int index(BoundCall call, int b, int t, int s) {
    return index(call.input.kPos().at(b, s) - call.input.qPos().at(b, t));
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

  static void checkReach(String name, int reach) {
    if (reach < 1 || reach > Modifier.FARTHEST) {
      throw new AttentionException(
          "%s: reach %d; a distance from 1 to 2^20 is needed".formatted(name, reach));
    }
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
