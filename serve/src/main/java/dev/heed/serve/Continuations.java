package dev.heed.serve;

import dev.heed.checkpoint.Json;
import dev.heed.generate.Generation.Finish;
import dev.heed.generate.GenerationSettings;
import dev.heed.generate.Sampling;
import dev.heed.lens.Continuation;
import dev.heed.lens.Lens;
import dev.heed.lens.Sites;
import dev.heed.serve.Endpoint.Call;
import java.util.Locale;
import java.util.Set;

/// How a model goes on with a text.
///
/// @param endTokens ids that end a text
record Continuations(Lens lens, Texts texts, Set<Integer> endTokens) {
  Continuations {
    endTokens = Set.copyOf(endTokens);
  }

  /// Each token as soon as it is chosen, then why there are no more; a line each.
  void send(Call call) {
    int room = lens.decoder().context() - texts.size();
    if (room == 0) {
      throw new RefusedException(
          400,
          "studio: the text fills the context, %d tokens; a shorter one can be continued"
              .formatted(texts.size()));
    }
    int asked = call.asked().integer("tokens");
    if (asked < 1) {
      throw new RefusedException(
          400, "studio: %d tokens to go on with; 1 or more fit".formatted(asked));
    }
    Sampling sampling =
        new Sampling(1, call.asked().number("temperature"), 0, 1, 0, call.asked().whole("seed"));
    GenerationSettings settings =
        GenerationSettings.greedy(Math.min(asked, room)).withSampling(sampling);
    Finish finish =
        lens.generate(
            Continuation.of(texts.ids(), settings).endingAt(endTokens),
            Sites.none(),
            step -> step.chosen().ifPresent(id -> call.parts().send(token(id))));
    boolean isFull = finish == Finish.MAX_TOKENS && asked > room;
    String why = (isFull ? Finish.CONTEXT_FULL : finish).name().toLowerCase(Locale.ROOT);
    call.parts().send(Json.object().with("finish", why));
  }

  private Json.Obj token(int id) {
    return Json.object().with("id", id).with("text", Texts.shown(texts.tokenizer(), id));
  }
}
