package dev.heed.text;

import java.text.Normalizer.Form;
import java.util.ArrayList;
import java.util.List;

/// What BERT does to a text first: clean it, set Chinese characters apart, strip accents, lower the
/// case; each of the steps can be left out.
final class BertNormalizer {
  private BertNormalizer() {}

  /// The steps in their order.
  static Normalizer of(List<Step> steps) {
    List<Normalizer> chosen = new ArrayList<>();
    for (Step step : Step.values()) {
      if (steps.contains(step)) {
        chosen.add(normalizer(step));
      }
    }
    return new Normalizers.Sequence(chosen);
  }

  enum Step {
    CLEAN,
    IDEOGRAPHS,
    ACCENTS,
    LOWERCASE
  }

  private static Normalizer normalizer(Step step) {
    return switch (step) {
      case CLEAN -> BertNormalizer::clean;
      case IDEOGRAPHS -> BertNormalizer::setIdeographsApart;
      case ACCENTS -> BertNormalizer::stripAccents;
      case LOWERCASE -> Normalizers::lowercase;
    };
  }

  private static Aligned clean(Aligned text) {
    Aligned.Builder out = text.rewrite();
    for (int i = 0; i < text.length(); ) {
      int c = text.codePoint(i);
      if (Characters.isWhitespace(c)) {
        // vertical tab, form feed, next line: controls, so they go; line breaks and tabs stay
        if (!Characters.isControl(c) || c == '\t' || c == '\n' || c == '\r') {
          out.put(' ', i);
        }
      } else if (c != 0xFFFD && !Characters.isControl(c)) {
        out.put(c, i);
      }
      i += Character.charCount(c);
    }
    return out.build();
  }

  private static Aligned setIdeographsApart(Aligned text) {
    Aligned.Builder out = text.rewrite();
    for (int i = 0; i < text.length(); ) {
      int c = text.codePoint(i);
      if (Characters.isIdeograph(c)) {
        out.put(' ', i);
        out.put(c, i);
        out.put(' ', i);
      } else {
        out.put(c, i);
      }
      i += Character.charCount(c);
    }
    return out.build();
  }

  private static Aligned stripAccents(Aligned text) {
    Aligned decomposed = new UnicodeForm(Form.NFD).apply(text);
    return Normalizers.keep(decomposed, c -> Character.getType(c) != Character.NON_SPACING_MARK);
  }
}
