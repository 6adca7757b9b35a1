package dev.heed.lens;

import dev.heed.text.SpecialTokens;
import dev.heed.text.Tokenizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;

/// Texts of one length, cut from a longer one, each with the token before it that a tokenizer puts
/// before every text.
public final class TextWindows {
  private TextWindows() {}

  /// Of a text, of which at most some tokens are read.
  ///
  /// @param length of each, or of the text where that is shorter
  public static List<int[]> of(Tokenizer tokenizer, String text, int length, int tokens) {
    return of(tokenizer, read(tokenizer, text, tokens), length, tokens);
  }

  /// At least the first tokens of a text, where it has as many.
  public static int[] read(Tokenizer tokenizer, String text, int tokens) {
    // a token is at least a character, so that a huge text is not split whole
    int most = (int) Math.min(text.length(), 16L * tokens + 64);
    return tokenizer.encode(text.substring(0, most), SpecialTokens.WITHOUT).ids();
  }

  /// Of tokens, of which at most some are read.
  ///
  /// @param length of each, or of all there are where that is less
  public static List<int[]> of(Tokenizer tokenizer, int[] all, int length, int tokens) {
    OptionalInt beginning = beginning(tokenizer);
    int room = Math.min(all.length, length - (beginning.isPresent() ? 1 : 0));
    if (room < 1) {
      throw new LensException(
          "texts: %d tokens in windows of %d; at least one token would fit"
              .formatted(all.length, length));
    }
    List<int[]> windows = new ArrayList<>();
    for (int from = 0; from + room <= all.length && from < tokens; from += room) {
      int[] part = Arrays.copyOfRange(all, from, from + room);
      windows.add(beginning.isPresent() ? before(beginning.getAsInt(), part) : part);
    }
    return windows;
  }

  private static int[] before(int first, int[] rest) {
    int[] all = new int[rest.length + 1];
    all[0] = first;
    System.arraycopy(rest, 0, all, 1, rest.length);
    return all;
  }

  /// The token that the tokenizer puts before every text, where it puts one.
  public static OptionalInt beginning(Tokenizer tokenizer) {
    OptionalInt bos = tokenizer.bos();
    if (bos.isEmpty()) {
      return bos;
    }
    int[] ids = tokenizer.encode("", SpecialTokens.WITH).ids();
    return ids.length > 0 && ids[0] == bos.getAsInt() ? bos : OptionalInt.empty();
  }
}
