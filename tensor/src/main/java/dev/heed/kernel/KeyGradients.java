package dev.heed.kernel;

import dev.heed.tensor.Tensor;
import java.util.Arrays;

/// Where the gradients of the keys and values of one head are collected, in panels of 32 columns:
/// row `s` of panel `p` has columns `32 p` to `32 p + 31` of key `s`.
///
/// Rows of a head that lie among those of others are far apart, often by a power of two, and would
/// share few places of a cache; rows of a panel lie together.
public final class KeyGradients {
  private static final int COLUMNS = ProductTile.COLUMNS;

  final float[] array;
  final int offset;
  final int keys;
  final int width;
  final int valueWidth;

  /// @param memory as many numbers as [#size]
  /// @param keys how many
  /// @param width numbers of a key
  /// @param valueWidth numbers of a value
  public KeyGradients(Tensor memory, int keys, int width, int valueWidth) {
    this.array = memory.array();
    this.offset = memory.offset();
    this.keys = keys;
    this.width = width;
    this.valueWidth = valueWidth;
  }

  /// Numbers that the gradients of `keys` keys and values of these widths take.
  public static int size(int keys, int width, int valueWidth) {
    return Math.multiplyExact(keys, COLUMNS * (panels(width) + panels(valueWidth)));
  }

  /// Sets all to zero.
  public void clear() {
    Arrays.fill(array, offset, offset + size(keys, width, valueWidth), 0);
  }

  /// Panels that a width takes.
  static int panels(int width) {
    return (width + COLUMNS - 1) / COLUMNS;
  }

  /// Where a key's row of a panel begins.
  int key(int panel, int s) {
    return offset + (panel * keys + s) * COLUMNS;
  }

  /// Where a value's row of a panel begins.
  int value(int panel, int s) {
    return key(panels(width) + panel, s);
  }
}
