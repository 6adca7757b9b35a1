package dev.heed.lens;

import java.util.Arrays;
import java.util.Collections;
import java.util.TreeSet;

/// A change of what stands at a place while a model runs: a value that is passed with the call and
/// gone after it. Several at one place act in their order, each on what the one before left.
public sealed interface Intervention {
  /// Where.
  Place place();

  /// Nothing but zeros.
  record Zero(Place place) implements Intervention {}

  /// What is there, times a factor.
  record Scale(Place place, float factor) implements Intervention {}

  /// Given numbers in each row of the place.
  ///
  /// @param values as many as a row has, or one for all of it
  @SuppressWarnings("ArrayRecordComponent")
  record Set(Place place, float... values) implements Intervention {
    public Set {
      values = values.clone();
    }

    @Override
    public float[] values() {
      return values.clone();
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Set(Place at, float[] numbers)
          && at.equals(place)
          && Arrays.equals(numbers, values);
    }

    @Override
    public int hashCode() {
      return 31 * place.hashCode() + Arrays.hashCode(values);
    }
  }

  /// The mean of what stands there in other texts.
  record Mean(Place place, Baseline baseline) implements Intervention {}

  /// What stands there at some position of other texts, drawn anew for each position; all heads of
  /// a position get what stood at one and the same.
  record Resample(Place place, Baseline baseline, long seed) implements Intervention {}

  /// What stood there in another run, at the same positions: activation patching.
  record Patch(Place place, Trace from) implements Intervention {}

  /// Keys that nobody of the place may look at; the place is in `attn.attn_scores`.
  ///
  /// @param keys by their place in the map
  record MaskKeys(Place place, java.util.Set<Integer> keys) implements Intervention {
    public MaskKeys {
      keys = Collections.unmodifiableSortedSet(new TreeSet<>(keys));
    }

    /// The keys of some heads of a layer.
    public static MaskKeys of(
        int layer, java.util.Set<Integer> heads, java.util.Set<Integer> keys) {
      Place place = Place.at(layer, "attn.attn_scores");
      return new MaskKeys(new Place(place.site(), heads, place.positions()), keys);
    }
  }

  /// What a function of the user's own makes of each row.
  record Custom(Place place, Change change) implements Intervention {}

  /// A row of a site.
  ///
  /// @param text which of the texts that run
  /// @param head 0 where the site has no heads
  /// @param position of a map: of the query
  record Row(int text, int head, int position) {}

  /// A function of rows. Rows of one run come one after another, those of several runs at once.
  @FunctionalInterface
  interface Change {
    /// @param values what is there; may be changed and returned
    /// @return as many numbers
    float[] of(Row row, float[] values);
  }
}
