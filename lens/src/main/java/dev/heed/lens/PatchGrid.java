package dev.heed.lens;

import dev.heed.checkpoint.Json;
import dev.heed.lens.Patching.Direction;
import dev.heed.lens.Patching.What;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/// The scores of a sweep of [Patching]: a row a layer, a column a position or a head.
///
/// @param clean the metric of the clean prompt
/// @param corrupt the metric of the corrupt prompt
public record PatchGrid(
    What what, Direction direction, double clean, double corrupt, List<Row> rows) {
  public PatchGrid {
    rows = List.copyOf(rows);
  }

  /// The scores of a layer.
  @SuppressWarnings("ArrayRecordComponent")
  public record Row(int layer, double... scores) {
    public Row {
      scores = scores.clone();
    }

    @Override
    public double[] scores() {
      return scores.clone();
    }

    /// `{"layer": 3, "scores": [0.1, 0.9]}`.
    public Json.Obj json() {
      List<Json> numbers = Arrays.stream(scores).<Json>mapToObj(Json::of).toList();
      return Json.object().with("layer", layer).with("scores", Json.of(numbers));
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Row(int of, double[] numbers)
          && of == layer
          && Arrays.equals(numbers, scores);
    }

    @Override
    public int hashCode() {
      return 31 * layer + Arrays.hashCode(scores);
    }
  }

  /// The score of a layer's position or head.
  public double at(int layer, int column) {
    for (Row row : rows) {
      if (row.layer == layer && column >= 0 && column < row.scores.length) {
        return row.scores[column];
      }
    }
    throw new LensException(
        "patching: there is no score of layer %d, %s %d"
            .formatted(layer, what.unit().name().toLowerCase(Locale.ROOT), column));
  }

  /// All of it as JSON.
  public Json.Obj json() {
    return Json.object()
        .with("what", what.text())
        .with("site", "blocks.*." + what.point())
        .with("direction", direction.text())
        .with("clean", clean)
        .with("corrupt", corrupt)
        .with("rows", Json.of(rows.stream().<Json>map(Row::json).toList()));
  }
}
