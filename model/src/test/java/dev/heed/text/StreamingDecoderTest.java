package dev.heed.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import org.junit.jupiter.api.Test;

final class StreamingDecoderTest {
  private static Tokenizer gemma() throws IOException {
    return FixtureTest.tokenizer(FixtureTest.fixture("gemma"));
  }

  private static int b(Tokenizer tokenizer, int value) {
    return tokenizer.idOf("<0x%02X>".formatted(value)).orElseThrow();
  }

  @Test
  void push_bytesOfOneCharacter_waitsForTheLast() throws IOException {
    Tokenizer tokenizer = gemma();
    StreamingDecoder stream = tokenizer.stream(SpecialTokens.WITH);
    assertThat(stream.push(b(tokenizer, 0xF0))).isEmpty();
    assertThat(stream.push(b(tokenizer, 0x9F))).isEmpty();
    assertThat(stream.push(b(tokenizer, 0x98))).isEmpty();
    assertThat(stream.push(b(tokenizer, 0x80))).isEqualTo("😀");
    assertThat(stream.push(b(tokenizer, 0xE2))).isEmpty();
    assertThat(stream.finish()).isEqualTo("\uFFFD");
    assertThat(stream.finish()).isEmpty();
  }

  @Test
  void push_brokenBytes_areNotHeldBackForEver() throws IOException {
    Tokenizer tokenizer = gemma();
    StreamingDecoder stream = tokenizer.stream(SpecialTokens.WITH);
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < 40; i++) {
      out.append(stream.push(b(tokenizer, 0xFF)));
    }
    assertThat(out).hasSizeGreaterThanOrEqualTo(32);
    assertThat(out + stream.finish()).isEqualTo("\uFFFD".repeat(40));
  }

  @Test
  void push_brokenBytesThenText_givesBoth() throws IOException {
    Tokenizer tokenizer = gemma();
    StreamingDecoder stream = tokenizer.stream(SpecialTokens.WITH);
    stream.push(b(tokenizer, 0xC3));
    assertThat(stream.push(tokenizer.idOf("a").orElseThrow())).isEqualTo("\uFFFDa");
  }

  @Test
  void decode_unknownAndNegativeIds_areSkippedAndRefused() throws IOException {
    Tokenizer tokenizer = gemma();
    int size = tokenizer.vocabularySize();
    assertThat(tokenizer.decode(new int[] {size, size + 7}, SpecialTokens.WITH)).isEmpty();
    assertThatThrownBy(() -> tokenizer.decode(new int[] {-1}, SpecialTokens.WITH))
        .isInstanceOf(TokenizerException.class);
    assertThatThrownBy(() -> tokenizer.piece(size)).hasMessageContaining(Integer.toString(size));
  }

  @Test
  void encode_loneSurrogates_areReplacedInPlace() throws IOException {
    Tokenizer tokenizer = gemma();
    Encoding lone = tokenizer.encode("a\uD83Db\uDE00", SpecialTokens.WITHOUT);
    Encoding replaced = tokenizer.encode("a\uFFFDb\uFFFD", SpecialTokens.WITHOUT);
    assertThat(lone).isEqualTo(replaced).hasSameHashCodeAs(replaced);
    assertThat(lone).hasToString(replaced.toString());
  }

  @Test
  void tokenizer_manyThreads_agree() throws IOException {
    Tokenizer tokenizer = FixtureTest.tokenizer(FixtureTest.fixture("llama3"));
    String text = "The cat didn't see 12345 of them; läuft über 日本語.\n".repeat(50);
    Encoding alone = tokenizer.encode(text, SpecialTokens.WITH);
    boolean same =
        java.util.stream.IntStream.range(0, 64)
            .parallel()
            .allMatch(_ -> tokenizer.encode(text, SpecialTokens.WITH).equals(alone));
    assertThat(same).isTrue();
  }
}
