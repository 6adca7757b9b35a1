package dev.heed.text;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heed.checkpoint.Json;
import dev.heed.testing.NeedsShared;
import dev.heed.testing.Shared;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.List;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Does every tokenizer give what Hugging Face's tokenizers 0.23.2 give?
@NeedsShared("data/tokenizers")
final class ReferenceTest {
  private static final String FOLDER = "data/tokenizers/";

  @ParameterizedTest
  @CsvSource({
    "bert-base-cased, tribuo-tinybert__bert-base-cased-tokenizer.json",
    "phi-2, ort-extensions-tokenizers__phi-2__tokenizer.json",
    "t5-small, ort-extensions-tokenizers__tokenizer__t5-small__tokenizer.json"
  })
  void encode_referenceTexts_equalsReference(String name, String expected) {
    Tokenizer tokenizer = Tokenizers.load(Shared.path(FOLDER + "hf/" + name + "-tokenizer.json"));
    List<String> texts = ((Json.Arr) read("expected/texts.json")).strings();
    List<Json.Obj> results = ((Json.Obj) read("expected/" + expected)).list("results").objects();
    assertThat(texts).hasSize(165).hasSameSizeAs(results);
    SoftAssertions all = new SoftAssertions();
    for (int i = 0; i < texts.size(); i++) {
      check(all, tokenizer, texts.get(i), results.get(i));
    }
    all.assertAll();
  }

  private static void check(SoftAssertions all, Tokenizer tokenizer, String text, Json.Obj want) {
    Encoding bare = tokenizer.encode(text, SpecialTokens.WITHOUT);
    int[] ids = tokenizer.encode(text, SpecialTokens.WITH).ids();
    all.assertThat(ids).as(text).containsExactly(want.list("ids").integers());
    all.assertThat(bare.ids()).as(text).containsExactly(want.list("ids_nospecial").integers());
    Json.Arr offsets = want.list("offsets");
    all.assertThat(bare.offsets()).as(text).hasSize(offsets.size());
    for (int i = 0; i < Math.min(bare.size(), offsets.size()); i++) {
      int[] range = offsets.list(i).integers();
      all.assertThat(bare.offset(i)).as(text).isEqualTo(new Span(range[0], range[1]));
    }
    String decoded = tokenizer.decode(bare.ids(), SpecialTokens.WITH);
    all.assertThat(decoded).as(text).isEqualTo(want.string("decoded"));
    all.assertThat(streamed(tokenizer, bare.ids())).as(text).isEqualTo(decoded);
  }

  private static String streamed(Tokenizer tokenizer, int[] ids) {
    StreamingDecoder stream = tokenizer.stream(SpecialTokens.WITH);
    StringBuilder out = new StringBuilder();
    for (int id : ids) {
      out.append(stream.push(id));
    }
    return out.append(stream.finish()).toString();
  }

  private static Json read(String name) {
    try {
      return Json.parse(name, Files.readAllBytes(Shared.path(FOLDER + name)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
