package dev.heed.text;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// SentencePiece's compiled normalization: a double-array trie from byte sequences to texts.
///
/// A whole grapheme of fewer than six bytes is looked up first, then each of its characters. Of the
/// entries that begin a look-up the shortest counts, and stands for all of it. Both are what the
/// models were trained with.
final class Precompiled implements Normalizer {
  private static final int LONGEST_GRAPHEME = 6;
  private static final Pattern GRAPHEME = Pattern.compile("\\X");

  private final int[] units;
  private final byte[] texts;
  // what single characters below 0x80 become; null where they stay
  private final @Nullable String[] ascii = new String[0x80];

  /// @param map the size of the trie in bytes, the trie, and the texts, each ended by a zero
  Precompiled(byte[] map) {
    ByteBuffer buffer = ByteBuffer.wrap(map).order(ByteOrder.LITTLE_ENDIAN);
    int size = map.length < 4 ? -1 : buffer.getInt();
    if (size < 4 || size % 4 != 0 || size > buffer.remaining()) {
      throw new TokenizerException(
          "Precompiled: a trie of %d bytes in a map of %d; a multiple of 4 that fits in it would do"
              .formatted(size, map.length));
    }
    units = new int[size / 4];
    buffer.asIntBuffer().get(units);
    texts = new byte[map.length - 4 - size];
    buffer.position(4 + size).get(texts);
    for (int c = 0; c < ascii.length; c++) {
      ascii[c] = lookUp(Character.toString(c));
    }
  }

  @Override
  public Aligned apply(Aligned text) {
    Changes changes = new Changes(text.length() + 16);
    Matcher graphemes = GRAPHEME.matcher(text);
    boolean modified = false;
    for (int i = 0; i < text.length(); ) {
      char c = text.charAt(i);
      boolean alone =
          c < 0x80 && (i + 1 == text.length() || text.charAt(i + 1) < 0x80) && c != '\r';
      if (alone) {
        modified |= character(c, changes);
        i++;
        continue;
      }
      int end = graphemes.find(i) ? graphemes.end() : i + Character.charCount(text.codePoint(i));
      modified |= grapheme(text.subSequence(i, end).toString(), changes);
      i = end;
    }
    return modified ? changes.applyTo(text) : text;
  }

  private boolean grapheme(String grapheme, Changes changes) {
    if (grapheme.getBytes(StandardCharsets.UTF_8).length < LONGEST_GRAPHEME) {
      String whole = lookUp(grapheme);
      if (whole != null) {
        replace(grapheme.codePointCount(0, grapheme.length()), whole, changes);
        return true;
      }
    }
    boolean modified = false;
    for (int i = 0; i < grapheme.length(); ) {
      int codePoint = grapheme.codePointAt(i);
      modified |= character(codePoint, changes);
      i += Character.charCount(codePoint);
    }
    return modified;
  }

  private boolean character(int codePoint, Changes changes) {
    String text = codePoint < 0x80 ? ascii[codePoint] : lookUp(Character.toString(codePoint));
    if (text == null) {
      changes.add(codePoint, 0);
      return false;
    }
    replace(1, text, changes);
    return true;
  }

  /// The last characters of a longer text are new ones; a shorter text removes what follows its
  /// last character, or the character before it if it is empty.
  private static void replace(int count, String text, Changes changes) {
    int added = text.codePointCount(0, text.length()) - count;
    text.codePoints().forEach(c -> changes.add(c, 0));
    for (int i = 1; i <= added; i++) {
      changes.change(changes.count() - i, 1);
    }
    int last = changes.count() - 1;
    if (added < 0 && last >= 0) {
      changes.change(last, changes.change(last) + added);
    }
  }

  /// What the shortest entry that the key begins with becomes, or null.
  private @Nullable String lookUp(String key) {
    int node = offset(units[0]);
    for (byte b : key.getBytes(StandardCharsets.UTF_8)) {
      node ^= b & 0xFF;
      if (b == 0 || node < 0 || node >= units.length || (units[node] & 0x800000FF) != (b & 0xFF)) {
        return null;
      }
      int unit = units[node];
      node ^= offset(unit);
      if ((unit >>> 8 & 1) == 1) {
        return node < 0 || node >= units.length ? null : textAt(units[node] & Integer.MAX_VALUE);
      }
    }
    return null;
  }

  private static int offset(int unit) {
    return unit >>> 10 << ((unit & 1 << 9) >>> 6);
  }

  private @Nullable String textAt(int index) {
    if (index > texts.length) {
      return null;
    }
    int end = index;
    while (end < texts.length && texts[end] != 0) {
      end++;
    }
    return new String(texts, index, end - index, StandardCharsets.UTF_8);
  }
}
