package dev.heed.attention.source;

import java.util.Arrays;

/// How the positions of each batch are cut into segments, as even as they can be; what is padding
/// belongs to none.
///
/// @param lengths positions of each batch
/// @param counts segments of each batch, not more than its positions
/// @param most segments that there is room for
public record Segments(int[] lengths, int[] counts, int most) {
  /// How many segments a batch has.
  int count(int b) {
    return counts[b];
  }

  /// The first position of a segment, or the length for the one after the last.
  int start(int b, int segment) {
    return (int) ((long) segment * lengths[b] / counts[b]);
  }

  boolean areFull() {
    return Arrays.stream(counts).allMatch(count -> count == most);
  }
}
