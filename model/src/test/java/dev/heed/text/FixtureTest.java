package dev.heed.text;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heed.checkpoint.Json;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Do small tokenizers of every kind give what the library that trained them gives? The script
/// `make_fixtures.py` beside the fixtures made them.
final class FixtureTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "llama3",
        "qwen2",
        "gpt4o",
        "roberta",
        "starcoder",
        "gemma",
        "llama2",
        "metaspace-first",
        "metaspace-always",
        "metaspace-never",
        "unigram",
        "unigram-bytes",
        "bert",
        "words",
        "scripts",
        "pieces",
        "inverted",
        "suffix",
        "prefix"
      })
  void encode_hardTexts_equalsReference(String name) throws IOException {
    Json.Obj fixture = fixture(name);
    Tokenizer tokenizer = tokenizer(fixture);
    Json.Arr results = fixture.list("results");
    assertThat(results.size()).isGreaterThan(40);
    SoftAssertions all = new SoftAssertions();
    for (Json.Obj want : results.objects()) {
      check(all, tokenizer, want);
    }
    all.assertAll();
  }

  private static void check(SoftAssertions all, Tokenizer tokenizer, Json.Obj want) {
    String text = want.string("text");
    Encoding plain = tokenizer.encode(text, SpecialTokens.WITHOUT);
    Encoding marked = tokenizer.encode(text, SpecialTokens.WITH);
    all.assertThat(plain.ids()).as(text).containsExactly(want.list("ids").integers());
    all.assertThat(plain.tokens()).as(text).isEqualTo(want.list("tokens").strings());
    all.assertThat(offsets(plain)).as(text).isEqualTo(want.list("offsets").toString());
    all.assertThat(marked.ids()).as(text).containsExactly(want.list("marked").integers());
    all.assertThat(offsets(marked)).as(text).isEqualTo(want.list("markedOffsets").toString());
    String decoded = tokenizer.decode(plain.ids(), SpecialTokens.WITH);
    all.assertThat(decoded).as(text).isEqualTo(want.string("decoded"));
    all.assertThat(tokenizer.decode(plain.ids(), SpecialTokens.WITHOUT))
        .as(text)
        .isEqualTo(want.string("skipped"));
    StreamingDecoder stream = tokenizer.stream(SpecialTokens.WITH);
    StringBuilder out = new StringBuilder();
    for (int id : plain.ids()) {
      out.append(stream.push(id));
    }
    all.assertThat(out + stream.finish()).as(text).isEqualTo(decoded);
  }

  private static String offsets(Encoding encoding) {
    StringBuilder out = new StringBuilder("[");
    for (Span span : encoding.offsets()) {
      out.append(out.length() > 1 ? "," : "").append("[%d,%d]".formatted(span.start(), span.end()));
    }
    return out + "]";
  }

  static Json.Obj fixture(String name) throws IOException {
    String file = name + ".fixture.json";
    try (InputStream in = FixtureTest.class.getResourceAsStream(file)) {
      return Json.parseObject(file, Objects.requireNonNull(in, file).readAllBytes());
    }
  }

  static Tokenizer tokenizer(Json.Obj fixture) {
    byte[] json = fixture.object("tokenizer").toString().getBytes(StandardCharsets.UTF_8);
    return TokenizerJson.read("fixture", json).build();
  }
}
