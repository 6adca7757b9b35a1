package dev.heed.serve;

import dev.heed.checkpoint.Json;
import dev.heed.layer.SelfAttention;
import dev.heed.lens.InputAttribution;
import dev.heed.lens.Lens;
import dev.heed.lens.LogitAttribution.Question;
import dev.heed.lens.NormAttention;
import dev.heed.lens.Pattern;
import dev.heed.lens.Patterns;
import dev.heed.lens.Rollout;
import dev.heed.lens.ValueZeroing;
import dev.heed.serve.Endpoint.Call;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;

/// How much of a position comes from each token, by other measures than the weights of a head.
///
/// @param traced the text as it is read without a change
/// @param lens that ends its computing where nobody waits for it
record Measures(Traced traced, Lens lens) {
  private static final int STEPS = 32;

  /// The weights of a head times the length of the values, or of what reaches the residual stream;
  /// row after row, without what lies ahead.
  float[] weighed(Call call) {
    int layer = layer(call);
    Traced.Patterns block = traced.blocks().get(layer);
    int head = Checks.within("head", call.asked().integer("head"), block.heads());
    checkSquare(layer);
    NormAttention norms = NormAttention.of(lens, traced.trace(), layer);
    String by = call.asked().string("by");
    return switch (by) {
      case "values" -> block.flat(norms.byValues(head));
      case "outputs" -> block.flat(norms.byOutputs(head));
      default ->
          throw new RefusedException(
              400, "studio: weights by values or outputs, not '%s'".formatted(by));
    };
  }

  /// Maps `[T, T]` of a layer, or of all up to it; of value zeroing rows with sum 1, and then what
  /// they were before.
  float[] map(Call call) {
    int layer = layer(call);
    String measure = call.asked().string("measure");
    return switch (measure) {
      case "rollout" -> Traced.flat(Rollout.of(upTo(layer, this::mean)).getLast());
      case "norm-rollout" ->
          Traced.flat(Rollout.ofWeighed(upTo(layer, i -> norms(i).normsWithResidual())).getLast());
      case "norms" -> {
        checkSquare(layer);
        yield Traced.flat(norms(layer).norms());
      }
      case "zeroing" -> {
        checkSquare(layer);
        ValueZeroing found = traced.zeroing(call.cancellation());
        yield Traced.flat(found.normalized().get(layer), found.raw().get(layer));
      }
      default ->
          throw new RefusedException(
              400,
              "studio: measure rollout, norm-rollout, norms or zeroing, not '%s'"
                  .formatted(measure));
    };
  }

  /// What each token does for a logit, by gradients: that of `token`, or else of the token that
  /// does come next, after the last one of the likeliest.
  Json.Obj sources(Call call) {
    int[] ids = traced.texts().ids();
    int position = Checks.within("position", call.asked().integer("position"), ids.length);
    int vocabulary = lens.decoder().embedding().tokens().shape().axis(0);
    int token = Checks.within("token", call.asked().integer("token", next(position)), vocabulary);
    Question question = Question.of(position, token);
    String method = call.asked().string("method");
    InputAttribution found =
        switch (method) {
          case "gradient" -> InputAttribution.gradientTimesInput(lens, ids, question);
          case "integrated" -> InputAttribution.integrated(lens, ids, question, STEPS);
          default ->
              throw new RefusedException(
                  400, "studio: method gradient or integrated, not '%s'".formatted(method));
        };
    List<Json> scores = new ArrayList<>();
    for (double score : found.scores()) {
      scores.add(Json.of(score));
    }
    return Json.object()
        .with("text", Texts.shown(traced.texts().tokenizer(), token))
        .with("scores", Json.of(scores))
        .with("value", found.value())
        .with("baseline", found.baseline());
  }

  private int next(int position) {
    int[] ids = traced.texts().ids();
    return position + 1 < ids.length ? ids[position + 1] : traced.predictions().top(position, 1)[0];
  }

  private int layer(Call call) {
    return Checks.within("layer", call.asked().integer("layer"), traced.blocks().size());
  }

  private List<double[][]> upTo(int layer, IntFunction<double[][]> map) {
    List<double[][]> maps = new ArrayList<>();
    for (int i = 0; i <= layer; i++) {
      checkSquare(i);
      maps.add(map.apply(i));
    }
    return maps;
  }

  private double[][] mean(int layer) {
    List<Pattern> heads = new ArrayList<>();
    for (int head = 0; head < traced.blocks().get(layer).heads(); head++) {
      heads.add(traced.pattern(layer, head));
    }
    return Patterns.mean(heads);
  }

  private NormAttention norms(int layer) {
    return NormAttention.of(lens, traced.trace(), layer);
  }

  /// Fails where tokens do not look at tokens.
  private void checkSquare(int layer) {
    Traced.Patterns block = traced.blocks().get(layer);
    boolean attends = lens.decoder().blocks().get(layer).mixer().layer() instanceof SelfAttention;
    if (!attends || block.heads() == 0 || block.keys() != traced.texts().size()) {
      throw new RefusedException(
          400,
          "studio: layer %d has no self-attention among the tokens alone, which rollout, norms and value zeroing follow; gradients would fit"
              .formatted(layer));
    }
  }
}
