package dev.heed.cli.conform;

import dev.heed.attention.Attention;
import dev.heed.attention.AttentionInput;
import dev.heed.attention.AttentionShape;
import dev.heed.attention.Mask;
import dev.heed.attention.expression.VisibleSet;
import dev.heed.checkpoint.CheckpointException;
import dev.heed.tensor.DataType;
import java.util.Arrays;
import java.util.Optional;

/// An `attn_mask`: which places are visible, and what is added to the scores there.
///
/// @param visible where every place is, none
/// @param bias whether anything but 0 is added
record OnnxMask(Optional<VisibleSet> visible, boolean bias) {
  private static final int SLOT = 3;

  /// A mask of truths or numbers, `[..., T, S]`, aligned at its end; an axis of 1 serves any index.
  /// Beyond its last key nothing is visible.
  private record Table(float[] numbers, int[] shape, boolean truths) {
    float at(int b, int h, int t, int s) {
      int rank = shape.length;
      if (s >= shape[rank - 1] && shape[rank - 1] > 1) {
        return Float.NEGATIVE_INFINITY;
      }
      int[] place = {b, h, t, s};
      int at = 0;
      for (int axis = 0; axis < rank; axis++) {
        at = at * shape[axis] + (shape[axis] == 1 ? 0 : place[axis + 4 - rank]);
      }
      if (truths) {
        return numbers[at] == 0 ? Float.NEGATIVE_INFINITY : 0;
      }
      return numbers[at];
    }

    /// The length of an axis of four; 1 where there is none.
    int axis(int axis) {
      return axis + shape.length < 4 ? 1 : shape[axis + shape.length - 4];
    }
  }

  static OnnxMask read(OnnxCall call, AttentionShape to) {
    Optional<String> name = call.input(SLOT);
    if (name.isEmpty()) {
      return new OnnxMask(Optional.empty(), false);
    }
    Table table =
        new Table(
            call.tensors().floats(name.get()),
            call.tensors().shape(name.get()),
            call.tensors().type(name.get()) == DataType.BOOL);
    check(table, to);
    VisibleSet.Axes axes =
        new VisibleSet.Axes(table.axis(0), table.axis(1), to.queries(), to.keys());
    VisibleSet visible =
        VisibleSet.of(axes, (b, h, t, s) -> table.at(b, h, t, s) != Float.NEGATIVE_INFINITY);
    boolean bias = false;
    for (float number : table.numbers) {
      bias |= !table.truths && number != 0 && number != Float.NEGATIVE_INFINITY;
    }
    return new OnnxMask(Optional.of(visible), bias);
  }

  private static void check(Table table, AttentionShape to) {
    int[] most = {to.batch(), to.heads(), to.queries(), to.keys()};
    boolean fits = table.shape.length >= 1 && table.shape.length <= 4;
    for (int axis = 0; fits && axis < 4; axis++) {
      int length = table.axis(axis);
      fits = length == 1 || (axis == 3 ? length <= most[axis] : length == most[axis]);
    }
    if (!fits) {
      throw new CheckpointException(
          "Attention: attn_mask %s does not fit scores %s"
              .formatted(Arrays.toString(table.shape), Arrays.toString(most)));
    }
  }

  /// The attention that adds what is added.
  Attention on(Attention attention) {
    if (bias) {
      throw new UnsupportedCase(
          "Attention: numbers in attn_mask are added to scores, which no modifier does yet");
    }
    return attention;
  }

  Mask mask() {
    return visible.isPresent() ? Mask.parse("given") : Mask.everything();
  }

  AttentionInput in(AttentionInput input) {
    return visible.map(input::withVisible).orElse(input);
  }
}
