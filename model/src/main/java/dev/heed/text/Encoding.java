package dev.heed.text;

import java.util.AbstractList;
import java.util.Arrays;
import java.util.List;
import java.util.RandomAccess;

/// A text as tokens: for each its id, its piece and where it came from.
///
/// Offsets count code points of the text that was given. A token that was added, such as the
/// beginning of a text, has an empty span.
public final class Encoding {
  private final int[] ids;
  private final String[] pieces;
  private final int[] starts;
  private final int[] ends;

  Encoding(int[] ids, String[] pieces, int[] starts, int[] ends) {
    this.ids = ids;
    this.pieces = pieces;
    this.starts = starts;
    this.ends = ends;
  }

  public int size() {
    return ids.length;
  }

  /// The ids, a fresh copy.
  public int[] ids() {
    return ids.clone();
  }

  public int id(int index) {
    return ids[index];
  }

  /// The pieces as the vocabulary writes them.
  public List<String> tokens() {
    return List.of(pieces);
  }

  public Span offset(int index) {
    return new Span(starts[index], ends[index]);
  }

  public List<Span> offsets() {
    return new Spans(starts, ends);
  }

  /// Equal where ids, pieces and offsets are.
  @Override
  public boolean equals(Object other) {
    return other instanceof Encoding that
        && Arrays.equals(ids, that.ids)
        && Arrays.equals(pieces, that.pieces)
        && Arrays.equals(starts, that.starts)
        && Arrays.equals(ends, that.ends);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(ids);
  }

  @Override
  public String toString() {
    return "Encoding[ids=%s, tokens=%s, offsets=%s]"
        .formatted(Arrays.toString(ids), tokens(), offsets());
  }

  private static final class Spans extends AbstractList<Span> implements RandomAccess {
    private final int[] starts;
    private final int[] ends;

    Spans(int[] starts, int[] ends) {
      this.starts = starts;
      this.ends = ends;
    }

    @Override
    public Span get(int index) {
      return new Span(starts[index], ends[index]);
    }

    @Override
    public int size() {
      return starts.length;
    }
  }
}
