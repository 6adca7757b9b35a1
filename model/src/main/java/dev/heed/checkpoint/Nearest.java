package dev.heed.checkpoint;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;

/// The names that are closest to one that was asked for and is not there.
public final class Nearest {
  private static final int SHOWN = 3;
  private static final int LONGEST = 200;
  private static final int MOST = 20_000;

  /// So many names are told whole where none is close.
  private static final int FEW = 20;

  private Nearest() {}

  /// Up to three of `names` that resemble `name`, the closest first, by the number of edits.
  public static List<String> of(String name, Collection<String> names) {
    record Near(String name, int edits) {}
    int most = Math.max(2, name.length() / 3);
    return names.stream()
        .limit(MOST)
        .filter(
            other -> other.length() <= LONGEST && Math.abs(other.length() - name.length()) <= most)
        .map(other -> new Near(other, edits(name, other)))
        .filter(near -> near.edits() <= most)
        .sorted(Comparator.comparingInt(Near::edits).thenComparing(Near::name))
        .limit(SHOWN)
        .map(Near::name)
        .toList();
  }

  /// The end of an error message: `nearest are 'a', 'b'`, or all names where none is close, or how
  /// many there are.
  public static String hint(String name, Collection<String> names) {
    List<String> nearest = of(name, names);
    if (nearest.isEmpty()) {
      return all(names);
    }
    return (nearest.size() == 1 ? "nearest is " : "nearest are ") + quoted(nearest);
  }

  private static String all(Collection<String> names) {
    if (names.size() > FEW) {
      return "none of the %d there is like it".formatted(names.size());
    }
    return names.isEmpty()
        ? "there are none"
        : (names.size() == 1 ? "there is " : "there are ") + quoted(names);
  }

  private static String quoted(Collection<String> names) {
    return names.stream()
        .map(name -> "'" + Escape.text(name) + "'")
        .collect(Collectors.joining(", "));
  }

  /// The Levenshtein distance of two names.
  static int edits(String a, String b) {
    int[] above = new int[b.length() + 1];
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      above[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int replaced = above[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        row[j] = Math.min(replaced, Math.min(above[j], row[j - 1]) + 1);
      }
      int[] swap = above;
      above = row;
      row = swap;
    }
    return above[b.length()];
  }
}
