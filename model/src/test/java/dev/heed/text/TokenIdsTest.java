package dev.heed.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TokenIdsTest {
  private final TokenIds ids = new TokenIds(12);

  @Test
  void encode_numbers_areIdsWithTheirPlaces() {
    Encoding encoding = ids.encode(" 3, 11\n0 ", SpecialTokens.WITH);

    assertThat(encoding.ids()).containsExactly(3, 11, 0);
    assertThat(encoding.offset(1)).isEqualTo(new Span(4, 6));
    assertThat(ids.decode(encoding.ids(), SpecialTokens.WITH)).isEqualTo("3 11 0");
    assertThat(ids.encode("", SpecialTokens.WITH).size()).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"12", "-1", "Romeo", "3.5", "99999999999", "🌹"})
  void encode_anythingElse_isRefused(String word) {
    assertThatThrownBy(() -> ids.encode("3 " + word, SpecialTokens.WITH))
        .isInstanceOf(TokenizerException.class)
        .hasMessageContaining("'" + word + "'")
        .hasMessageContaining("0 to 11");
  }
}
