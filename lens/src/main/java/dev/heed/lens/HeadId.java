package dev.heed.lens;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A head of a layer, `L5H3`.
public record HeadId(int layer, int head) implements Comparable<HeadId> {
  private static final Pattern WRITTEN =
      Pattern.compile("(?:L(\\d{1,6})H|(\\d{1,6})\\.)(\\d{1,6})");

  /// Reads `L5H3`, or `5.3`.
  public static HeadId parse(String text) {
    Matcher matcher = WRITTEN.matcher(text.strip());
    if (!matcher.matches()) {
      throw new LensException("head: '%s' is none; 'L5H3', or '5.3', would be".formatted(text));
    }
    String layer = matcher.group(1) == null ? matcher.group(2) : matcher.group(1);
    return new HeadId(Integer.parseInt(layer), Integer.parseInt(matcher.group(3)));
  }

  /// What the head gives before the output projection.
  public Place place() {
    return Place.head(layer, head);
  }

  @Override
  public int compareTo(HeadId other) {
    return layer == other.layer
        ? Integer.compare(head, other.head)
        : Integer.compare(layer, other.layer);
  }

  @Override
  public String toString() {
    return "L" + layer + "H" + head;
  }
}
