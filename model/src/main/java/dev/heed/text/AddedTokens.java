package dev.heed.text;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The tokens that are cut out of a text before anything else: first those that are looked for in
/// the text as given, then those looked for in the normalized text.
final class AddedTokens {
  private final List<AddedToken> tokens;
  private final Map<Integer, AddedToken> byId = new HashMap<>();
  private final Map<String, AddedToken> byContent = new HashMap<>();
  private final Trie raw = new Trie();
  private final Trie normalized = new Trie();
  private int size;

  /// @param normalizer what the contents of tokens that are looked for in normalized text go
  ///   through
  AddedTokens(List<AddedToken> tokens, Normalizer normalizer) {
    this.tokens = new ArrayList<>();
    for (AddedToken token : tokens) {
      if (token.content().isEmpty() || byContent.putIfAbsent(token.content(), token) != null) {
        continue;
      }
      byId.put(token.id(), token);
      size = Math.max(size, token.id() + 1);
      boolean inNormalized = token.is(AddedToken.Flag.NORMALIZED);
      char[] units = Text.units(token.content());
      String form =
          inNormalized
              ? normalizer.apply(Aligned.original(units, 0, units.length)).toString()
              : token.content();
      if (!form.isEmpty()) {
        (inNormalized ? normalized : raw).put(form, this.tokens.size());
      }
      this.tokens.add(token);
    }
  }

  @Nullable AddedToken byId(int id) {
    return byId.get(id);
  }

  @Nullable AddedToken byContent(String content) {
    return byContent.get(content);
  }

  /// One more than the largest id.
  int size() {
    return size;
  }

  /// The tokens in a text as given.
  List<Found> inRaw(Aligned text) {
    return find(text, raw);
  }

  /// The tokens in a normalized text.
  List<Found> inNormalized(Aligned text) {
    return find(text, normalized);
  }

  /// A token and the units that it takes.
  record Found(AddedToken token, int start, int end) {}

  private List<Found> find(Aligned text, Trie trie) {
    List<Found> found = new ArrayList<>();
    int done = 0;
    for (int i = 0; i < text.length(); ) {
      int node = trie.next(Trie.ROOT, text.charAt(i));
      if (node < 0) {
        i++;
        continue;
      }
      int index = -1;
      int end = i + 1;
      for (int j = i + 1; node >= 0; j++) {
        if (trie.value(node) >= 0) {
          index = trie.value(node);
          end = j;
        }
        node = j < text.length() ? trie.next(node, text.charAt(j)) : Trie.NONE;
      }
      AddedToken token = index < 0 ? null : tokens.get(index);
      if (token != null && !(token.is(AddedToken.Flag.SINGLE_WORD) && insideWord(text, i, end))) {
        Found match = stretch(token, text, i, end, done);
        found.add(match);
        done = match.end;
      }
      i = end;
    }
    return found;
  }

  private static Found stretch(AddedToken token, Aligned text, int start, int end, int done) {
    int from = start;
    int to = end;
    while (token.is(AddedToken.Flag.LEFT_STRIP)
        && from > done
        && Characters.isWhitespace(text.charAt(from - 1))) {
      from--;
    }
    while (token.is(AddedToken.Flag.RIGHT_STRIP)
        && to < text.length()
        && Characters.isWhitespace(text.charAt(to))) {
      to++;
    }
    return new Found(token, from, to);
  }

  private static boolean insideWord(Aligned text, int start, int end) {
    return start > 0 && Characters.isWord(Character.codePointBefore(text, start))
        || end < text.length() && Characters.isWord(text.codePoint(end));
  }
}
