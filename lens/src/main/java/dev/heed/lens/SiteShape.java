package dev.heed.lens;

import dev.heed.grad.Site;
import dev.heed.lens.Intervention.Row;
import dev.heed.tensor.Shape;

/// A site of a model and what stands there.
///
/// @param heads how many heads it has; 1 where it is not divided into heads
/// @param width numbers of a position, or of a head of a position; 0 of a map
/// @param before keys of a map that stand before those of the text
public record SiteShape(Site site, Axes axes, int heads, int width, int before) {
  /// What the axes of a site are.
  public enum Axes {
    /// `[B, T, D]`: a row a position.
    ROWS,
    /// `[B, T, H, E]`: a row a position and head.
    HEADS,
    /// `[B, H, T, S]`: a number a head, query and key.
    MAP
  }

  static SiteShape rows(Site site, int width) {
    return new SiteShape(site, Axes.ROWS, 1, width, 0);
  }

  static SiteShape heads(Site site, int heads, int width) {
    return new SiteShape(site, Axes.HEADS, heads, width, 0);
  }

  static SiteShape map(Site site, int heads, int before) {
    return new SiteShape(site, Axes.MAP, heads, 0, before);
  }

  public String path() {
    return site.path();
  }

  /// The number of the block that the site is in, -1 of one that is in none.
  public int layer() {
    String[] parts = path().split("\\.", 3);
    return parts[0].equals("blocks") ? Integer.parseInt(parts[1]) : -1;
  }

  /// Whether it is the site of a block that is called `point` there: `attn.z`.
  boolean isIn(String point) {
    return path().equals("blocks." + layer() + "." + point);
  }

  /// The number of a row among those of texts of `length` tokens.
  int rowNumber(Row row, int length) {
    return axes == Axes.MAP
        ? (row.text() * heads + row.head()) * length + row.position()
        : (row.text() * length + row.position()) * heads + row.head();
  }

  /// The shape for `batch` texts of `length` tokens that follow nothing.
  public Shape of(int batch, int length) {
    return of(batch, length, before + length);
  }

  /// The shape for `length` tokens, the last of `keys` that they may look at.
  Shape of(int batch, int length, int keys) {
    return switch (axes) {
      case ROWS -> Shape.of(batch, length, width);
      case HEADS -> Shape.of(batch, length, heads, width);
      case MAP -> Shape.of(batch, heads, length, keys);
    };
  }

  /// The axes by their letters.
  public String letters() {
    return switch (axes) {
      case ROWS -> "[B, T, %d]".formatted(width);
      case HEADS -> "[B, T, %d, %d]".formatted(heads, width);
      case MAP -> "[B, %d, T, %s]".formatted(heads, before == 0 ? "T" : before + " + T");
    };
  }

  @Override
  public String toString() {
    return path() + " " + letters();
  }
}
