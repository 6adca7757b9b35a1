package dev.heed.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class WordScannerTest {
  private static final String[] PARTS = {
    "a", "Z", "é", "'", "s", "T", "'ll", "'RE", "ſ", " ", "  ", "\t", "\n", "\r\n", "\u00a0",
    "\u3000", "1", "٣", "½", "²", ".", "!?", "_", "日", "😀", "𝔘", "\u0301", "\u200d", "\u0085"
  };

  private static List<String> words(Matches pattern, String text) {
    Aligned aligned = Aligned.original(text.toCharArray(), 0, text.length());
    int[] found = pattern.find(aligned, 0, text.length());
    List<String> words = new ArrayList<>();
    for (int i = 0; i < found.length; i += 2) {
      words.add(text.substring(found[i], found[i + 1]));
    }
    return words;
  }

  @Test
  void find_gpt2_keepsOneSpaceWithTheWord() {
    assertThat(words(WordScanner.GPT2, "I've  2 dogs!!\n\n ok"))
        .containsExactly("I", "'ve", " ", " 2", " dogs", "!!", "\n\n", " ok");
    assertThat(words(WordScanner.GPT2, "WE'LL   ")).containsExactly("WE", "'", "LL", "   ");
  }

  @Test
  void find_llama3AndQwen2_differInDigits() {
    assertThat(words(WordScanner.LLAMA3, "a 12345(b)\n\nWE'LL"))
        .containsExactly("a", " ", "123", "45", "(b", ")\n\n", "WE", "'LL");
    assertThat(words(WordScanner.QWEN2, " 12")).containsExactly(" ", "1", "2");
  }

  @ParameterizedTest
  @EnumSource(WordScanner.class)
  void find_randomTexts_equalsTheRegularExpression(WordScanner scanner) {
    String expression = scanner.pattern().replace("(?i:", "(?iu:");
    Pattern pattern = Pattern.compile(expression, Pattern.UNICODE_CHARACTER_CLASS);
    Random random = new Random(11);
    for (int n = 0; n < 2000; n++) {
      StringBuilder text = new StringBuilder();
      for (int i = random.nextInt(14); i >= 0; i--) {
        text.append(PARTS[random.nextInt(PARTS.length)]);
      }
      List<String> expected = new ArrayList<>();
      for (Matcher m = pattern.matcher(text); m.find(); ) {
        expected.add(m.group());
      }
      assertThat(words(scanner, text.toString())).isEqualTo(expected);
    }
  }

  @Test
  void find_withinARange_seesNothingOutside() {
    String text = "ab  cd";
    Aligned aligned = Aligned.original(text.toCharArray(), 0, text.length());
    assertThat(WordScanner.GPT2.find(aligned, 1, 4)).containsExactly(1, 2, 2, 4);
  }
}
