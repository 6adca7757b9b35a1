package dev.heed.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.heed.checkpoint.Json;
import dev.heed.grad.Probe;
import dev.heed.grad.Run;
import dev.heed.grad.Site;
import dev.heed.grad.Tokens;
import dev.heed.kernel.Kernels;
import dev.heed.kernel.Workers;
import dev.heed.lens.HeadStatistics;
import dev.heed.lens.Lens;
import dev.heed.lens.Sites;
import dev.heed.lens.Trace;
import dev.heed.model.LanguageModel;
import dev.heed.tensor.Tensor;
import dev.heed.text.SpecialTokens;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The studio as a browser meets it: over sockets, with the model in the box.
class StudioTest {
  private static final String TEXT = "JULIET:\nO Romeo, Romeo!";

  private static Workers workers;
  private static Studio studio;

  @BeforeAll
  static void start() {
    workers = Workers.of(2);
    studio = Studio.start("embedded", StudioSettings.loopback(0), workers);
  }

  @AfterAll
  static void stop() {
    studio.close();
    workers.close();
  }

  @Test
  void head_ofATrace_isThePatternOfTheModel() throws Exception {
    float[] pattern = patternOfBlock(2);
    int length = (int) Math.round(Math.sqrt(pattern.length / 4.0));
    FloatBuffer sent =
        ByteBuffer.wrap(post("head", "{\"text\": %s, \"layer\": 2, \"head\": 3}").body())
            .order(ByteOrder.LITTLE_ENDIAN)
            .asFloatBuffer();

    assertThat(sent.remaining()).isEqualTo(length * (length + 1) / 2);
    for (int q = 0; q < length; q++) {
      for (int k = 0; k <= q; k++) {
        assertThat(sent.get(q * (q + 1) / 2 + k)).isEqualTo(pattern[(3 * length + q) * length + k]);
      }
    }
  }

  @Test
  void patterns_ofATrace_areRootsOfTheWeights() throws Exception {
    float[] pattern = patternOfBlock(0);
    int length = (int) Math.round(Math.sqrt(pattern.length / 4.0));
    byte[] sent = post("patterns", "{\"text\": %s}").body();

    assertThat(sent).hasSize(6 * 4 * length * (length + 1) / 2);
    for (int q = 0; q < length; q++) {
      for (int k = 0; k <= q; k++) {
        double root = (sent[q * (q + 1) / 2 + k] & 0xff) / 255.0;
        assertThat(root * root).isCloseTo(pattern[q * length + k], within(1 / 255.0));
      }
    }
  }

  @Test
  void trace_ofAText_hasItsTokens() throws Exception {
    Json.Obj answer = json(post("trace", "{\"text\": %s}"));

    StringBuilder text = new StringBuilder();
    answer.list("tokens").objects().forEach(token -> text.append(token.string("text")));
    assertThat(text.toString()).isEqualTo(TEXT);
    assertThat(answer.list("tokens").object(1).number("loss")).isPositive();
  }

  @Test
  void lens_ofAText_endsWithWhatTheModelSays() throws Exception {
    Json.Arr layers = json(post("lens", "{\"text\": %s}")).list("layers");
    Json.Arr tokens = json(post("trace", "{\"text\": %s}")).list("tokens");

    assertThat(layers.size()).isEqualTo(7);
    for (int t = 0; t + 1 < tokens.size(); t++) {
      double last = layers.list(6).object(t).number("loss");
      // the norm and the head of one row at a time, against those of the whole text
      assertThat(last).isCloseTo(tokens.object(t + 1).number("loss"), within(1e-3));
    }
  }

  @Test
  void heads_ofAText_areTheStatisticsOfTheLens() throws Exception {
    Json.Obj head = json(post("heads", "{\"text\": %s}")).list("heads").object(4 * 3 + 2);
    try (LanguageModel model = LanguageModel.embedded()) {
      int[] ids = model.tokenizer().encode(TEXT, SpecialTokens.WITH).ids();
      Trace trace = Lens.of(model, workers).trace(ids, Sites.matching("blocks.3.attn.pattern"));
      HeadStatistics statistics = HeadStatistics.of(trace.pattern(3, 2));
      assertThat(head.integer("layer")).isEqualTo(3);
      assertThat(head.integer("head")).isEqualTo(2);
      // the studio looks at all layers at once, which adds up in the same order
      assertThat(head.number("focus")).isCloseTo(statistics.focus(), within(1e-6));
      assertThat(head.number("sink")).isCloseTo(statistics.sink(), within(1e-6));
      assertThat(head.number("distance")).isCloseTo(statistics.distance(), within(1e-6));
    }
  }

  @Test
  void heads_ofAShortText_haveNoRoleThatItHardlyAsksFor() throws Exception {
    // eight letters come again, a single one of them after what it followed: no head repeats here
    String body = "{\"text\": %s}".formatted(Json.of("ROMEO:\nBut soft! what light through"));
    Json.Obj answer = json(send("heads", body, "application/json", ""));
    Set<String> roles = new TreeSet<>();
    for (Json.Obj head : answer.list("heads").objects()) {
      if (head.has("role")) {
        roles.add(head.string("role"));
        assertThat(head.number("fit")).isBetween(.4, 1.0);
      }
    }
    assertThat(answer.list("heads").size()).isEqualTo(24);
    assertThat(roles).contains("previous").doesNotContain("induction", "duplicate");
  }

  @Test
  void attribution_ofAToken_sumsToItsLogit() throws Exception {
    Json.Obj answer = json(post("attribution", "{\"text\": %s, \"position\": 4, \"token\": 70}"));
    double sum =
        answer.list("contributions").objects().stream().mapToDouble(p -> p.number("amount")).sum();

    assertThat(answer.list("contributions").size()).isGreaterThan(6 * 4);
    assertThat(sum).isCloseTo(answer.number("logit"), within(1e-3));
    try (LanguageModel model = LanguageModel.embedded()) {
      int[] ids = model.tokenizer().encode(TEXT, SpecialTokens.WITH).ids();
      double logit = Lens.of(model, workers).trace(ids, Sites.none()).logits().at(0, 4, 70);
      assertThat(answer.number("logit")).isCloseTo(logit, within(1e-3));
    }
  }

  @Test
  void training_thatGoesOn_tellsItsLosses(@TempDir Path folder) throws Exception {
    StringBuilder log = new StringBuilder();
    for (int step = 1; step <= 5; step++) {
      log.append("{\"step\": %d, \"loss\": %d.5}\n".formatted(step, 9 - step));
    }
    Files.writeString(folder.resolve("log.jsonl"), log + "{\"step\": 6, \"lo");
    Files.createDirectories(folder.resolve("checkpoints/step-00000004"));
    Json.Obj answer =
        json(post("training", "{\"folder\": %s}".formatted(Json.of(folder.toString()))));

    Json.Obj series = answer.list("series").object(0);
    assertThat(series.string("name")).isEqualTo("training");
    assertThat(series.list("points").list(0).numbers()).containsExactly(1, 8.5);
    assertThat(answer.list("checkpoints").object(0).whole("step")).isEqualTo(4);
  }

  @Test
  void file_ofThePage_isNotSentTwice() throws Exception {
    RawHttp.Response first = get("style.css", "none");
    RawHttp.Response again = get("style.css", first.header("ETag"));

    assertThat(first.status()).isEqualTo(200);
    assertThat(first.header("Content-Security-Policy"))
        .contains("default-src 'none'")
        .doesNotContain("unsafe");
    assertThat(again.status()).isEqualTo(304);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          head   | {"text": "O", "layer": 6, "head": 0} | 400 | layer 6
          head   | {"text": "O", "layer": 0, "head": 4} | 400 | head 4
          trace  | {"text": ""}                         | 400 | 0 tokens
          trace  | {"text": "O", "model": "/nowhere"}   | 400 | nowhere
          trace  | {"text": 3}                          | 400 | text
          trace  | {                                    | 400 | request
          effect | {"text":"O","heads":[{"layer":0,"head":9,"by":"zero"}],"position":0}|400|head 9
          effect | {"text":"O","heads":[{"layer":0,"head":0,"by":"none"}],"position":0}|400|'none'
          attribution | {"text": "O", "position": 1, "token": 3} | 400 | position 1
          training | {"folder": "/nowhere"}             | 400 | log.jsonl
          """)
  void endpoints_onBadInput_sayWhatIsWrong(String path, String body, int status, String words)
      throws Exception {
    RawHttp.Response answer = send(path, body, "application/json", "");

    assertThat(answer.status()).isEqualTo(status);
    assertThat(json(answer).object("error").string("message")).contains(words);
  }

  @Test
  void endpoints_onTextsThatAreTooLong_refuse() throws Exception {
    String tokens = "{\"text\": \"" + "O! ".repeat(200) + "\"}";
    String bytes = "{\"text\": \"" + "O! ".repeat(200_000) + "\"}";

    RawHttp.Response more = send("trace", tokens, "application/json", "");
    assertThat(more.status()).isEqualTo(400);
    assertThat(json(more).object("error").string("message")).contains("1 to 256");
    assertThat(send("trace", bytes, "application/json", "").status()).isEqualTo(413);
  }

  @Test
  void endpoints_forOtherSites_refuse() throws Exception {
    assertThat(send("model", "{}", "application/json", "http://evil.example").status())
        .isEqualTo(403);
    assertThat(send("model", "{}", "text/plain", "").status()).isEqualTo(415);
    assertThat(send("model", "{}", "application/json", "").status()).isEqualTo(200);
  }

  private static float[] patternOfBlock(int block) {
    AtomicReference<float[]> seen = new AtomicReference<>(new float[0]);
    Probe probe =
        new Probe() {
          @Override
          public boolean wants(Site site) {
            return site.path().endsWith("attn.pattern");
          }

          @Override
          public Tensor at(Site site, Tensor value) {
            if (site.equals(Site.inBlock(block, "attn.pattern"))) {
              seen.set(value.toArray().clone());
            }
            return value;
          }
        };
    try (LanguageModel model = LanguageModel.embedded()) {
      int[] ids = model.tokenizer().encode(TEXT, SpecialTokens.WITH).ids();
      model.decoder().forward(Tokens.of(ids), Run.inference(Kernels.best(), workers).probed(probe));
    }
    return seen.get();
  }

  private static RawHttp.Response post(String path, String body) throws IOException {
    return send(path, body.formatted(Json.of(TEXT)), "application/json", "");
  }

  private static RawHttp.Response send(String path, String body, String type, String origin)
      throws IOException {
    RawHttp http = new RawHttp(studio.port()).with("Content-Type", type);
    return (origin.isEmpty() ? http : http.with("Origin", origin)).post("/api/" + path, body);
  }

  private static RawHttp.Response get(String path, String tag) throws IOException {
    return new RawHttp(studio.port()).with("If-None-Match", tag).get("/" + path);
  }

  private static Json.Obj json(RawHttp.Response response) {
    return Json.parseObject("answer", response.body());
  }
}
