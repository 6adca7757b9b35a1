package dev.heed.serve;

import dev.heed.checkpoint.Json;
import dev.heed.kernel.Workers;
import dev.heed.lens.HeadId;
import dev.heed.serve.Endpoint.Call;
import dev.heed.tensor.HeedException;
import java.io.ByteArrayOutputStream;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// The studio's page about one text, as a file that needs neither a server nor a network: it holds
/// the answers to what a reader is likely to ask.
public final class StudioPage {
  /// Answers that are there for comfort end here.
  private static final int MOST_BYTES = 6 << 20;

  private final Map<String, Endpoint> endpoints;
  private final Json.Obj subject;
  private final List<Json> recorded = new ArrayList<>();
  private int bytes;

  private StudioPage(Map<String, Endpoint> endpoints, String text) {
    this.endpoints = endpoints;
    this.subject = Json.object().with("text", text);
  }

  /// Of a text as a model reads it; it opens at the head without which most is lost.
  ///
  /// @param model a path, or `embedded`
  /// @param workers to compute with; they stay the caller's
  public static byte[] of(String model, String text, Workers workers) {
    try (StudioApi api = new StudioApi(model, StudioSettings.loopback(0), workers)) {
      StudioPage page = new StudioPage(api.endpoints(), text);
      HeadId first = page.record();
      String state =
          "text=%s&layer=%d&head=%d"
              .formatted(
                  URLEncoder.encode(text, StandardCharsets.UTF_8), first.layer(), first.head());
      return Shell.of(new Page())
          .replace(Shell.STATE, Shell.inside(Json.of(state)))
          .replace(Shell.RECORDED, Shell.inside(Json.of(page.recorded)))
          .getBytes(StandardCharsets.UTF_8);
    }
  }

  /// Asks what a reader may ask, what is most likely first.
  private HeadId record() {
    ask("model", Json.object());
    Json.Obj trace = json(ask("trace", subject));
    ask("patterns", subject);
    ask("heads", subject);
    Json.Arr layers = json(ask("lens", subject)).list("layers");
    List<HeadId> heads = worthiest(ask("sweep", subject.with("by", "mean")));
    int last = trace.list("tokens").size() - 1;
    for (int position = last; position >= 0; position--) {
      effect(List.of(), position);
      attribution(trace, layers, position);
    }
    for (HeadId head : heads) {
      ask("head", place(subject, head));
      ask("steps", place(subject, head).with("query", last));
      effect(List.of(place(Json.object(), head).with("by", "mean")), last);
    }
    ask("calibration", subject.with("tokens", 1024));
    for (String measure : List.of("rollout", "norms", "norm-rollout")) {
      for (int layer = 0; layer < trace.list("blocks").size(); layer++) {
        ask("map", subject.with("layer", layer).with("measure", measure));
      }
    }
    for (String method : List.of("gradient", "integrated")) {
      ask("sources", subject.with("position", last).with("method", method));
    }
    return heads.isEmpty() ? new HeadId(0, 0) : heads.getFirst();
  }

  private void attribution(Json.Obj trace, Json.Arr layers, int position) {
    Json.Arr tokens = trace.list("tokens");
    int token =
        position + 1 < tokens.size()
            ? tokens.object(position + 1).integer("id")
            : layers.list(layers.size() - 1).object(position).integer("id");
    ask("attribution", subject.with("position", position).with("token", token));
  }

  private void effect(List<Json> heads, int position) {
    ask("effect", subject.with("heads", Json.of(heads)).with("position", position));
  }

  private static Json.Obj place(Json.Obj to, HeadId head) {
    return to.with("layer", head.layer()).with("head", head.head());
  }

  private static Json.Obj json(byte[] answer) {
    return Json.parseObject("answer", answer);
  }

  private static List<HeadId> worthiest(byte[] sweep) {
    return new String(sweep, StandardCharsets.UTF_8)
        .lines()
        .map(line -> json(line.getBytes(StandardCharsets.UTF_8)))
        .sorted(Comparator.comparingDouble(head -> -head.number("delta")))
        .map(head -> new HeadId(head.integer("layer"), head.integer("head")))
        .toList();
  }

  /// The answer to a request, which is kept where there is room. What a model cannot answer, a page
  /// does without.
  private byte[] ask(String path, Json.Obj body) {
    boolean needed = recorded.size() < 6;
    if (!needed && bytes > MOST_BYTES) {
      return new byte[0];
    }
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    Endpoint endpoint = Objects.requireNonNull(endpoints.get("/api/" + path));
    try {
      Answer answer =
          endpoint.answer(
              new Call(
                  body,
                  new Cancellation(),
                  part -> all.writeBytes((part + "\n").getBytes(StandardCharsets.UTF_8))));
      all.writeBytes(answer.bytes());
    } catch (HeedException e) {
      if (needed) {
        throw e;
      }
      return new byte[0];
    }
    bytes += all.size();
    String base64 = Base64.getEncoder().encodeToString(all.toByteArray());
    recorded.add(Json.of(List.of(Json.of(path), body, Json.of(base64))));
    return all.toByteArray();
  }
}
