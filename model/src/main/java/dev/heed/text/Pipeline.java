package dev.heed.text;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/// A tokenizer put together from its steps: added tokens are cut out, the rest is normalized, cut
/// into words, split by the model, and marked.
final class Pipeline implements Tokenizer {
  private final Builder parts;
  private final AddedTokens added;
  private final Vocabulary vocabulary;

  private Pipeline(Builder parts) {
    this.parts = parts;
    vocabulary = parts.model.vocabulary();
    added = new AddedTokens(parts.added, parts.normalizer);
  }

  @Override
  public Encoding encode(String text, SpecialTokens specials) {
    char[] units = Text.units(text);
    Tokens out = new Tokens(16 + units.length / 3);
    Aligned whole = Aligned.original(units, 0, units.length);
    int done = 0;
    for (AddedTokens.Found found : added.inRaw(whole)) {
      encodeRest(whole, done, found.start(), out);
      addToken(found, whole, out);
      done = found.end();
    }
    encodeRest(whole, done, units.length, out);
    out.countCodePoints(units);
    return parts.limits.apply(out, parts.post, specials).encoding();
  }

  private void encodeRest(Aligned whole, int start, int end, Tokens out) {
    if (start >= end) {
      return;
    }
    boolean all = start == 0 && end == whole.length();
    Aligned text = parts.normalizer.apply(all ? whole : whole.slice(start, end));
    int done = 0;
    for (AddedTokens.Found found : added.inNormalized(text)) {
      encodeWords(text, done, found.start(), out);
      addToken(found, text, out);
      done = found.end();
    }
    encodeWords(text, done, text.length(), out);
  }

  private void encodeWords(Aligned text, int start, int end, Tokens out) {
    if (start >= end) {
      return;
    }
    boolean all = start == 0 && end == text.length();
    Pieces pieces = parts.preTokenizer.apply(Pieces.whole(all ? text : text.slice(start, end)));
    Ranges ranges = pieces.ranges();
    for (int i = 0; i < ranges.count(); i++) {
      if (ranges.start(i) < ranges.end(i)) {
        parts.model.tokenize(pieces.text(), ranges.start(i), ranges.end(i), out);
      }
    }
  }

  private static void addToken(AddedTokens.Found found, Aligned text, Tokens out) {
    String surface = text.subSequence(found.start(), found.end()).toString();
    out.add(found.token().id(), surface, text, found.start(), found.end());
  }

  @Override
  public String decode(int[] ids, SpecialTokens specials) {
    List<String> pieces = new ArrayList<>(ids.length);
    for (int id : ids) {
      if (id < 0) {
        throw new TokenizerException("decode: %d is no id; ids from 0 on are".formatted(id));
      }
      String piece = lookUp(id);
      if (piece != null && !(specials == SpecialTokens.WITHOUT && isSpecial(id))) {
        pieces.add(piece);
      }
    }
    return String.join("", parts.decoder.apply(pieces));
  }

  private @Nullable String lookUp(int id) {
    AddedToken token = added.byId(id);
    return token != null ? token.content() : vocabulary.piece(id);
  }

  @Override
  public int vocabularySize() {
    return Math.max(vocabulary.size(), added.size());
  }

  @Override
  public String piece(int id) {
    String piece = lookUp(id);
    if (piece == null) {
      throw new TokenizerException(
          "piece: no piece has the id %d; ids below %d have".formatted(id, vocabularySize()));
    }
    return piece;
  }

  @Override
  public OptionalInt idOf(String piece) {
    AddedToken token = added.byContent(piece);
    return token != null ? OptionalInt.of(token.id()) : vocabulary.find(piece);
  }

  @Override
  public boolean isSpecial(int id) {
    AddedToken token = added.byId(id);
    return token != null && token.is(AddedToken.Flag.SPECIAL);
  }

  @Override
  public OptionalInt bos() {
    return marked(Role.BEGINNING);
  }

  @Override
  public OptionalInt eos() {
    return marked(Role.END);
  }

  private OptionalInt marked(Role role) {
    String piece = parts.pieces.get(role);
    int id = parts.ids.getOrDefault(role, -1);
    if (piece != null) {
      return idOf(piece);
    }
    return id < 0 ? OptionalInt.empty() : OptionalInt.of(id);
  }

  /// Collects the steps.
  static final class Builder {
    private final Model model;
    private final Decoder decoder;
    private List<AddedToken> added = List.of();
    private Normalizer normalizer = Normalizer.NONE;
    private PreTokenizer preTokenizer = PreTokenizer.NONE;
    private PostProcessor post = PostProcessor.NONE;
    private Limits limits = Limits.NONE;
    private final Map<Role, String> pieces = new EnumMap<>(Role.class);
    private final Map<Role, Integer> ids = new EnumMap<>(Role.class);

    Builder(Model model, Decoder decoder) {
      this.model = model;
      this.decoder = decoder;
    }

    Builder added(List<AddedToken> tokens) {
      added = List.copyOf(tokens);
      return this;
    }

    Builder normalizer(Normalizer step) {
      normalizer = step;
      return this;
    }

    Builder preTokenizer(PreTokenizer step) {
      preTokenizer = step;
      return this;
    }

    Builder post(PostProcessor step) {
      post = step;
      return this;
    }

    Builder limits(Limits step) {
      limits = step;
      return this;
    }

    /// Names the token with a role by its piece.
    Builder mark(Role role, String piece) {
      pieces.put(role, piece);
      return this;
    }

    /// Names the token with a role by its id; a negative one stands for none.
    Builder mark(Role role, int id) {
      ids.put(role, id);
      return this;
    }

    Tokenizer build() {
      return new Pipeline(this);
    }
  }
}
