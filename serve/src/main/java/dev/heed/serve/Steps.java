package dev.heed.serve;

import dev.heed.checkpoint.Json;
import dev.heed.layer.Heads;
import dev.heed.layer.SelfAttention;
import dev.heed.lens.Lens;
import dev.heed.lens.Pattern;
import dev.heed.lens.Sites;
import dev.heed.lens.Value;
import dev.heed.serve.Endpoint.Call;
import java.util.ArrayList;
import java.util.List;

/// How one query of one head comes to its weights: scores after all modifiers, who may be seen,
/// weights.
record Steps(Traced traced, Lens lens) {
  /// Of the call's layer, head and query. A key that may not be seen has no score.
  Json.Obj of(Call call) {
    int layer = Checks.within("layer", call.asked().integer("layer"), traced.blocks().size());
    Traced.Patterns block = traced.blocks().get(layer);
    int head = Checks.within("head", call.asked().integer("head"), block.heads());
    int query = Checks.within("query", call.asked().integer("query"), traced.texts().size());
    String site = "blocks." + layer + ".attn.attn_scores";
    if (!lens.sites().has(site)) {
      throw new RefusedException(
          400, "studio: layer %d has no scores; a layer that attends would fit".formatted(layer));
    }
    Value scores = lens.trace(traced.texts().ids(), Sites.matching(site)).value(site);
    Pattern pattern = traced.pattern(layer, head);
    List<Json> steps = new ArrayList<>();
    for (int key = 0; key < block.keys(); key++) {
      float weight = pattern.get(query, key);
      float score = scores.at(0, head, query, key);
      steps.add(
          Float.isFinite(score)
              ? Json.object().with("score", score).with("weight", weight)
              : Json.object().with("weight", weight));
    }
    return described(layer, head).with("keys", Json.of(steps));
  }

  private Json.Obj described(int layer, int head) {
    if (!(lens.decoder().blocks().get(layer).mixer().layer() instanceof SelfAttention attention)) {
      return Json.object().with("formula", "");
    }
    Heads heads = attention.heads();
    int shared = heads.queries() / heads.keys();
    return Json.object()
        .with("formula", attention.attention().formula())
        .with("rotary", attention.rotary().isPresent())
        .with("group", head / shared)
        .with("shared", shared);
  }
}
