package dev.heed.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heed.tensor.HeedException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StandardInputTest {
  private static String read(String text, Charset charset) throws IOException {
    return StandardInput.text(new ByteArrayInputStream(text.getBytes(charset)));
  }

  @ParameterizedTest
  @CsvSource({"'Zoë 🐉\n', 'Zoë 🐉'", "'one\r\n', one", "'two\n\n', 'two\n'", "'', ''"})
  void text_utf8_losesOneNewlineAtMost(String input, String expected) throws IOException {
    assertThat(read(input, StandardCharsets.UTF_8)).isEqualTo(expected);
  }

  @Test
  void text_otherEncoding_isRefused() {
    assertThatThrownBy(() -> read("Zoë", StandardCharsets.ISO_8859_1))
        .isInstanceOf(HeedException.class)
        .hasMessageContaining("not UTF-8");
  }
}
