package dev.heed.text;

import java.util.Arrays;

/// Turns ids into text one at a time and never emits half a character: text that ends in an
/// incomplete sequence of bytes waits until the sequence is complete, or is seen to be broken.
///
/// The outputs of [#push] and [#finish], one after another, are what [Tokenizer#decode] gives for
/// all ids at once, unless the bytes are no UTF-8.
public final class StreamingDecoder {
  /// No character has more than four bytes, so more waiting tokens than this cannot become one.
  private static final int LONGEST_WAIT = 8;

  private final Tokenizer tokenizer;
  private final SpecialTokens specials;
  // ids[0, known) gave `prefix`, which is out; ids[known, count) are waiting
  private int[] ids = new int[2 * LONGEST_WAIT];
  private int known;
  private int count;
  private String prefix = "";

  StreamingDecoder(Tokenizer tokenizer, SpecialTokens specials) {
    this.tokenizer = tokenizer;
    this.specials = specials;
  }

  /// Takes the next id and gives the text that it completes, which may be empty.
  public String push(int id) {
    if (count == ids.length) {
      ids = Arrays.copyOf(ids, 2 * count);
    }
    ids[count++] = id;
    String text = decode(0, count);
    boolean waits = text.endsWith("\uFFFD") && count - known < LONGEST_WAIT;
    return waits || text.equals(prefix) && count - known < LONGEST_WAIT ? "" : emit(text);
  }

  /// Takes ids whose text is out already, all of it: what follows is decoded as their continuation.
  public void skip(int... read) {
    for (int id : read) {
      push(id);
    }
    if (known < count) {
      emit(decode(0, count));
    }
  }

  /// Gives what is still waiting; broken bytes become U+FFFD. The decoder is then as new.
  public String finish() {
    String rest = known == count ? "" : emit(decode(0, count));
    known = 0;
    count = 0;
    prefix = "";
    return rest;
  }

  private String emit(String text) {
    String fresh = text.startsWith(prefix) ? text.substring(prefix.length()) : decode(known, count);
    System.arraycopy(ids, known, ids, 0, count - known);
    count -= known;
    known = count;
    prefix = decode(0, count);
    return fresh;
  }

  private String decode(int from, int to) {
    return tokenizer.decode(Arrays.copyOfRange(ids, from, to), specials);
  }
}
