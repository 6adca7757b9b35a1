package dev.heed.lens;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/// What is put in the place of the results of heads that are taken out together, so that one does
/// not stand in for another unseen.
public sealed interface Replacement {
  /// Zeros, which no later layer has ever seen there.
  record Zero() implements Replacement {}

  /// The mean over other texts: what a head tells of this place goes, what it always says stays.
  record Mean(Baseline baseline) implements Replacement {}

  /// What it said at some position of other texts.
  record Resample(Baseline baseline, long seed) implements Replacement {}

  /// The intervention at a place.
  default Intervention at(Place place) {
    return switch (this) {
      case Zero _ -> new Intervention.Zero(place);
      case Mean(Baseline baseline) -> new Intervention.Mean(place, baseline);
      case Resample(Baseline baseline, long seed) ->
          new Intervention.Resample(place, baseline, seed);
    };
  }

  /// The interventions that take out heads.
  default List<Intervention> of(Collection<HeadId> heads) {
    List<Intervention> all = new ArrayList<>();
    heads.forEach(head -> all.add(at(head.place())));
    return all;
  }
}
