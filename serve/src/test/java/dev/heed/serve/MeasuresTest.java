package dev.heed.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.heed.checkpoint.Json;
import dev.heed.kernel.Workers;
import dev.heed.lens.InputAttribution;
import dev.heed.lens.Lens;
import dev.heed.lens.LogitAttribution.Question;
import dev.heed.lens.NormAttention;
import dev.heed.lens.Patterns;
import dev.heed.lens.Rollout;
import dev.heed.lens.Sites;
import dev.heed.lens.Trace;
import dev.heed.lens.Value;
import dev.heed.lens.ValueZeroing;
import dev.heed.model.LanguageModel;
import dev.heed.text.SpecialTokens;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// What the studio says of sources of a position, against the lens.
class MeasuresTest {
  private static final String TEXT = "ROMEO:\nIt is my lady, O, it is my love!";
  private static final int LAYER = 3;

  private static Workers workers;
  private static Studio studio;
  private static LanguageModel model;
  private static Lens lens;
  private static int[] ids;
  private static Trace trace;

  @BeforeAll
  static void start() {
    workers = Workers.of(2);
    studio = Studio.start("embedded", StudioSettings.loopback(0), workers);
    model = LanguageModel.embedded();
    lens = Lens.of(model, workers);
    ids = model.tokenizer().encode(TEXT, SpecialTokens.WITH).ids();
    trace = lens.trace(ids, NormAttention.SITES);
  }

  @AfterAll
  static void stop() {
    studio.close();
    model.close();
    workers.close();
  }

  @Test
  void weighed_ofAHead_isThatOfTheLens() throws IOException {
    NormAttention norms = NormAttention.of(lens, trace, LAYER);

    assertThat(floats("weighed", "\"layer\": 3, \"head\": 2, \"by\": \"values\""))
        .isEqualTo(triangle(norms.byValues(2)));
    assertThat(floats("weighed", "\"layer\": 3, \"head\": 1, \"by\": \"outputs\""))
        .isEqualTo(triangle(norms.byOutputs(1)));
  }

  @Test
  void map_ofEachMeasure_isThatOfTheLens() throws IOException {
    List<double[][]> means = new ArrayList<>();
    List<double[][]> norms = new ArrayList<>();
    for (int layer = 0; layer <= LAYER; layer++) {
      int l = layer;
      means.add(Patterns.mean(IntStream.range(0, 4).mapToObj(h -> trace.pattern(l, h)).toList()));
      norms.add(NormAttention.of(lens, trace, layer).normsWithResidual());
    }
    ValueZeroing zeroing = ValueZeroing.of(lens, ids);

    assertThat(map("rollout")).isEqualTo(Traced.flat(Rollout.of(means).getLast()));
    assertThat(map("norm-rollout")).isEqualTo(Traced.flat(Rollout.ofWeighed(norms).getLast()));
    assertThat(map("norms")).isEqualTo(Traced.flat(NormAttention.of(lens, trace, LAYER).norms()));
    assertThat(map("zeroing"))
        .isEqualTo(Traced.flat(zeroing.normalized().get(LAYER), zeroing.raw().get(LAYER)));
  }

  @Test
  void sources_ofALogit_areThoseOfTheLens() throws IOException {
    int position = ids.length - 3;
    int token = ids[position + 1];
    Question question = Question.of(position, token);
    Json.Obj gradient = sources("gradient", position, token);
    Json.Obj integrated = sources("integrated", position, token);
    InputAttribution expected = InputAttribution.integrated(lens, ids, question, 32);

    assertThat(
            Json.parseObject(
                "answer", ask("sources", "\"method\": \"gradient\", \"position\": " + position)))
        .isEqualTo(gradient);
    assertThat(gradient.list("scores").numbers())
        .containsExactly(InputAttribution.gradientTimesInput(lens, ids, question).scores());
    assertThat(integrated.list("scores").numbers()).containsExactly(expected.scores());
    assertThat(integrated.number("value") - integrated.number("baseline"))
        .isCloseTo(expected.value() - expected.baseline(), within(1e-12));
  }

  @Test
  void steps_ofAQuery_areScoresAndWeightsOfTheLens() throws IOException {
    int query = ids.length - 4;
    Json.Obj answer =
        Json.parseObject("answer", ask("steps", "\"layer\": 3, \"head\": 1, \"query\": " + query));
    Value scores =
        lens.trace(ids, Sites.matching("blocks.3.attn.attn_scores"))
            .value("blocks.3.attn.attn_scores");

    assertThat(answer.string("formula")).startsWith("softmax(q·k").contains("where causal");
    assertThat(answer.list("keys").size()).isEqualTo(ids.length);
    double sum = 0;
    for (int key = 0; key < ids.length; key++) {
      Json.Obj step = answer.list("keys").object(key);
      assertThat(step.has("score")).isEqualTo(key <= query);
      assertThat((float) step.number("weight")).isEqualTo(trace.pattern(3, 1).get(query, key));
      if (key <= query) {
        assertThat((float) step.number("score")).isEqualTo(scores.at(0, 1, query, key));
        sum += Math.exp(step.number("score"));
      }
    }
    // the weights are the softmax of the scores: float rounding of a score of size 20
    double score = answer.list("keys").object(2).number("score");
    assertThat(answer.list("keys").object(2).number("weight"))
        .isCloseTo(Math.exp(score) / sum, within(1e-5));
  }

  private static Json.Obj sources(String method, int position, int token) throws IOException {
    String rest =
        "\"method\": \"%s\", \"position\": %d, \"token\": %d".formatted(method, position, token);
    return Json.parseObject("answer", ask("sources", rest));
  }

  private static float[] map(String measure) throws IOException {
    return floats("map", "\"layer\": %d, \"measure\": \"%s\"".formatted(LAYER, measure));
  }

  private static float[] floats(String path, String rest) throws IOException {
    FloatBuffer sent =
        ByteBuffer.wrap(ask(path, rest)).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
    float[] all = new float[sent.remaining()];
    sent.get(all);
    return all;
  }

  private static byte[] ask(String path, String rest) throws IOException {
    RawHttp.Response answer =
        new RawHttp(studio.port())
            .with("Content-Type", "application/json")
            .post("/api/" + path, "{\"text\": %s, %s}".formatted(Json.of(TEXT), rest));
    assertThat(answer.status()).isEqualTo(200);
    return answer.body();
  }

  private static float[] triangle(double[][] map) {
    float[] all = new float[map.length * (map.length + 1) / 2];
    int to = 0;
    for (int q = 0; q < map.length; q++) {
      for (int k = 0; k <= q; k++) {
        all[to++] = (float) map[q][k];
      }
    }
    return all;
  }
}
