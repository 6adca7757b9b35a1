package dev.heed.cli.conform;

import dev.heed.attention.Attention;
import dev.heed.attention.AttentionInput;
import dev.heed.attention.HeadView;
import dev.heed.attention.Need;
import dev.heed.attention.Positions;

/// The input of an attention call, from tensors by their names: `q`, `k`, `v`, and where they are
/// there `q_pos`, `k_pos`, `doc_q`, `doc_k`, `kv_len` and parameters.
public final class AttentionTensors {
  private AttentionTensors() {}

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
}
