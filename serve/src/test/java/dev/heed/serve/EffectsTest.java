package dev.heed.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.heed.checkpoint.Json;
import dev.heed.kernel.Workers;
import dev.heed.lens.Baseline;
import dev.heed.lens.Distributions;
import dev.heed.lens.Effect;
import dev.heed.lens.Intervention;
import dev.heed.lens.Lens;
import dev.heed.lens.Place;
import dev.heed.lens.Sites;
import dev.heed.lens.Trace;
import dev.heed.model.LanguageModel;
import dev.heed.text.SpecialTokens;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// What heads are worth, as the studio says it, against the lens; and users who come at once, or
/// leave.
class EffectsTest {
  private static final String TEXT = "NURSE:\nGo, girl, seek happy nights to happy days.";

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
  void effect_ofTwoHeads_isThatOfTheLens() throws IOException {
    Json.Obj answer =
        effect(
            "[{\"layer\": 1, \"head\": 2, \"by\": \"zero\"}, {\"layer\": 4, \"head\": 0, \"by\": \"zero\"}]");
    List<Intervention> both =
        List.of(new Intervention.Zero(Place.head(1, 2)), new Intervention.Zero(Place.head(4, 0)));

    // a loss is a sum of logits of size 20: float rounding of the order it is computed in
    assertThat(answer.number("before")).isCloseTo(loss(List.of()), within(1e-4));
    assertThat(answer.number("after")).isCloseTo(loss(both), within(1e-4));
    assertThat(answer.number("after")).isGreaterThan(answer.number("before") + 0.01);
    assertThat(answer.number("kl")).isPositive();
  }

  @Test
  void effect_ofMeans_isThatOfTheLens() throws IOException {
    Json.Obj answer = effect("[{\"layer\": 2, \"head\": 1, \"by\": \"mean\"}]");
    try (LanguageModel model = LanguageModel.embedded()) {
      Lens lens = Lens.of(model, workers);
      int[] ids = model.tokenizer().encode(TEXT, SpecialTokens.WITH).ids();
      Baseline means = lens.baseline(List.of(ids), Sites.matching("blocks.*.attn.z"));
      Trace before = lens.trace(ids, Sites.none());
      Intervention mean = new Intervention.Mean(Place.head(2, 1), means);
      Effect effect = Effect.of(before, lens.run(ids, List.of(mean), Sites.none()));
      // losses are sums of logits of size 20: float rounding of the order they are computed in
      assertThat(answer.number("after")).isCloseTo(effect.lossAfter(), within(1e-4));
      assertThat(answer.number("kl")).isCloseTo(effect.divergence(), within(1e-4));
      // the other way round it is another number
      double back = Effect.of(lens.run(ids, List.of(mean), Sites.none()), before).divergence();
      assertThat(answer.number("kl")).isNotCloseTo(back, within(1e-3));
      assertThat(DoubleStream.of(answer.list("losses").numbers()).sum())
          .isCloseTo(effect.deltaLoss() * (ids.length - 1), within(1e-3));
    }
  }

  @Test
  void effect_ofTextsThatBeginAlike_isTheirOwn() throws IOException {
    String[] texts = {TEXT, TEXT.replace("days", "nights")};
    List<Double> losses = new ArrayList<>();
    for (String text : texts) {
      String body = "{\"text\": %s, \"heads\": [], \"position\": 0}".formatted(Json.of(text));
      Json.Obj answer = Json.parseObject("effect", http().post("/api/effect", body).body());
      losses.add(answer.number("before"));
    }
    assertThat(losses.get(0)).isNotEqualTo(losses.get(1));
  }

  @Test
  void effect_atAPosition_tellsWhatFollowsThere() throws IOException {
    String body = "{\"text\": %s, \"heads\": %s, \"position\": 7}".formatted(Json.of(TEXT), one(0));
    Json.Obj answer = Json.parseObject("effect", http().post("/api/effect", body).body());
    try (LanguageModel model = LanguageModel.embedded()) {
      int[] ids = model.tokenizer().encode(TEXT, SpecialTokens.WITH).ids();
      Trace trace = Lens.of(model, workers).trace(ids, Sites.none());
      double next = Math.exp(-Distributions.loss(trace.logits().row(0, 7), ids[8]));
      List<Double> told = new ArrayList<>();
      for (Json.Obj row : answer.list("top").objects()) {
        if (row.bool("actual")) {
          told.add(row.number("before"));
        }
      }
      assertThat(told).hasSize(1);
      assertThat(told.getFirst()).isCloseTo(next, within(1e-4));
    }
  }

  @Test
  void effect_ofNoHead_isNothing() throws IOException {
    Json.Obj answer = effect("[]");

    assertThat(answer.number("after")).isEqualTo(answer.number("before"));
    assertThat(answer.number("kl")).isZero();
    assertThat(answer.list("losses").numbers()).containsOnly(0);
  }

  @Test
  void sweep_ofAllHeads_saysWhatEachAloneIsWorth() throws IOException {
    String body = "{\"text\": %s, \"by\": \"zero\"}".formatted(Json.of(TEXT));
    String lines = new String(http().post("/api/sweep", body).body(), StandardCharsets.UTF_8);
    Map<String, Double> deltas = new HashMap<>();
    for (String line : chunks(lines)) {
      Json.Obj part = Json.parseObject("part", line.getBytes(StandardCharsets.UTF_8));
      deltas.put(part.integer("layer") + "." + part.integer("head"), part.number("delta"));
    }

    assertThat(deltas).hasSize(24);
    double alone = loss(List.of(new Intervention.Zero(Place.head(3, 1)))) - loss(List.of());
    assertThat(deltas.get("3.1")).isCloseTo(alone, within(2e-4));
  }

  @Test
  void effects_ofUsersAtOnce_areTheirOwn() throws Exception {
    List<Double> alone = new ArrayList<>();
    for (int head = 0; head < 4; head++) {
      alone.add(effect(one(head)).number("after"));
    }
    List<Future<Double>> together = new ArrayList<>();
    try (ExecutorService users = Executors.newFixedThreadPool(8)) {
      for (int user = 0; user < 24; user++) {
        int head = user % 4;
        Callable<Double> asks = () -> effect(one(head)).number("after");
        together.add(users.submit(asks));
      }
      for (int user = 0; user < together.size(); user++) {
        assertThat(together.get(user).get()).isEqualTo(alone.get(user % 4));
      }
    }
  }

  @Test
  void users_whoHangUp_leaveTheServerToOthers() throws IOException {
    for (int user = 0; user < 40; user++) {
      String text = "O happy dagger! ".repeat(20) + user;
      String body = "{\"text\": %s, \"by\": \"zero\"}".formatted(Json.of(text));
      Socket socket = http().send("POST /api/sweep", body);
      socket.close();
    }

    assertThat(effect("[]").number("before")).isPositive();
  }

  private static String one(int head) {
    return "[{\"layer\": 2, \"head\": %d, \"by\": \"mean\"}]".formatted(head);
  }

  private static Json.Obj effect(String heads) throws IOException {
    String body = "{\"text\": %s, \"heads\": %s, \"position\": 3}".formatted(Json.of(TEXT), heads);
    RawHttp.Response response = http().post("/api/effect", body);
    assertThat(response.status())
        .as(new String(response.body(), StandardCharsets.UTF_8))
        .isEqualTo(200);
    return Json.parseObject("answer", response.body());
  }

  private static RawHttp http() {
    return new RawHttp(studio.port()).with("Content-Type", "application/json");
  }

  /// The lines of a body in chunks, without their lengths.
  private static List<String> chunks(String body) {
    return body.lines().filter(line -> line.startsWith("{")).toList();
  }

  private static double loss(List<Intervention> changes) {
    try (LanguageModel model = LanguageModel.embedded()) {
      int[] ids = model.tokenizer().encode(TEXT, SpecialTokens.WITH).ids();
      Trace trace = Lens.of(model, workers).run(ids, changes, Sites.none());
      double sum = 0;
      for (int t = 1; t < ids.length; t++) {
        float[] logits = trace.logits().row(0, t - 1);
        double all = 0;
        for (float logit : logits) {
          all += Math.exp(logit);
        }
        sum += Math.log(all) - logits[ids[t]];
      }
      return sum / (ids.length - 1);
    }
  }
}
