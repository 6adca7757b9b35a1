package dev.heed.cli.conform;

import dev.heed.attention.Attention;
import dev.heed.attention.AttentionInput;
import dev.heed.attention.AttentionMaps;
import dev.heed.attention.Cache;
import dev.heed.attention.CacheShape;
import dev.heed.attention.GrowingCache;
import dev.heed.attention.HeadRows;
import dev.heed.attention.HeadView;
import dev.heed.attention.Mask;
import dev.heed.attention.Modifier;
import dev.heed.attention.Positions;
import dev.heed.attention.Score;
import dev.heed.checkpoint.CheckpointException;
import dev.heed.grad.Run;
import dev.heed.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// [Attention](https://onnx.ai/onnx/operators/onnx__Attention.html): past keys and values come from
/// a cache, a causal call has positions that continue it, an `attn_mask` is a set of visible places
/// and a table of biases.
final class OnnxAttention implements OnnxOperator {
  private static final Set<String> ATTRIBUTES =
      Set.of(
          "is_causal",
          "kv_num_heads",
          "left_window_size",
          "q_num_heads",
          "qk_matmul_output_mode",
          "right_window_size",
          "scale",
          "softcap",
          "softmax_precision");

  @Override
  public List<Check> run(OnnxCall call, Run run) {
    call.check(ATTRIBUTES, 7);
    OnnxPrecision.check(call);
    HeadView q = heads(call, 0, "q_num_heads");
    Cache.Contents keys = keys(call);
    AttentionInput input =
        AttentionInput.of(q, keys.k(), keys.v(), positions(call, q.axes().length()), keys.kPos());
    Optional<int[]> lengths = call.input(6).map(call.tensors()::wholes);
    if (lengths.isPresent()) {
      input = input.withLengths(lengths.get());
    }
    Attention scored = scored(call);
    OnnxMask given = OnnxMask.read(call, input.shape());
    Attention attention = given.on(scored).withMask(mask(call).and(given.mask()));
    input = given.in(input);
    List<Check> checks = new ArrayList<>(Results.compare(call, attention, input, run));
    checks.addAll(call.check(1, "GrowingCache", copy(keys.k())));
    checks.addAll(call.check(2, "GrowingCache", copy(keys.v())));
    if (call.output(3).isPresent()) {
      checks.addAll(call.check(3, "Reference", map(call, scored, attention, input, run)));
    }
    return checks;
  }

  /// Heads `[B, H, T, E]`, or `[B, T, H·E]` with a number of heads.
  private static HeadView heads(OnnxCall call, int slot, String attribute) {
    Tensor x = call.tensor(slot);
    if (x.shape().rank() == 4) {
      return HeadView.of(x);
    }
    return HeadView.split(x, call.attributes().integer(attribute, 0));
  }

  /// Past and new keys and values.
  private static Cache.Contents keys(OnnxCall call) {
    HeadView k = heads(call, 1, "kv_num_heads");
    HeadView v = heads(call, 2, "kv_num_heads");
    if (call.input(4).isPresent() != call.input(5).isPresent()) {
      throw new CheckpointException(
          "Attention: one of past_key and past_value alone; both or none would fit");
    }
    HeadView.Axes axes = k.axes();
    CacheShape shape = new CacheShape(axes.batch(), axes.heads(), axes.width(), v.axes().width());
    int past = past(call);
    GrowingCache cache = new GrowingCache(shape, Math.max(1, past + axes.length()));
    if (past > 0) {
      cache.append(
          HeadView.of(call.tensor(4)), HeadView.of(call.tensor(5)), Positions.range(0, past));
    }
    return cache.append(k, v, Positions.range(past, axes.length()));
  }

  private static int past(OnnxCall call) {
    return call.input(4)
        .map(name -> call.tensors().tensor(name, 4, "[B, G, S, E]").axis(2))
        .orElse(0);
  }

  /// Queries go on where the past ends; without a past they are the last of each batch's keys where
  /// `nonpad_kv_seqlen` says how many there are, and else the first.
  private static Positions positions(OnnxCall call, int length) {
    if (call.input(4).isPresent() || call.input(6).isEmpty()) {
      return Positions.range(past(call), length);
    }
    int[] lengths = call.tensors().wholes(call.required(6));
    int[][] rows = new int[lengths.length][];
    for (int b = 0; b < rows.length; b++) {
      rows[b] = Positions.range(lengths[b] - length, length).array();
    }
    return Positions.rows(rows);
  }

  private static Attention scored(OnnxCall call) {
    Attention attention = Attention.full();
    if (call.attributes().has("scale")) {
      attention = attention.withScore(Score.dot(call.attributes().number("scale")));
    }
    double cap = call.attributes().number("softcap", 0);
    return cap > 0 ? attention.withModifier(Modifier.softCap(cap)) : attention;
  }

  /// What causality, windows and lengths leave visible.
  private static Mask mask(OnnxCall call) {
    Mask mask = call.flag("is_causal") ? Mask.causal() : Mask.everything();
    int left = call.attributes().integer("left_window_size", -1);
    int right = call.attributes().integer("right_window_size", -1);
    if (left >= 0) {
      mask = mask.and(Mask.parse("i - j <= " + left));
    }
    if (right >= 0) {
      mask = mask.and(Mask.parse("j - i <= " + right));
    }
    return call.input(6).isPresent() ? mask.and(Mask.parse("padding")) : mask;
  }

  /// The map that `qk_matmul_output_mode` asks for.
  private static Tensor map(
      OnnxCall call, Attention scored, Attention attention, AttentionInput input, Run run) {
    int mode = call.attributes().integer("qk_matmul_output_mode", 0);
    AttentionMaps maps =
        switch (mode) {
          case 0 -> AttentionMaps.of(Attention.full().withScore(scored.score()), plain(input));
          case 1 -> AttentionMaps.of(scored, plain(input));
          case 2, 3 -> AttentionMaps.of(attention, input);
          default ->
              throw new CheckpointException(
                  "Attention: qk_matmul_output_mode %d; 0 to 3 would fit".formatted(mode));
        };
    Tensor scores = maps.scores(run);
    return mode == 3 ? maps.pattern(scores, run) : scores;
  }

  /// The input without what masks and biases read.
  private static AttentionInput plain(AttentionInput input) {
    return AttentionInput.of(input.q(), input.k(), input.v(), input.qPos(), input.kPos());
  }

  /// The rows as a tensor `[B, G, S, E]`.
  private static Tensor copy(HeadRows rows) {
    HeadView.Axes axes = rows.axes();
    return Tensor.of(
        HeadRows.copy(rows).array(), axes.batch(), axes.heads(), axes.length(), axes.width());
  }
}
