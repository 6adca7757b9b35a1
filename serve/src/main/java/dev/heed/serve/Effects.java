package dev.heed.serve;

import dev.heed.checkpoint.Json;
import dev.heed.lens.Distributions;
import dev.heed.lens.Intervention;
import dev.heed.lens.Place;
import dev.heed.lens.Sites;
import dev.heed.serve.Endpoint.Call;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.DoubleStream;

/// What becomes of a text's predictions when heads are replaced.
///
/// @param traced the text as it is read without a change
/// @param cancellation whether whoever asked is still there
record Effects(Traced traced, Cancellation cancellation) {
  private static final int TOP = 5;
  private static final Set<String> HEAD = Set.of("layer", "head", "by");

  /// What stands where heads were.
  enum By {
    ZERO,
    MEAN;

    static By of(String text) {
      return switch (text) {
        case "zero" -> ZERO;
        case "mean" -> MEAN;
        default ->
            throw new RefusedException(
                400, "studio: heads are replaced by zero or mean, not '%s'".formatted(text));
      };
    }
  }

  /// The heads of a call together: loss before and after, and what is foretold of a position.
  Json.Obj effect(Call call) {
    List<Intervention> changes = new ArrayList<>();
    List<Json.Obj> heads = call.asked().list("heads").objects();
    for (Json.Obj head : heads) {
      Checks.fields("heads.", head, HEAD);
      By by = By.of(head.string("by"));
      changes.add(change(head.integer("layer"), head.integer("head"), by));
    }
    int position =
        Checks.within("position", call.asked().integer("position"), traced.texts().size());
    Predictions before = traced.predictions();
    return compared(before, heads.isEmpty() ? before : after(changes), position);
  }

  /// Each head alone, one line of the answer after another.
  void sweep(Call call) {
    By by = By.of(call.asked().string("by"));
    double before = mean(traced.predictions());
    for (int layer = 0; layer < traced.blocks().size(); layer++) {
      for (int head = 0; head < traced.blocks().get(layer).heads(); head++) {
        List<Intervention> changes = List.of(change(layer, head, by));
        call.parts()
            .send(
                Json.object()
                    .with("layer", layer)
                    .with("head", head)
                    .with("delta", mean(after(changes)) - before));
      }
    }
  }

  private Intervention change(int layer, int head, By by) {
    Checks.within("layer", layer, traced.blocks().size());
    Checks.within("head", head, traced.blocks().get(layer).heads());
    Place place = Place.head(layer, head);
    return switch (by) {
      case ZERO -> new Intervention.Zero(place);
      case MEAN -> new Intervention.Mean(place, traced.means(cancellation));
    };
  }

  private Predictions after(List<Intervention> changes) {
    int[] ids = traced.texts().ids();
    return new Predictions(traced.lens(cancellation).run(ids, changes, Sites.none()).logits());
  }

  /// Nats a token.
  private double mean(Predictions predictions) {
    int[] ids = traced.texts().ids();
    return DoubleStream.of(predictions.losses(ids)).sum() / Math.max(1, ids.length - 1);
  }

  private Json.Obj compared(Predictions before, Predictions after, int position) {
    int[] ids = traced.texts().ids();
    double[] lossesBefore = before.losses(ids);
    double[] lossesAfter = after.losses(ids);
    List<Json> changes = new ArrayList<>();
    double divergence = 0;
    for (int i = 0; i < ids.length; i++) {
      changes.add(Json.of(lossesAfter[i] - lossesBefore[i]));
      divergence += Distributions.kullbackLeibler(before.probabilities(i), after.probabilities(i));
    }
    return Json.object()
        .with("before", mean(before))
        .with("after", mean(after))
        .with("kl", divergence / ids.length)
        .with("losses", Json.of(changes))
        .with("top", Json.of(top(before, after, position)));
  }

  private List<Json> top(Predictions before, Predictions after, int position) {
    Set<Integer> shown = new LinkedHashSet<>();
    for (int id : before.top(position, TOP)) {
      shown.add(id);
    }
    for (int id : after.top(position, TOP)) {
      shown.add(id);
    }
    int[] ids = traced.texts().ids();
    int next = position + 1 < ids.length ? ids[position + 1] : -1;
    if (next >= 0) {
      shown.add(next);
    }
    double[] was = before.probabilities(position);
    double[] is = after.probabilities(position);
    List<Json> rows = new ArrayList<>();
    for (int id : shown) {
      rows.add(
          Json.object()
              .with("text", Texts.shown(traced.texts().tokenizer(), id))
              .with("before", was[id])
              .with("after", is[id])
              .with("actual", id == next));
    }
    return rows;
  }
}
