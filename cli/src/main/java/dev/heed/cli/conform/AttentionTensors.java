package dev.heed.cli.conform;

import dev.heed.attention.Attention;
import dev.heed.attention.AttentionInput;
import dev.heed.attention.HeadView;
import dev.heed.attention.Need;
import dev.heed.attention.Positions;
import dev.heed.attention.expression.VisibleSet;
import dev.heed.checkpoint.AttentionJson;
import dev.heed.checkpoint.Json;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/// The input of an attention call, from tensors by their names: `q`, `k`, `v`, and where they are
/// there `q_pos`, `k_pos`, `doc_q`, `doc_k`, `kv_len`, `visible` and parameters.
public final class AttentionTensors {
  private static final String ADDITIVE = "additive.wq";

  private AttentionTensors() {}

  /// The attention of a header's `spec`. A score `additive` is as wide as its layer in the file.
  public static Attention attention(String spec, Tensors tensors) {
    Json.Obj json = Json.parseObject("spec", spec.getBytes(StandardCharsets.UTF_8));
    if (json.get("score").equals(Optional.of(Json.of("additive"))) && tensors.has(ADDITIVE)) {
      int[] shape = tensors.shape(ADDITIVE);
      String width = shape.length == 3 ? Integer.toString(shape[1]) : "?";
      String scale = json.has("scale") ? "," + json.number("scale") : "";
      json =
          json.with("score", "additive(%s%s)".formatted(width, scale))
              .with("scale", new Json.Null());
    }
    return AttentionJson.read(json);
  }

  /// The input that the tensors make for an attention; positions that are absent count from 0.
  public static AttentionInput input(Attention attention, Tensors tensors) {
    HeadView q = tensors.heads("q");
    HeadView k = tensors.heads("k");
    AttentionInput input =
        AttentionInput.of(
            q,
            k,
            tensors.heads("v"),
            positions(tensors, "q_pos", q.axes().length()),
            positions(tensors, "k_pos", k.axes().length()));
    if (tensors.has("doc_q") || tensors.has("doc_k")) {
      input = input.withDocuments(tensors.positions("doc_q"), tensors.positions("doc_k"));
    }
    if (tensors.has("kv_len")) {
      input = input.withLengths(tensors.wholes("kv_len"));
    }
    if (tensors.has("visible")) {
      input = input.withVisible(visible(tensors));
    }
    for (Need need : attention.needs(input.shape())) {
      if (tensors.has(need.name())) {
        input = input.withParameter(need.name(), tensors.tensor(need.name()));
      }
    }
    return input;
  }

  private static Positions positions(Tensors tensors, String name, int length) {
    return tensors.has(name) ? tensors.positions(name) : Positions.range(0, length);
  }

  private static VisibleSet visible(Tensors tensors) {
    HeadView truths = tensors.heads("visible");
    HeadView.Axes axes = truths.axes();
    return VisibleSet.of(
        new VisibleSet.Axes(axes.batch(), axes.heads(), axes.length(), axes.width()),
        (b, h, t, s) -> truths.array()[truths.row(b, h, t) + s] != 0);
  }
}
