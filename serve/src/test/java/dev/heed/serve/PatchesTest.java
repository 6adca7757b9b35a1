package dev.heed.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.heed.checkpoint.Json;
import dev.heed.kernel.Workers;
import dev.heed.lens.Lens;
import dev.heed.lens.Metric;
import dev.heed.lens.PatchGrid;
import dev.heed.lens.Patching;
import dev.heed.model.LanguageModel;
import dev.heed.text.SpecialTokens;
import java.io.IOException;
import java.net.Socket;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Patching as the studio does it, against the lens.
class PatchesTest {
  private static final String CLEAN = "The man and his wife, and h";
  private static final String CORRUPT = "The man and her wife, and h";

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

  @ParameterizedTest
  @CsvSource({"residual, denoise", "head, noise", "pattern, denoise", "value, noise"})
  void patch_ofAKind_isThatOfTheLens(String what, String direction) throws IOException {
    List<Json.Obj> lines = post(body(CORRUPT, what, direction, "is", "er")).lines();

    PatchGrid grid = expected(what, direction);
    assertThat(lines).hasSize(1 + grid.rows().size());
    assertThat(lines.getFirst().number("clean")).isCloseTo(grid.clean(), within(1e-4));
    assertThat(lines.getFirst().number("corrupt")).isCloseTo(grid.corrupt(), within(1e-4));
    assertThat(lines.getFirst().string("right")).isEqualTo("is");
    assertThat(String.join("", lines.getFirst().list("others").strings())).isEqualTo(CORRUPT);
    for (Json.Obj line : lines.subList(1, lines.size())) {
      double[] scores = line.list("scores").numbers();
      for (int column = 0; column < scores.length; column++) {
        assertThat(scores[column]).isCloseTo(grid.at(line.integer("layer"), column), within(1e-4));
      }
    }
  }

  @Test
  void patch_withoutAnswers_asksTheModel() throws IOException {
    String asked =
        """
        {"text": "I love you, I love", "corrupt": "I hate you, I hate", "what": "head",
         "direction": "noise"}\
        """;
    Json.Obj first = post(asked).lines().getFirst();

    assertThat(first.string("right")).isNotEqualTo(first.string("wrong"));
    assertThat(first.number("clean")).isPositive();
    assertThat(first.number("corrupt")).isNegative();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          The man and her wife        | head | denoise | is | 1[01] tokens and a.* one of [789]
          The man and his wife, and h | head | denoise | is | too near for a score
          The man and her wife, and h | head | denoise | er | answer to both texts.*two
          The man and her wife, and h | head | denoise | Romeo and Juliet | Juliet' is .* tokens
          The man and her wife, and h | tail | denoise | is | tail'; residual, .*, pattern fit
          The man and her wife, and h | head | around  | is | around'; denoise, noise fit
          """)
  void patch_onBadInput_saysWhatIsWrong(
      String corrupt, String what, String direction, String right, String words)
      throws IOException {
    RawHttp.Response answer = post(body(corrupt, what, direction, right, "er"));

    assertThat(answer.status()).isEqualTo(400);
    assertThat(Json.parseObject("answer", answer.body()).object("error").string("message"))
        .containsPattern(words);
  }

  @Test
  void patch_ofSomebodyWhoLeaves_keepsNobodyWaiting() throws IOException {
    String text = "O happy dagger! This is thy sheath; there rust, and let me die. ".repeat(4);
    for (int user = 0; user < 12; user++) {
      String asked =
          "{\"text\": %s, \"corrupt\": %s, \"what\": \"residual\", \"direction\": \"noise\"}"
              .formatted(Json.of(text), Json.of(text.replace("me", "us")));
      Socket socket = http().send("POST /api/patch", asked);
      socket.close();
    }
    long begin = System.nanoTime();

    assertThat(post(body(CORRUPT, "head", "denoise", "is", "er")).status()).isEqualTo(200);
    // each of them alone takes seconds
    assertThat((System.nanoTime() - begin) / 1e9).isLessThan(10);
  }

  private static PatchGrid expected(String what, String direction) {
    try (LanguageModel model = LanguageModel.embedded()) {
      int[] clean = model.tokenizer().encode(CLEAN, SpecialTokens.WITH).ids();
      int[] corrupt = model.tokenizer().encode(CORRUPT, SpecialTokens.WITH).ids();
      int is = model.tokenizer().idOf("is").orElseThrow();
      int er = model.tokenizer().idOf("er").orElseThrow();
      return Patching.of(Lens.of(model, workers), clean, corrupt, Metric.logitDifference(is, er))
          .sweep(
              Patching.What.valueOf(what.toUpperCase(Locale.ROOT)),
              Patching.Direction.valueOf(direction.toUpperCase(Locale.ROOT)));
    }
  }

  private static String body(
      String corrupt, String what, String direction, String right, String wrong) {
    return Json.object()
        .with("text", CLEAN)
        .with("corrupt", corrupt)
        .with("what", what)
        .with("direction", direction)
        .with("right", right)
        .with("wrong", wrong)
        .toString();
  }

  private static RawHttp http() {
    return new RawHttp(studio.port()).with("Content-Type", "application/json");
  }

  private static RawHttp.Response post(String body) throws IOException {
    return new RawHttp(studio.port()).ask("patch", body);
  }
}
