package dev.heed.text;

import java.util.Arrays;

/// Texts by their prefixes: finds all that begin at a position in one walk.
///
/// The edges are one open-addressing table from a node and a UTF-16 unit to the next node.
final class Trie {
  static final int ROOT = 0;
  static final int NONE = -1;

  private long[] keys = new long[1024]; // node and unit, plus one; 0 is empty
  private int[] targets = new int[1024];
  private int edges;
  private int[] values = new int[256];
  private int nodes = 1;

  Trie() {
    Arrays.fill(values, NONE);
  }

  /// Adds a text with a value, which replaces the one it had.
  void put(String text, int value) {
    int node = ROOT;
    for (int i = 0; i < text.length(); i++) {
      int child = next(node, text.charAt(i));
      node = child >= 0 ? child : grow(node, text.charAt(i));
    }
    values[node] = value;
  }

  /// The node after one more unit, or [#NONE].
  int next(int node, char unit) {
    long key = key(node, unit);
    int slot = slot(key);
    return keys[slot] == key ? targets[slot] : NONE;
  }

  /// The value of the text that ends at a node, or [#NONE].
  int value(int node) {
    return values[node];
  }

  private int grow(int node, char unit) {
    if (2 * ++edges > keys.length) {
      rehash();
    }
    if (nodes == values.length) {
      values = Arrays.copyOf(values, 2 * nodes);
      Arrays.fill(values, nodes, values.length, NONE);
    }
    long key = key(node, unit);
    int slot = slot(key);
    keys[slot] = key;
    targets[slot] = nodes;
    return nodes++;
  }

  private void rehash() {
    long[] oldKeys = keys;
    int[] oldTargets = targets;
    keys = new long[2 * oldKeys.length];
    targets = new int[keys.length];
    for (int i = 0; i < oldKeys.length; i++) {
      if (oldKeys[i] != 0) {
        int slot = slot(oldKeys[i]);
        keys[slot] = oldKeys[i];
        targets[slot] = oldTargets[i];
      }
    }
  }

  private int slot(long key) {
    int mask = keys.length - 1;
    int slot = (int) (key * 0x9E3779B97F4A7C15L >>> 32) & mask;
    while (keys[slot] != key && keys[slot] != 0) {
      slot = slot + 1 & mask;
    }
    return slot;
  }

  private static long key(int node, char unit) {
    return ((long) node << 16 | unit) + 1;
  }
}
