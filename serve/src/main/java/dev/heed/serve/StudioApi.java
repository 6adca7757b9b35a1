package dev.heed.serve;

import dev.heed.checkpoint.Json;
import dev.heed.kernel.Workers;
import dev.heed.lens.Lens;
import dev.heed.model.Decoder;
import dev.heed.model.LanguageModel;
import dev.heed.serve.Endpoint.Call;
import dev.heed.serve.Traced.Patterns;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// What the page may ask. Every request says all that its answer depends on: the model, the text,
/// what is changed; nothing is kept for a user but traces, which are the same for everyone.
final class StudioApi implements AutoCloseable {
  private final String first;
  private final Workers workers;
  private final OpenModels models;
  private final TraceStore traces;

  StudioApi(String first, StudioSettings settings, Workers workers) {
    this.first = first;
    this.workers = workers;
    this.models = new OpenModels(settings.limits().models());
    this.traces = new TraceStore(settings.limits().traceBytes());
    models.get(first);
  }

  Map<String, Endpoint> endpoints() {
    Map<String, Endpoint> all = new HashMap<>();
    all.put("/api/model", call -> Answer.of(model(call)));
    all.put("/api/trace", call -> Answer.of(trace(traced(call))));
    all.put("/api/patterns", call -> Answer.of(traced(call).thumbnails()));
    all.put("/api/head", this::head);
    all.put("/api/weighed", call -> Answer.of(measures(call).weighed(call)));
    all.put("/api/map", call -> Answer.of(measures(call).map(call)));
    all.put("/api/sources", call -> Answer.of(measures(call).sources(call)));
    all.put("/api/effect", call -> Answer.of(effects(call).effect(call)));
    all.put("/api/sweep", this::sweep);
    all.put("/api/patch", this::patch);
    all.put("/api/heads", call -> Answer.of(insights(call).heads()));
    all.put("/api/lens", call -> Answer.of(insights(call).layers()));
    all.put("/api/attribution", call -> Answer.of(insights(call).attribution(call)));
    all.put("/api/training", call -> Answer.of(Trainings.of(call.asked().string("folder")).json()));
    return all;
  }

  private String name(Call call) {
    return call.asked().string("model", first);
  }

  private Json.Obj model(Call call) {
    Decoder decoder = models.get(name(call)).decoder();
    List<Json> blocks = new ArrayList<>();
    decoder.blocks().forEach(block -> blocks.add(BlockJson.of(block.mixer().layer())));
    return Json.object()
        .with("name", name(call))
        .with("context", decoder.context())
        .with("vocabulary", decoder.embedding().tokens().shape().axis(0))
        .with("width", decoder.embedding().tokens().shape().axis(1))
        .with("blocks", Json.of(blocks));
  }

  /// The trace that a call is about, computed where it is not there.
  private Traced traced(Call call) {
    String name = name(call);
    String text = call.asked().string("text");
    LanguageModel model = models.get(name);
    return traces.get(
        new TraceStore.Key(model, text),
        () -> {
          Texts texts = Texts.of(model, text);
          Lens lens = Lens.of(model, workers).withBudget(traces.limit());
          return Traced.of(lens, texts, call.cancellation());
        });
  }

  private Effects effects(Call call) {
    return new Effects(traced(call), call.cancellation());
  }

  private Insights insights(Call call) {
    Traced traced = traced(call);
    return new Insights(traced, traced.lens(call.cancellation()));
  }

  private Measures measures(Call call) {
    Traced traced = traced(call);
    return new Measures(traced, traced.lens(call.cancellation()));
  }

  private static Json.Obj trace(Traced traced) {
    Texts texts = traced.texts();
    double[] losses = traced.predictions().losses(texts.ids());
    List<Json> tokens = new ArrayList<>();
    for (int i = 0; i < texts.size(); i++) {
      int id = texts.encoding().id(i);
      tokens.add(
          Json.object()
              .with("id", id)
              .with("text", texts.shown(i))
              .with("special", texts.tokenizer().isSpecial(id))
              .with("loss", losses[i]));
    }
    List<Json> blocks = new ArrayList<>();
    for (Patterns block : traced.blocks()) {
      blocks.add(
          Json.object()
              .with("heads", block.heads())
              .with("keys", block.keys())
              .with("triangular", block.triangular()));
    }
    return Json.object().with("tokens", Json.of(tokens)).with("blocks", Json.of(blocks));
  }

  private Answer head(Call call) {
    Traced traced = traced(call);
    int layer = Checks.within("layer", call.asked().integer("layer"), traced.blocks().size());
    int heads = traced.blocks().get(layer).heads();
    return Answer.of(
        traced.head(layer, Checks.within("head", call.asked().integer("head"), heads)));
  }

  private Answer sweep(Call call) {
    effects(call).sweep(call);
    return Answer.nothingMore();
  }

  private Answer patch(Call call) {
    Traced clean = traced(call);
    Texts corrupt = Texts.of(models.get(name(call)), call.asked().string("corrupt"));
    new Patches(clean.lens(call.cancellation()), clean.texts(), corrupt).sweep(call);
    return Answer.nothingMore();
  }

  @Override
  public void close() {
    models.close();
  }
}
