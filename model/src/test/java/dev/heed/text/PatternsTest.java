package dev.heed.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Regular expressions as `tokenizer.json` writes them, and what patterns do to pieces.
final class PatternsTest {
  private static Aligned text(String text) {
    return Aligned.original(text.toCharArray(), 0, text.length());
  }

  @ParameterizedTest
  @CsvSource({
    "'\\h+', '\\p{XDigit}+'",
    "'\\p{Han}\\p{^L}\\P{^Nd}', '\\p{IsHan}\\P{L}\\p{Nd}'",
    "'[[:alpha:][:^space:]]x[:]', '[\\p{Alpha}\\P{Space}]x[:]'",
    "'(?i:a)(?m:.)(?<n>b)(?=c)', '(?iu:a)(?s:.)(?<n>b)(?=c)'",
    "'\\\\h\\(?i', '\\\\h\\(?i'"
  })
  void translate_whatDiffers_isRewritten(String ruby, String java) {
    assertThat(Oniguruma.translate(ruby)).isEqualTo(java);
  }

  @Test
  void of_usualPatterns_areScanners() {
    assertThat(RegexMatches.of(WordScanner.LLAMA3.pattern())).isSameAs(WordScanner.LLAMA3);
    assertThat(RegexMatches.of(WordScanner.QWEN2.pattern())).isSameAs(WordScanner.QWEN2);
    assertThat(RegexMatches.of("\\s+")).isNotInstanceOf(WordScanner.class);
  }

  @Test
  void of_brokenExpression_namesIt() {
    assertThatThrownBy(() -> RegexMatches.of("a(b"))
        .isInstanceOf(TokenizerException.class)
        .hasMessageContaining("\"a(b\" is not understood");
    assertThatThrownBy(() -> RegexMatches.of("[[:word:]]")).hasMessageContaining("[:word:]");
  }

  @Test
  void find_runawayExpression_isStopped() {
    Matches runaway = RegexMatches.of("(?:(a+)+)\\1b");
    assertThatThrownBy(() -> runaway.find(text("a".repeat(40)), 0, 40))
        .isInstanceOf(TokenizerException.class)
        .hasMessageContaining("too many steps");
  }

  @Test
  void find_deepExpression_isAnErrorAndNoOverflow() {
    Matches deep = RegexMatches.of("(?:a|b)*c");
    int length = 2_000_000;
    assertThatThrownBy(() -> deep.find(text("ab".repeat(length / 2)), 0, length))
        .isInstanceOf(TokenizerException.class);
  }

  @ParameterizedTest
  @CsvSource({
    "REMOVED, 'a|bc|d'",
    "ISOLATED, 'a|-|bc|-|-|d|-'",
    "MERGED_WITH_PREVIOUS, 'a-|bc-|-|d-'",
    "MERGED_WITH_NEXT, 'a|-bc|-|-d|-'",
    "CONTIGUOUS, 'a|-|bc|--|d|-'"
  })
  void split_eachBehavior_keepsItsShareOfTheMatch(Split.Behavior behavior, String expected) {
    Split split = new Split(Matches.literal("-"), behavior);
    Pieces pieces = split.apply(Pieces.whole(text("a-bc--d-")));
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < pieces.ranges().count(); i++) {
      out.append(i == 0 ? "" : "|");
      out.append(pieces.text().subSequence(pieces.ranges().start(i), pieces.ranges().end(i)));
    }
    assertThat(out).hasToString(expected);
  }

  @Test
  void replace_rulesThatDoubleTheText_areStopped() {
    Normalizer doubled = new Normalizers.Replace(Matches.literal("a"), "aa");
    Normalizer many = new Normalizers.Sequence(java.util.Collections.nCopies(60, doubled));
    assertThatThrownBy(() -> many.apply(text("aaa")))
        .isInstanceOf(TokenizerException.class)
        .hasMessageContaining("grew beyond");
  }
}
