package dev.heed.serve;

import dev.heed.checkpoint.Json;
import dev.heed.lens.HeadAnalysis;
import dev.heed.lens.HeadId;
import dev.heed.lens.HeadRole;
import dev.heed.lens.HeadStatistics;
import dev.heed.lens.Lens;
import dev.heed.lens.LogitAttribution;
import dev.heed.lens.LogitAttribution.Question;
import dev.heed.lens.LogitLens;
import dev.heed.lens.Pattern;
import dev.heed.serve.Endpoint.Call;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/// What the lens tells of a text, as JSON.
record Insights(Traced traced, Lens lens) {
  /// Of random tokens; that of `heed heads` where it is not told another.
  private static final long SEED = 0;

  /// How each head spreads its attention on this text, and the role that its pattern fits.
  Json.Obj heads() {
    List<Json> all = new ArrayList<>();
    for (int layer = 0; layer < traced.blocks().size(); layer++) {
      for (int head = 0; head < traced.blocks().get(layer).heads(); head++) {
        Pattern pattern = traced.pattern(layer, head);
        HeadStatistics statistics = HeadStatistics.of(pattern);
        Json.Obj one =
            Json.object()
                .with("layer", layer)
                .with("head", head)
                .with("focus", statistics.focus())
                .with("sink", statistics.sink())
                .with("distance", statistics.distance());
        all.add(withRole(one, pattern));
      }
    }
    return Json.object().with("heads", Json.of(all));
  }

  private Json.Obj withRole(Json.Obj head, Pattern pattern) {
    if (pattern.keys() != traced.texts().size()) {
      return head;
    }
    Map<HeadRole, HeadRole.Score> scores = HeadRole.scores(pattern, traced.texts().ids());
    Optional<HeadRole> best = HeadRole.best(scores);
    return best.isEmpty()
        ? head
        : head.with("role", best.get().text())
            .with("fit", Objects.requireNonNull(scores.get(best.get())).aboveChance());
  }

  /// What is known of one head from three sides: where it looks, what its weights say, and what is
  /// lost without it, on this text and on random tokens that come twice.
  Json.Obj evidence(Call call) {
    HeadId head = new HeadId(call.asked().integer("layer"), call.asked().integer("head"));
    List<int[]> texts = List.of(traced.texts().ids());
    return HeadAnalysis.of(lens, texts, traced.texts().beginning(), SEED, head).json();
  }

  /// What the model would say after each layer.
  Json.Obj layers() {
    List<Json> layers = new ArrayList<>();
    for (List<LogitLens.Guess> layer : LogitLens.of(lens, traced.texts().ids()).layers()) {
      List<Json> guesses = new ArrayList<>();
      for (LogitLens.Guess guess : layer) {
        guesses.add(
            Json.object()
                .with("id", guess.token())
                .with("text", Texts.shown(traced.texts().tokenizer(), guess.token()))
                .with("probability", guess.probability())
                .with("rank", guess.rank())
                .with("loss", guess.loss()));
      }
      layers.add(Json.of(guesses));
    }
    return Json.object().with("layers", Json.of(layers));
  }

  /// What each part adds to the logit of a token.
  Json.Obj attribution(Call call) {
    int position =
        Checks.within("position", call.asked().integer("position"), traced.texts().size());
    int token =
        Checks.within(
            "token",
            call.asked().integer("token"),
            lens.decoder().embedding().tokens().shape().axis(0));
    LogitAttribution found =
        LogitAttribution.of(lens, traced.texts().ids(), Question.of(position, token));
    List<Json> parts = new ArrayList<>();
    found
        .contributions()
        .forEach(part ->
            parts.add(Json.object().with("part", part.part()).with("amount", part.amount())));
    return Json.object()
        .with("text", Texts.shown(traced.texts().tokenizer(), token))
        .with("logit", found.logit())
        .with("contributions", Json.of(parts));
  }
}
