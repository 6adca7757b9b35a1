package dev.heed.text;

import java.util.Arrays;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/// Pieces and their ids, both ways; a part of a longer text is looked up without copying it.
final class Vocabulary {
  /// No vocabulary is larger; an id beyond is an error and not a reason to allocate.
  static final int LARGEST_ID = (1 << 22) - 1;

  private final @Nullable String[] pieces;
  private final int[] slots; // id + 1, or 0; open addressing
  private final int count;
  private final int longest;

  private Vocabulary(@Nullable String[] pieces, int[] slots, int count, int longest) {
    this.pieces = pieces;
    this.slots = slots;
    this.count = count;
    this.longest = longest;
  }

  /// The id, if it is one.
  ///
  /// @param source how errors call the place where it stands
  static int checked(int id, String source) {
    if (id < 0 || id > LARGEST_ID) {
      throw new TokenizerException(
          "%s: a piece has the id %d; ids from 0 to %d fit".formatted(source, id, LARGEST_ID));
    }
    return id;
  }

  /// One more than the largest id.
  int size() {
    return pieces.length;
  }

  /// The number of pieces.
  int count() {
    return count;
  }

  /// The length in UTF-16 units of the longest piece.
  int longest() {
    return longest;
  }

  /// The piece of an id, or null.
  @Nullable String piece(int id) {
    return id >= 0 && id < pieces.length ? pieces[id] : null;
  }

  /// The id of a piece, or -1.
  int id(String piece) {
    int mask = slots.length - 1;
    for (int slot = hash(piece) & mask; slots[slot] != 0; slot = slot + 1 & mask) {
      int id = slots[slot] - 1;
      if (piece.equals(pieces[id])) {
        return id;
      }
    }
    return -1;
  }

  OptionalInt find(String piece) {
    int id = id(piece);
    return id < 0 ? OptionalInt.empty() : OptionalInt.of(id);
  }

  /// The id of the piece that `[start, end)` of a text spells, or -1.
  int id(char[] text, int start, int end) {
    if (end - start > longest) {
      return -1;
    }
    int mask = slots.length - 1;
    for (int slot = hash(text, start, end) & mask; slots[slot] != 0; slot = slot + 1 & mask) {
      int id = slots[slot] - 1;
      if (equal(pieces[id], text, start, end)) {
        return id;
      }
    }
    return -1;
  }

  private static boolean equal(@Nullable String piece, char[] text, int start, int end) {
    if (piece == null || piece.length() != end - start) {
      return false;
    }
    for (int i = 0; i < piece.length(); i++) {
      if (piece.charAt(i) != text[start + i]) {
        return false;
      }
    }
    return true;
  }

  static int hash(char[] text, int start, int end) {
    int hash = end - start;
    for (int i = start; i < end; i++) {
      hash = (hash ^ text[i]) * 0x01000193;
    }
    return finish(hash);
  }

  /// The same for a whole text.
  private static int hash(String text) {
    int hash = text.length();
    for (int i = 0; i < text.length(); i++) {
      hash = (hash ^ text.charAt(i)) * 0x01000193;
    }
    return finish(hash);
  }

  private static int finish(int hash) {
    int mixed = hash * 0x9E3779B1;
    return mixed ^ mixed >>> 15;
  }

  /// Collects pieces. Where a piece has two ids, the later one is found.
  static final class Builder {
    private final String source;
    private @Nullable String[] pieces = new String[1024];
    private int size;
    private int count;

    /// @param source how errors call the vocabulary
    Builder(String source) {
      this.source = source;
    }

    /// Adds a piece with the next id.
    Builder add(String piece) {
      return add(piece, size);
    }

    Builder add(String piece, int id) {
      checked(id, source);
      if (id >= pieces.length) {
        pieces = Arrays.copyOf(pieces, Math.max(id + 1, 2 * pieces.length));
      }
      count += pieces[id] == null ? 1 : 0;
      pieces[id] = piece;
      size = Math.max(size, id + 1);
      return this;
    }

    Vocabulary build() {
      @Nullable String[] exact = Arrays.copyOf(pieces, size);
      int[] slots = new int[Integer.highestOneBit(Math.max(8, count)) * 4];
      int longest = 0;
      for (int id = 0; id < size; id++) {
        String piece = exact[id];
        if (piece != null) {
          longest = Math.max(longest, piece.length());
          insert(exact, slots, piece, id);
        }
      }
      return new Vocabulary(exact, slots, count, longest);
    }

    private static void insert(@Nullable String[] pieces, int[] slots, String piece, int id) {
      int mask = slots.length - 1;
      int slot = hash(piece) & mask;
      while (slots[slot] != 0 && !piece.equals(pieces[slots[slot] - 1])) {
        slot = slot + 1 & mask;
      }
      slots[slot] = id + 1;
    }
  }
}
