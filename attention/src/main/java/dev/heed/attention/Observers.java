package dev.heed.attention;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;

/// What is to be observed in one pass, each once.
public record Observers(List<Observer> each) {
  public Observers {
    each = List.copyOf(new LinkedHashSet<>(each));
  }

  public static Observers of(Observer... each) {
    return new Observers(Arrays.asList(each));
  }

  /// Reads observers as they are written, with commas between them: `entropy, top(8)`.
  public static Observers parse(String text) {
    List<Observer> each = new ArrayList<>();
    for (String one : text.split(",", -1)) {
      each.add(Observer.parse(one));
    }
    return new Observers(each);
  }
}
