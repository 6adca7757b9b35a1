package dev.heed.lens;

import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/// Where an intervention acts: a site, and of it some heads and some positions, or all.
///
/// Heads are those of the site. Keys and values have a head for each group of query heads, so a
/// change of one is seen by the whole group. The positions of a map are those of queries.
///
/// @param heads which; empty for all
/// @param positions which; empty for all
public record Place(String site, Set<Integer> heads, Set<Integer> positions) {
  public Place {
    heads = Collections.unmodifiableSortedSet(new TreeSet<>(heads));
    positions = Collections.unmodifiableSortedSet(new TreeSet<>(positions));
  }

  /// All of a site.
  public static Place at(String site) {
    return new Place(site, Set.of(), Set.of());
  }

  /// All of a site of a block: `at(3, "attn_out")`.
  public static Place at(int layer, String point) {
    return at("blocks." + layer + "." + point);
  }

  /// What a head gives before the output projection: `blocks.N.attn.z`.
  public static Place head(int layer, int head) {
    return at(layer, "attn.z").heads(head);
  }

  /// The same site, at these heads alone.
  public Place heads(Integer... which) {
    return new Place(site, new TreeSet<>(List.of(which)), positions);
  }

  /// The same site, at these positions alone.
  public Place positions(Integer... which) {
    return new Place(site, heads, new TreeSet<>(List.of(which)));
  }

  void check(SiteShape shape, int length) {
    if (shape.axes() == SiteShape.Axes.ROWS && !heads.isEmpty()) {
      throw new LensException(
          "place: heads %s of '%s' %s, which has none; leave them out"
              .formatted(heads, site, shape.letters()));
    }
    check("heads", heads, shape.heads());
    check("positions", positions, length);
  }

  private void check(String what, Set<Integer> which, int count) {
    for (int one : which) {
      if (one < 0 || one >= count) {
        throw new LensException(
            "place: %s %s of '%s' do not fit; it has %d, 0 to %d"
                .formatted(what, which, site, count, count - 1));
      }
    }
  }

  boolean includes(int head, int position) {
    return (heads.isEmpty() || heads.contains(head))
        && (positions.isEmpty() || positions.contains(position));
  }
}
