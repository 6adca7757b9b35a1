package dev.heed.cli.conform;

import dev.heed.attention.Attention;
import dev.heed.attention.AttentionInput;
import dev.heed.attention.AttentionShape;
import dev.heed.attention.Mask;
import dev.heed.attention.Modifier;
import dev.heed.attention.expression.VisibleSet;
import dev.heed.checkpoint.CheckpointException;
import dev.heed.tensor.DataType;
import dev.heed.tensor.Tensor;
import java.util.Arrays;
import java.util.Optional;

/// An `attn_mask`: a set of visible places where it hides and shows, a bias where it adds.
record OnnxMask(Optional<VisibleSet> visible, Optional<Tensor> bias) {
  private static final OnnxMask NONE = new OnnxMask(Optional.empty(), Optional.empty());
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

    /// Whether there is a number but 0 and minus infinity.
    boolean adds() {
      boolean adds = false;
      for (float number : numbers) {
        adds |= !truths && number != 0 && number != Float.NEGATIVE_INFINITY;
      }
      return adds;
    }

    VisibleSet visible(AttentionShape to) {
      return VisibleSet.of(
          new VisibleSet.Axes(axis(0), axis(1), to.queries(), to.keys()),
          (b, h, t, s) -> at(b, h, t, s) != Float.NEGATIVE_INFINITY);
    }

    /// `[B|1, H|1, T|1, S]`.
    Tensor tensor(int keys) {
      Tensor tensor = Tensor.zeros(axis(0), axis(1), axis(2), keys);
      for (int n = 0; n < tensor.size(); n++) {
        int row = n / keys;
        int head = row / axis(2);
        tensor.array()[n] = at(head / axis(1), head % axis(1), row % axis(2), n % keys);
      }
      return tensor;
    }

    /// The length of an axis of four; 1 where there is none.
    int axis(int axis) {
      return axis + shape.length < 4 ? 1 : shape[axis + shape.length - 4];
    }
  }

  static OnnxMask read(OnnxCall call, AttentionShape to) {
    Optional<String> name = call.input(SLOT);
    if (name.isEmpty()) {
      return NONE;
    }
    Table table =
        new Table(
            call.tensors().floats(name.get()),
            call.tensors().shape(name.get()),
            call.tensors().type(name.get()) == DataType.BOOL);
    check(table, to);
    return table.adds()
        ? new OnnxMask(Optional.empty(), Optional.of(table.tensor(to.keys())))
        : new OnnxMask(Optional.of(table.visible(to)), Optional.empty());
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
    return bias.isPresent() ? attention.withModifier(new Modifier.Bias()) : attention;
  }

  Mask mask() {
    return visible.isPresent() ? Mask.parse("given") : Mask.everything();
  }

  AttentionInput in(AttentionInput input) {
    AttentionInput added =
        bias.map(numbers -> input.withParameter(Modifier.BIAS, numbers)).orElse(input);
    return visible.map(added::withVisible).orElse(added);
  }
}
