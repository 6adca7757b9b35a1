package dev.heed.checkpoint;

import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/// Where a value stands: the source it was read from and the path inside it, `config.json:
/// rope_scaling.factor`.
public final class Place {
  private static final int MEMBER = -1;

  private final @Nullable Place parent;
  private final String name;
  private final int index;

  private Place(@Nullable Place parent, String name, int index) {
    this.parent = parent;
    this.name = name;
    this.index = index;
  }

  /// The root of `source`.
  public static Place of(String source) {
    return new Place(null, source, MEMBER);
  }

  /// The member `key` of the object here.
  public Place member(String key) {
    return new Place(this, key, MEMBER);
  }

  /// The item `index` of the list here.
  public Place item(int index) {
    return new Place(this, "", index);
  }

  @Override
  public String toString() {
    Deque<String> steps = new ArrayDeque<>();
    Place place = this;
    while (place.parent != null) {
      steps.push(place.index == MEMBER ? "." + place.name : "[" + place.index + "]");
      place = place.parent;
    }
    String path = String.join("", steps);
    String source = Escape.text(place.name);
    return path.isEmpty()
        ? source
        : source + ": " + Escape.text(path.startsWith(".") ? path.substring(1) : path);
  }
}
