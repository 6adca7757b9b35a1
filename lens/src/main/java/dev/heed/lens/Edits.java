package dev.heed.lens;

import dev.heed.lens.Intervention.Change;
import dev.heed.lens.Intervention.Row;
import dev.heed.tensor.CounterRandom;
import dev.heed.tensor.Shape;
import dev.heed.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The interventions of one run, checked against the model before it begins.
final class Edits {
  private final Map<String, List<Edit>> bySite;
  private final int from;

  /// @param from the position of the first token of the run
  private Edits(Map<String, List<Edit>> bySite, int from) {
    this.bySite = bySite;
    this.from = from;
  }

  /// An intervention and what it does with each row of its place.
  private record Edit(Place place, SiteShape site, Change change) {}

  /// No intervention.
  static Edits none() {
    return new Edits(Map.of(), 0);
  }

  /// The same of a run whose first token stands at a position.
  Edits at(int position) {
    return new Edits(bySite, position);
  }

  /// @param shape `[B, T]` of the tokens, of a generation the longest that they can be
  static Edits of(ModelSites model, List<Intervention> interventions, Shape shape) {
    Edits edits = new Edits(new LinkedHashMap<>(), 0);
    for (Intervention each : interventions) {
      SiteShape site = model.get(each.place().site());
      each.place().check(site, shape.axis(1));
      Change change = change(each, site, shape);
      edits
          .bySite
          .computeIfAbsent(site.path(), _ -> new ArrayList<>())
          .add(new Edit(each.place(), site, change));
    }
    return edits;
  }

  boolean has(String site) {
    return bySite.containsKey(site);
  }

  /// Changes what stands at a site.
  ///
  /// @param value as the axes of the site say
  void apply(String site, Tensor value) {
    for (Edit edit : bySite.getOrDefault(site, List.of())) {
      if (edit.site.axes() == SiteShape.Axes.MAP) {
        eachOfMap(edit, value);
      } else {
        eachOfRows(edit, value);
      }
    }
  }

  private void eachOfMap(Edit edit, Tensor map) {
    int heads = map.axis(1);
    int queries = map.axis(2);
    for (int row = 0; row < map.shape().rows(); row++) {
      int position = from + row % queries;
      edit(edit, new Row(row / queries / heads, row / queries % heads, position), map, row);
    }
  }

  private void eachOfRows(Edit edit, Tensor rows) {
    int heads = edit.site.heads();
    int length = rows.axis(1);
    for (int row = 0; row < rows.axis(0) * length * heads; row++) {
      int position = from + row / heads % length;
      edit(edit, new Row(row / heads / length, row % heads, position), rows, row);
    }
  }

  private static void edit(Edit edit, Row row, Tensor values, int number) {
    if (!edit.place.includes(row.head(), row.position())) {
      return;
    }
    int width = values.axis(-1);
    int at = values.offset() + number * width;
    float[] made = edit.change.of(row, Arrays.copyOfRange(values.array(), at, at + width));
    if (made.length != width) {
      throw new LensException(
          "lens: %d numbers for a row of '%s', which has %d"
              .formatted(made.length, edit.site.path(), width));
    }
    System.arraycopy(made, 0, values.array(), at, width);
  }

  private static Change change(Intervention intervention, SiteShape site, Shape shape) {
    return switch (intervention) {
      case Intervention.Zero _ -> (_, values) -> new float[values.length];
      case Intervention.Scale(Place _, float factor) ->
          (_, values) -> {
            for (int i = 0; i < values.length; i++) {
              values[i] *= factor;
            }
            return values;
          };
      case Intervention.Set set -> set(set, site);
      case Intervention.Mean(Place _, Baseline baseline) -> {
        Baseline.Rows rows = rows(baseline, site);
        yield (row, values) -> {
          rows.mean(row.position(), row.head() * values.length, values);
          return values;
        };
      }
      case Intervention.Resample(Place _, Baseline baseline, long seed) ->
          resample(rows(baseline, site), CounterRandom.of(seed));
      case Intervention.Patch(Place place, Trace from) -> patch(place, from, site, shape);
      case Intervention.MaskKeys mask -> mask(mask, site, shape.axis(1));
      case Intervention.Custom(Place _, Change change) -> change;
    };
  }

  private static Change set(Intervention.Set set, SiteShape site) {
    float[] given = set.values();
    boolean fits = given.length == 1 || site.width() == 0 || given.length == site.width();
    if (!fits) {
      throw new LensException(
          "lens: %d numbers do not fit a row of '%s' %s; %d or 1 would"
              .formatted(given.length, site.path(), site.letters(), site.width()));
    }
    return (_, values) -> {
      if (given.length != 1) {
        return given;
      }
      Arrays.fill(values, given[0]);
      return values;
    };
  }

  private static Baseline.Rows rows(Baseline baseline, SiteShape site) {
    if (site.axes() == SiteShape.Axes.MAP) {
      throw new LensException(
          "lens: the rows of '%s' %s are as long as the text and have no mean; 'attn.z' has"
              .formatted(site.path(), site.letters()));
    }
    Baseline.Rows rows = baseline.rows(site.path());
    if (rows.mean().length != site.heads() * site.width()) {
      throw new LensException(
          "lens: a mean of %d numbers does not fit a position of '%s' %s; one of this model would"
              .formatted(rows.mean().length, site.path(), site.letters()));
    }
    return rows;
  }

  private static Change resample(Baseline.Rows rows, CounterRandom random) {
    return (row, values) -> {
      int drawn = random.stream(row.text()).below(rows.count(), row.position());
      int at = drawn * rows.mean().length + row.head() * values.length;
      return part(rows.samples(), at, values);
    };
  }

  private static Change patch(Place place, Trace from, SiteShape site, Shape shape) {
    Value source = from.value(site.path());
    boolean named = !place.positions().isEmpty() && site.axes() != SiteShape.Axes.MAP;
    int last = named ? place.positions().stream().reduce(0, Math::max) : shape.axis(1) - 1;
    boolean fits = named ? last < from.length() : from.length() == shape.axis(1);
    if (!fits || (from.batch() != 1 && from.batch() != shape.axis(0))) {
      throw new LensException(
          "patch: the trace has [%d, %d] tokens and the run %s; as many, or positions that both have, would fit"
              .formatted(from.batch(), from.length(), shape));
    }
    if (!source.shape().equals(site.of(from.batch(), from.length()))) {
      throw new LensException(
          "patch: %s does not fit '%s' %s; a trace of this model would"
              .formatted(source, site.path(), site.letters()));
    }
    // a row of a map that is still growing is shorter
    int width = source.shape().axis(-1);
    return (row, values) -> {
      int text = from.batch() == 1 ? 0 : row.text();
      int number = site.rowNumber(new Row(text, row.head(), row.position()), from.length());
      return part(source.numbers(), number * width, values);
    };
  }

  private static Change mask(Intervention.MaskKeys mask, SiteShape site, int length) {
    if (!site.path().endsWith(".attn_scores")) {
      throw new LensException(
          "lens: keys are masked at 'attn.attn_scores', not at '%s'".formatted(site.path()));
    }
    int keys = site.before() + length;
    for (int key : mask.keys()) {
      if (key < 0 || key >= keys) {
        throw new LensException(
            "lens: keys %s of '%s' do not fit; it has %d, 0 to %d"
                .formatted(mask.keys(), site.path(), keys, keys - 1));
      }
    }
    return (_, values) -> {
      for (int key : mask.keys()) {
        // of a generation, which comes to the others later
        if (key < values.length) {
          values[key] = Float.NEGATIVE_INFINITY;
        }
      }
      return values;
    };
  }

  private static float[] part(float[] from, int at, float[] into) {
    System.arraycopy(from, at, into, 0, into.length);
    return into;
  }
}
