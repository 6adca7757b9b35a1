package dev.heed.serve;

import dev.heed.lens.TextWindows;
import dev.heed.model.Decoder;
import dev.heed.model.LanguageModel;
import dev.heed.tensor.CounterRandom;
import dev.heed.text.Encoding;
import dev.heed.text.Span;
import dev.heed.text.SpecialTokens;
import dev.heed.text.TokenIds;
import dev.heed.text.TokenText;
import dev.heed.text.Tokenizer;
import java.util.Arrays;
import java.util.OptionalInt;

/// A text as a model reads it.
///
/// @param characters the code points of the text
/// @param continued tokens after the text, which a model went on with
@SuppressWarnings("ArrayRecordComponent")
record Texts(Tokenizer tokenizer, Encoding encoding, int[] characters, int... continued) {
  private static final int LONGEST_PERIOD = 16;

  /// @throws RefusedException where the text has no token, or more than the model has positions
  static Texts of(LanguageModel model, String text, int... continued) {
    Encoding encoding = model.tokenizer().encode(text, SpecialTokens.WITH);
    int context = model.decoder().context();
    int size = encoding.size() + continued.length;
    if (encoding.size() < 1 || size > context) {
      throw new RefusedException(
          400,
          "studio: the text has %d tokens; 1 to %d fit the context of this model"
              .formatted(size, context));
    }
    int vocabulary = model.decoder().embedding().tokens().shape().axis(0);
    for (int id : continued) {
      Checks.within("continued token", id, vocabulary);
    }
    return new Texts(model.tokenizer(), encoding, text.codePoints().toArray(), continued);
  }

  /// Random ids that come twice, for a model whose texts are ids.
  static String exampleOfIds(Decoder decoder) {
    int vocabulary = decoder.embedding().tokens().shape().axis(0);
    int period = Math.max(1, Math.min(LONGEST_PERIOD, decoder.context() / 2));
    int[] ids = new int[2 * period];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = CounterRandom.of(0).below(vocabulary, i % period);
    }
    return new TokenIds(vocabulary).decode(ids, SpecialTokens.WITHOUT);
  }

  int size() {
    return encoding.size() + continued.length;
  }

  int[] ids() {
    int[] ids = Arrays.copyOf(encoding.ids(), size());
    System.arraycopy(continued, 0, ids, encoding.size(), continued.length);
    return ids;
  }

  int id(int index) {
    return isGenerated(index) ? continued[index - encoding.size()] : encoding.id(index);
  }

  /// Whether a model said the token.
  boolean isGenerated(int index) {
    return index >= encoding.size();
  }

  /// The token that every text of this model begins with, where one does.
  OptionalInt beginning() {
    return tokenizer instanceof TokenIds ? OptionalInt.empty() : TextWindows.beginning(tokenizer);
  }

  /// What a reader sees of a token: the part of the text that it stands for, or its piece.
  String shown(int index) {
    if (isGenerated(index)) {
      return shown(tokenizer, id(index));
    }
    Span span = encoding.offset(index);
    return span.end() > span.start() && span.end() <= characters.length
        ? new String(characters, span.start(), span.end() - span.start())
        : shown(tokenizer, encoding.id(index));
  }

  /// What a reader sees of a token that stands in no text.
  static String shown(Tokenizer tokenizer, int id) {
    return TokenText.of(tokenizer, id);
  }
}
