package dev.heed.text;

import java.util.Arrays;

/// A rewriting of a whole text, code point by code point, each with how it changes the count of
/// code points: 0 stands in the place of one, +1 is new and shares the origin of the one before it,
/// -n stands in the place of one and removes the n that follow.
final class Changes {
  private int[] codePoints;
  private int[] changes;
  private int count;

  Changes(int capacity) {
    codePoints = new int[capacity];
    changes = new int[capacity];
  }

  void add(int codePoint, int change) {
    if (count == codePoints.length) {
      codePoints = Arrays.copyOf(codePoints, 2 * count + 16);
      changes = Arrays.copyOf(changes, 2 * count + 16);
    }
    codePoints[count] = codePoint;
    changes[count++] = change;
  }

  int count() {
    return count;
  }

  int codePoint(int index) {
    return codePoints[index];
  }

  int change(int index) {
    return changes[index];
  }

  /// Sets the change of the entry at an index.
  void change(int index, int change) {
    changes[index] = change;
  }

  /// The text that results. Rules that miscount at its very beginning leave alignments that run
  /// ahead; these are kept inside the text.
  Aligned applyTo(Aligned text) {
    Aligned.Builder out = text.rewrite();
    int at = 0;
    for (int i = 0; i < count; i++) {
      if (changes[i] > 0 && at == 0) {
        out.add(codePoints[i], text.from(0), text.from(0));
        continue;
      }
      if (changes[i] > 0) {
        out.put(codePoints[i], start(text, at - 1));
        continue;
      }
      out.put(codePoints[i], start(text, Math.min(at, text.length() - 1)));
      for (int removed = changes[i]; removed <= 0 && at < text.length(); removed++) {
        at += Character.charCount(text.codePoint(at));
      }
    }
    return out.build();
  }

  /// The first unit of the code point that the unit at `index` belongs to.
  private static int start(Aligned text, int index) {
    boolean second =
        index > 0
            && Character.isLowSurrogate(text.charAt(index))
            && Character.isHighSurrogate(text.charAt(index - 1));
    return second ? index - 1 : index;
  }
}
