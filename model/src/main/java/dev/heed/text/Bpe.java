package dev.heed.text;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Byte-pair encoding: a word starts as characters, then the pair with the lowest rank is merged
/// until none is left ([Sennrich et al. 2016](https://arxiv.org/abs/1508.07909)).
final class Bpe implements Model {
  /// How characters that the vocabulary lacks are treated, and what marks the ends of words.
  ///
  /// @param unknown the id of the unknown token, or -1
  /// @param continuing what the vocabulary puts before characters that do not begin a word
  /// @param ending what it puts after those that end one
  record Options(int unknown, String continuing, String ending, Set<Flag> flags) {
    enum Flag {
      /// Neighbouring unknown characters are one token.
      FUSE_UNKNOWN,
      /// Unknown characters are written as bytes.
      BYTE_FALLBACK,
      /// A word that the vocabulary has is not split, whatever the merges say.
      WHOLE_WORDS
    }
  }

  private static final int CACHE = 1 << 14;
  private static final int LONGEST_CACHED = 48;

  private final Vocabulary vocabulary;
  private final Merges merges;
  private final Options options;
  private final Symbols.Pairs pairs;
  private final int[] bytes;
  // Words seen before. Entries are immutable, so a race can only lose one; a new word takes the
  // place
  // of the one with the same slot, so the size is fixed.
  private final @Nullable Word[] cache = new Word[CACHE];

  Bpe(Vocabulary vocabulary, Merges merges, Options options) {
    this.vocabulary = vocabulary;
    this.merges = merges;
    this.options = options;
    pairs = (symbols, left, right) -> this.merges.get(symbols.id(left), symbols.id(right));
    bytes = options.flags.contains(Options.Flag.BYTE_FALLBACK) ? byteIds(vocabulary) : new int[0];
  }

  /// The ids of the 256 byte pieces, -1 where there is none.
  static int[] byteIds(Vocabulary vocabulary) {
    int[] ids = new int[256];
    Arrays.setAll(ids, b -> vocabulary.id(Bytes.piece(b)));
    return ids;
  }

  @Override
  public Vocabulary vocabulary() {
    return vocabulary;
  }

  @Override
  public void tokenize(Aligned text, int start, int end, Tokens out) {
    if (end - start > LONGEST_CACHED) {
      emit(split(text.units(), start, end), text, start, out);
      return;
    }
    int slot = Vocabulary.hash(text.units(), start, end) & CACHE - 1;
    Word word = cache[slot];
    if (word == null || !word.spells(text.units(), start, end)) {
      word = split(text.units(), start, end);
      cache[slot] = word;
    }
    emit(word, text, start, out);
  }

  private void emit(Word word, Aligned text, int start, Tokens out) {
    for (int i = 0; i < word.ids.length; i++) {
      String piece = vocabulary.piece(word.ids[i]);
      out.add(
          word.ids[i],
          piece == null ? "" : piece,
          text,
          start + word.starts[i],
          start + word.ends[i]);
    }
  }

  private Word split(char[] text, int start, int end) {
    char[] units = Arrays.copyOfRange(text, start, end);
    if (options.flags.contains(Options.Flag.WHOLE_WORDS)) {
      int whole = vocabulary.id(units, 0, units.length);
      if (whole >= 0) {
        return new Word(units, new int[] {whole}, new int[] {0}, new int[] {units.length});
      }
    }
    Symbols symbols = symbols(units);
    symbols.merge(pairs);
    int[] ids = new int[symbols.count()];
    int[] starts = new int[ids.length];
    int[] ends = new int[ids.length];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = symbols.id(i);
      starts[i] = symbols.start(i);
      ends[i] = symbols.end(i);
    }
    return new Word(units, ids, starts, ends);
  }

  /// The characters of a word. Several unknown ones in a row may become one symbol.
  private Symbols symbols(char[] units) {
    Symbols symbols = new Symbols(units.length);
    int unknownFrom = -1;
    int unknownTo = -1;
    for (int i = 0; i < units.length; ) {
      int next = i + Character.charCount(Character.codePointAt(units, i));
      int id = character(units, i, next);
      boolean unknown = id < 0 && !hasBytes(units, i, next);
      boolean fuses =
          unknown && unknownFrom >= 0 && options.flags.contains(Options.Flag.FUSE_UNKNOWN);
      if (unknownFrom >= 0 && !fuses) {
        symbols.add(options.unknown, unknownFrom, unknownTo);
        unknownFrom = -1;
      }
      if (unknown && options.unknown >= 0) {
        unknownFrom = fuses ? unknownFrom : i;
        unknownTo = next;
      } else if (id >= 0) {
        symbols.add(id, i, next);
      } else if (!unknown) {
        addBytes(symbols, units, i, next);
      }
      i = next;
    }
    if (unknownFrom >= 0) {
      symbols.add(options.unknown, unknownFrom, unknownTo);
    }
    return symbols;
  }

  private int character(char[] units, int start, int end) {
    boolean marked =
        start > 0 && !options.continuing.isEmpty()
            || end == units.length && !options.ending.isEmpty();
    if (!marked) {
      return vocabulary.id(units, start, end);
    }
    String before = start > 0 ? options.continuing : "";
    String after = end == units.length ? options.ending : "";
    return vocabulary.id(before + new String(units, start, end - start) + after);
  }

  private boolean hasBytes(char[] units, int start, int end) {
    if (bytes.length == 0) {
      return false;
    }
    for (byte b : utf8(units, start, end)) {
      if (bytes[b & 0xFF] < 0) {
        return false;
      }
    }
    return true;
  }

  private void addBytes(Symbols symbols, char[] units, int start, int end) {
    for (byte b : utf8(units, start, end)) {
      symbols.add(bytes[b & 0xFF], start, end);
    }
  }

  static byte[] utf8(char[] units, int start, int end) {
    return new String(units, start, end - start).getBytes(StandardCharsets.UTF_8);
  }

  /// A word and its tokens, with offsets from the beginning of the word.
  private record Word(char[] units, int[] ids, int[] starts, int[] ends) {
    boolean spells(char[] text, int start, int end) {
      return Arrays.equals(units, 0, units.length, text, start, end);
    }
  }
}
