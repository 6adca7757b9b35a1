package dev.heed.attention;

import dev.heed.attention.expression.VisibleSet;
import dev.heed.tensor.Tensor;

/// The table of modifier `bias` of a call, `[B|1, H|1, T|1, S]`, or its gradient.
record BoundBias(Tensor table) {
  private static final Mask GIVEN = Mask.parse("given");

  static BoundBias of(BoundCall call) {
    return new BoundBias(call.input.parameters().get(Modifier.BIAS));
  }

  /// Where the numbers of query `t` of a head begin.
  int row(int b, int h, int t) {
    int head = b % table.axis(0) * table.axis(1) + h % table.axis(1);
    return table.offset() + (head * table.axis(2) + t % table.axis(2)) * table.axis(3);
  }

  /// From the numbers of one query to those of the next.
  int stride() {
    return table.axis(2) == 1 ? 0 : table.axis(3);
  }

  /// Whether batches or heads of a call share numbers that queries do not.
  boolean isSharedByHeads(AttentionShape shape) {
    return stride() != 0 && (table.axis(0) < shape.batch() || table.axis(1) < shape.heads());
  }

  /// The mask of a call, and what its bias hides.
  static BoundMask masked(Attention attention, AttentionInput input) {
    BoundMask mask = BoundMask.of(attention.mask(), input, attention.modifierReads());
    boolean biased = attention.modifiers().stream().anyMatch(Modifier.Bias.class::isInstance);
    if (!biased) {
      return mask;
    }
    BoundBias bias = new BoundBias(input.parameters().get(Modifier.BIAS));
    if (!bias.hides()) {
      return mask;
    }
    AttentionInput bare =
        AttentionInput.of(input.q(), input.keys(), input.values(), input.qPos(), input.kPos());
    return mask.and(BoundMask.of(GIVEN, bare.withVisible(bias.visible(input.shape()))));
  }

  private boolean hides() {
    int from = table.offset();
    for (int n = from; n < from + table.size(); n++) {
      if (table.array()[n] == Float.NEGATIVE_INFINITY) {
        return true;
      }
    }
    return false;
  }

  /// What the table does not hide.
  private VisibleSet visible(AttentionShape shape) {
    VisibleSet.Axes axes =
        new VisibleSet.Axes(table.axis(0), table.axis(1), shape.queries(), shape.keys());
    return VisibleSet.of(
        axes, (b, h, t, s) -> table.array()[row(b, h, t) + s] != Float.NEGATIVE_INFINITY);
  }
}
