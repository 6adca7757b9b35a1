package dev.heed.text;

/// A half-open range of code points of a text, from `start` up to and without `end`.
public record Span(int start, int end) {
  public Span {
    if (start < 0 || end < start) {
      throw new TokenizerException(
          "span: [%d, %d) is no range; 0 <= start <= end is one".formatted(start, end));
    }
  }
}
