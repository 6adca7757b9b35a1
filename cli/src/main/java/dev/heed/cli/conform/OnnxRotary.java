package dev.heed.cli.conform;

import dev.heed.attention.Rotary;
import dev.heed.attention.RotaryScaling;
import dev.heed.attention.Rotate;
import dev.heed.checkpoint.CheckpointException;
import dev.heed.grad.Run;
import dev.heed.tensor.Tensor;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// [RotaryEmbedding](https://onnx.ai/onnx/operators/onnx__RotaryEmbedding.html): cosines and sines
/// are given, by position or by place.
final class OnnxRotary implements OnnxOperator {
  private static final double ANY_BASE = 10_000;

  @Override
  public List<Check> run(OnnxCall call, Run run) {
    call.check(Set.of("interleaved", "num_heads", "rotary_embedding_dim"), 4);
    Tensor x = call.tensor(0);
    boolean four = x.shape().rank() == 4;
    int heads = four ? x.axis(1) : call.attributes().integer("num_heads", 0);
    Tensor rows = four ? Axes.swapMiddle(x) : x;
    if (rows.shape().rank() != 3 && !four || heads < 1 || x.axis(-1) % (four ? 1 : heads) != 0) {
      throw new CheckpointException(
          "RotaryEmbedding: input %s with num_heads %d; [B, H, T, E] or [B, T, H·E] would fit"
              .formatted(x.shape(), heads));
    }
    Tensor flat = four ? rows.reshape(rows.axis(0), rows.axis(1), heads * rows.axis(3)) : rows;
    int width = call.attributes().integer("rotary_embedding_dim", 0);
    Rotary rotary =
        new Rotary(
            call.flag("interleaved") ? Rotary.Layout.INTERLEAVED : Rotary.Layout.HALF_SPLIT,
            width == 0 ? flat.axis(2) / heads : width,
            ANY_BASE,
            RotaryScaling.none());
    Tensor turned = run.apply(new Rotate(flat, heads, angles(call, rotary, flat)));
    Tensor y = four ? Axes.swapMiddle(turned.reshape(rows.shape().toArray())) : turned;
    return call.check(0, "Rotate", y);
  }

  private static Rotary.Angles angles(OnnxCall call, Rotary rotary, Tensor x) {
    int batch = x.axis(0);
    int length = x.axis(1);
    float[] cosine = rows(call, 1, rotary, batch * length);
    float[] sine = rows(call, 2, rotary, batch * length);
    return new Rotary.Angles(rotary, cosine, sine, batch, length);
  }

  /// The rows `[B·T, pairs]` of a cache `[positions, pairs]` that the positions name, or of a cache
  /// that has a row for each place.
  private static float[] rows(OnnxCall call, int slot, Rotary rotary, int count) {
    Tensor cache = call.tensor(slot);
    Optional<int[]> positions = call.input(3).map(call.tensors()::wholes);
    int pairs = rotary.pairs();
    int held = cache.size() / pairs;
    if (cache.axis(-1) != pairs || positions.map(ids -> ids.length).orElse(held) != count) {
      throw new CheckpointException(
          "RotaryEmbedding: cache %s does not fit %d rows of %d pairs"
              .formatted(cache.shape(), count, pairs));
    }
    float[] rows = new float[count * pairs];
    for (int row = 0; row < count; row++) {
      int from = positions.isPresent() ? positions.get()[row] : row;
      if (from < 0 || from >= held) {
        throw new CheckpointException(
            "RotaryEmbedding: position %d is not in a cache of %d".formatted(from, held));
      }
      System.arraycopy(cache.array(), cache.offset() + from * pairs, rows, row * pairs, pairs);
    }
    return rows;
  }
}
