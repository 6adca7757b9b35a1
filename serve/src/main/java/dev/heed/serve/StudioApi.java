package dev.heed.serve;

import dev.heed.checkpoint.Json;
import dev.heed.data.Corpus;
import dev.heed.kernel.Workers;
import dev.heed.lens.Lens;
import dev.heed.model.Decoder;
import dev.heed.model.LanguageModel;
import dev.heed.serve.Endpoint.Call;
import dev.heed.serve.Traced.Patterns;
import dev.heed.text.TokenIds;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// What the page may ask. Every request says all that its answer depends on: the model, the text,
/// what is changed; nothing is kept for a user but traces, which are the same for everyone.
final class StudioApi implements AutoCloseable {
  private final String first;
  private final Workers workers;
  private final Optional<Path> data;
  private final OpenModels models;
  private final TraceStore traces;

  StudioApi(String first, StudioSettings settings, Workers workers) {
    this.first = first;
    this.workers = workers;
    this.data = settings.data();
    this.traces = new TraceStore(settings.limits().traceBytes());
    this.models = new OpenModels(settings.limits().models(), traces::drop);
    models.get(first);
  }

  Map<String, Endpoint> endpoints() {
    Map<String, Endpoint> all = new HashMap<>();
    add(all, "model", call -> Answer.of(model(call)), "model");
    add(all, "training", this::training, "folder");
    ofText(all, "trace", call -> Answer.of(trace(traced(call))));
    ofText(all, "patterns", call -> Answer.of(traced(call).thumbnails()));
    ofText(all, "head", this::head, "layer", "head");
    ofText(all, "weighed", call -> Answer.of(measures(call).weighed(call)), "layer", "head", "by");
    ofText(all, "steps", call -> Answer.of(steps(call)), "layer", "head", "query");
    ofText(all, "map", call -> Answer.of(measures(call).map(call)), "layer", "measure");
    ofText(
        all,
        "sources",
        call -> Answer.of(measures(call).sources(call)),
        "position",
        "token",
        "method");
    ofText(all, "effect", call -> Answer.of(effects(call).effect(call)), "heads", "position");
    ofText(all, "sweep", this::sweep, "by");
    ofText(all, "patch", this::patch, "corrupt", "right", "wrong", "what", "direction");
    ofText(all, "continue", this::goOn, "tokens", "temperature", "seed");
    ofText(all, "heads", call -> Answer.of(insights(call).heads()));
    ofText(all, "evidence", call -> Answer.of(insights(call).evidence(call)), "layer", "head");
    ofText(all, "lens", call -> Answer.of(insights(call).layers()));
    ofText(
        all,
        "attribution",
        call -> Answer.of(insights(call).attribution(call)),
        "position",
        "token");
    ofText(all, "calibration", this::calibration, "tokens");
    ofText(all, "faithfulness", this::faithfulness, "examples", "length", "thorough");
    return all;
  }

  private void ofText(Map<String, Endpoint> all, String name, Endpoint endpoint, String... fields) {
    String[] withText = Arrays.copyOf(fields, fields.length + 3);
    withText[fields.length + 2] = "continued";
    withText[fields.length] = "model";
    withText[fields.length + 1] = "text";
    add(all, name, endpoint, withText);
  }

  /// Adds what reads these fields; others are refused, as they would change nothing.
  private void add(Map<String, Endpoint> all, String name, Endpoint endpoint, String... fields) {
    Set<String> known = Set.of(fields);
    all.put(
        "/api/" + name,
        call -> {
          Checks.fields("", call.asked(), known);
          return withinMemory(endpoint, call);
        });
  }

  /// Gives up what is kept where an answer needs the room.
  private Answer withinMemory(Endpoint endpoint, Call call) {
    try {
      return endpoint.answer(call);
    } catch (OutOfMemoryError e) {
      traces.clear();
      throw new RefusedException(
          503,
          "studio: not enough memory; what was kept of other texts has been given up: try again, or a shorter text, or HEED_OPTS=-Xmx8g");
    }
  }

  private Answer training(Call call) {
    return Answer.of(Trainings.of(call.asked().string("folder")).json());
  }

  private String name(Call call) {
    return call.asked().string("model", first);
  }

  private Json.Obj model(Call call) {
    LanguageModel model = models.get(name(call));
    Decoder decoder = model.decoder();
    List<Json> blocks = new ArrayList<>();
    decoder.blocks().forEach(block -> blocks.add(BlockJson.of(block.mixer().layer())));
    Json.Obj facts =
        Json.object()
            .with("name", name(call))
            .with("context", decoder.context())
            .with("vocabulary", decoder.embedding().tokens().shape().axis(0))
            .with("width", decoder.embedding().tokens().shape().axis(1))
            .with("data", data.map(Path::toString).orElse(""))
            .with("blocks", Json.of(blocks));
    return model.tokenizer() instanceof TokenIds
        ? facts.with("example", Texts.exampleOfIds(decoder))
        : facts;
  }

  /// The trace that a call is about, computed where it is not there.
  private Traced traced(Call call) {
    String name = name(call);
    String text = call.asked().string("text");
    int[] continued = continued(call);
    LanguageModel model = models.get(name);
    return traces.get(
        new TraceStore.Key(model, text, Arrays.stream(continued).boxed().toList()),
        () -> {
          Texts texts = Texts.of(model, text, continued);
          Lens lens = Lens.of(model, workers).withBudget(traces.limit());
          return Traced.of(lens, texts, call.cancellation());
        });
  }

  private static int[] continued(Call call) {
    return call.asked().has("continued") ? call.asked().list("continued").integers() : new int[0];
  }

  private Answer goOn(Call call) {
    LanguageModel model = models.get(name(call));
    Texts texts = Texts.of(model, call.asked().string("text"), continued(call));
    Lens lens = Lens.of(model, workers).withCheck(call.cancellation()::check);
    new Continuations(lens, texts, model.endTokens()).send(call);
    return Answer.nothingMore();
  }

  private Effects effects(Call call) {
    return new Effects(traced(call), call.cancellation());
  }

  private Insights insights(Call call) {
    Traced traced = traced(call);
    return new Insights(traced, traced.lens(call.cancellation()));
  }

  private Json.Obj steps(Call call) {
    Traced traced = traced(call);
    return new Steps(traced, traced.lens(call.cancellation())).of(call);
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
      int id = texts.id(i);
      tokens.add(
          Json.object()
              .with("id", id)
              .with("text", texts.shown(i))
              .with("special", texts.tokenizer().isSpecial(id))
              .with("generated", texts.isGenerated(i))
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

  private Answer calibration(Call call) {
    honesty(call).calibration(call);
    return Answer.nothingMore();
  }

  private Answer faithfulness(Call call) {
    honesty(call).faithfulness(call);
    return Answer.nothingMore();
  }

  /// Of the text of the page, or of the one that the studio was given.
  private Honesty honesty(Call call) {
    LanguageModel model = models.get(name(call));
    Lens lens = Lens.of(model, workers).withCheck(call.cancellation()::check);
    String text = call.asked().has("text") ? call.asked().string("text") : heldOut();
    return new Honesty(model, lens, text);
  }

  private String heldOut() {
    Path path =
        data.orElseThrow(() ->
            new RefusedException(400, "studio: no text; send one, or start it with --data FILE"));
    return Corpus.read(path).text();
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
