package dev.heed.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heed.checkpoint.Json;
import dev.heed.generate.GenerationSettings;
import dev.heed.kernel.Workers;
import dev.heed.lens.Continuation;
import dev.heed.lens.Lens;
import dev.heed.lens.Sites;
import dev.heed.model.LanguageModel;
import dev.heed.text.SpecialTokens;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// Texts that a model goes on with, in the studio.
class ContinuationsTest {
  private static final String TEXT = "ROMEO:\nO, speak";

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
  void continue_greedily_isTheTraceOfTheLens() throws IOException {
    List<Json.Obj> lines =
        ask("continue", body("\"tokens\": 9, \"temperature\": 0, \"seed\": 1")).lines();
    int[] ids = lines.subList(0, 9).stream().mapToInt(line -> line.integer("id")).toArray();
    Json.Obj trace =
        ask("trace", body("\"continued\": " + Arrays.toString(ids))).lines().getFirst();

    assertThat(lines.getLast().string("finish")).isEqualTo("max_tokens");
    try (LanguageModel model = LanguageModel.embedded()) {
      int[] prompt = model.tokenizer().encode(TEXT, SpecialTokens.WITH).ids();
      int[] expected =
          Lens.of(model, workers)
              .traceGenerated(Continuation.of(prompt, GenerationSettings.greedy(9)), Sites.none())
              .tokens();
      List<Json.Obj> tokens = trace.list("tokens").objects();
      assertThat(tokens).extracting(token -> token.integer("id")).containsExactly(box(expected));
      assertThat(tokens)
          .extracting(token -> token.bool("generated", false))
          .filteredOn(said -> said)
          .hasSize(9);
      assertThat(tokens.get(prompt.length).bool("generated", false)).isTrue();
    }
  }

  private static Integer[] box(int... ids) {
    return Arrays.stream(ids).boxed().toArray(Integer[]::new);
  }

  @Test
  void continue_beyondTheContext_endsThereAndThenRefuses() throws IOException {
    String rest = "\"tokens\": 999, \"temperature\": 1, \"seed\": 4";
    List<Json.Obj> lines = ask("continue", body(rest)).lines();
    List<Integer> said =
        lines.stream().filter(line -> line.has("id")).map(line -> line.integer("id")).toList();

    assertThat(lines.getLast().string("finish")).isIn("context_full", "end_token");
    assertThat(
            ask("trace", body("\"continued\": " + said)).lines().getFirst().list("tokens").size())
        .isLessThanOrEqualTo(256);
    assertThat(ask("continue", body(rest)).lines()).as("of the same seed").isEqualTo(lines);
    RawHttp.Response more = ask("continue", body(rest + ", \"continued\": " + said));
    assertThat(new String(more.body(), StandardCharsets.UTF_8)).contains("fills the context");
    RawHttp.Response unknown = ask("trace", body("\"continued\": [512]"));
    assertThat(new String(unknown.body(), StandardCharsets.UTF_8)).contains("continued token 512");
  }

  private static String body(String more) {
    return "{\"text\": %s, %s}".formatted(Json.of(TEXT), more);
  }

  private static RawHttp.Response ask(String path, String body) throws IOException {
    return new RawHttp(studio.port()).ask(path, body);
  }
}
