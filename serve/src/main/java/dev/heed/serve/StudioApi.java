package dev.heed.serve;

import dev.heed.checkpoint.Json;
import dev.heed.kernel.Workers;
import dev.heed.model.Decoder;
import dev.heed.model.LanguageModel;
import dev.heed.serve.Endpoint.Call;
import dev.heed.serve.Traced.Patterns;
import java.util.ArrayList;
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
    return Map.of(
        "/api/model", this::model,
        "/api/trace", this::trace,
        "/api/patterns", this::patterns,
        "/api/head", this::head);
  }

  private String name(Call call) {
    return call.asked().string("model", first);
  }

  private Answer model(Call call) {
    Decoder decoder = models.get(name(call)).decoder();
    List<Json> blocks = new ArrayList<>();
    decoder.blocks().forEach(block -> blocks.add(BlockJson.of(block.mixer().layer())));
    return Answer.of(
        Json.object()
            .with("name", name(call))
            .with("context", decoder.context())
            .with("vocabulary", decoder.embedding().tokens().shape().axis(0))
            .with("width", decoder.embedding().tokens().shape().axis(1))
            .with("blocks", Json.of(blocks)));
  }

  /// The trace that a call is about, computed where it is not there.
  private Traced traced(Call call) {
    String name = name(call);
    String text = call.asked().string("text");
    return traces.get(
        new TraceStore.Key(name, text),
        () -> {
          LanguageModel model = models.get(name);
          Texts texts = Texts.of(model, text);
          traces.check(bytes(model.decoder(), texts.size()), texts.size());
          return Tracer.trace(model.decoder(), texts.ids(), workers, call.cancellation());
        });
  }

  private static long bytes(Decoder decoder, long tokens) {
    long heads =
        decoder.blocks().stream()
            .mapToLong(block -> BlockJson.of(block.mixer().layer()).integer("heads"))
            .sum();
    int vocabulary = decoder.embedding().tokens().shape().axis(0);
    return Float.BYTES * tokens * (heads * tokens + vocabulary);
  }

  private Answer trace(Call call) {
    LanguageModel model = models.get(name(call));
    Texts texts = Texts.of(model, call.asked().string("text"));
    Traced traced = traced(call);
    double[] losses = new Predictions(traced.logits()).losses(texts.ids());
    List<Json> tokens = new ArrayList<>();
    for (int i = 0; i < texts.size(); i++) {
      int id = texts.encoding().id(i);
      tokens.add(
          Json.object()
              .with("id", id)
              .with("text", texts.shown(i))
              .with("special", model.tokenizer().isSpecial(id))
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
    return Answer.of(Json.object().with("tokens", Json.of(tokens)).with("blocks", Json.of(blocks)));
  }

  private Answer patterns(Call call) {
    return Answer.of(traced(call).thumbnails());
  }

  private Answer head(Call call) {
    Traced traced = traced(call);
    int layer = within("layer", call.asked().integer("layer"), traced.blocks().size());
    int head = within("head", call.asked().integer("head"), traced.blocks().get(layer).heads());
    return Answer.of(traced.head(layer, head));
  }

  private static int within(String what, int value, int count) {
    if (value < 0 || value >= count) {
      throw new RefusedException(
          400, "studio: %s %d; there are %d, numbered from 0".formatted(what, value, count));
    }
    return value;
  }

  @Override
  public void close() {
    models.close();
  }
}
