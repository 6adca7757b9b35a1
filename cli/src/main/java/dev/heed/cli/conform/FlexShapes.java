package dev.heed.cli.conform;

import dev.heed.checkpoint.CheckpointException;
import dev.heed.cli.conform.FlexValue.Field;
import dev.heed.cli.conform.FlexValue.Known;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/// The operators of a body that compute shapes and indices.
final class FlexShapes {
  private static final int MOST = 1 << 24;

  private FlexShapes() {}

  static Known shape(FlexNode node) {
    int[] shape = node.input(0) instanceof Field ? node.map() : node.known(0).shape();
    return Known.vector(Arrays.stream(shape).asDoubleStream().toArray(), true);
  }

  static Known gather(FlexNode node) {
    Known data = node.known(0);
    Known indices = node.known(1);
    if (data.shape().length != 1) {
      throw new UnsupportedCase("FlexAttention: Gather from more than one axis");
    }
    double[] taken = new double[indices.data().length];
    for (int n = 0; n < taken.length; n++) {
      int at = (int) indices.data()[n];
      int index = at < 0 ? at + data.data().length : at;
      if (index < 0 || index >= data.data().length) {
        throw new CheckpointException(
            "FlexAttention: Gather of index %d from %d".formatted(at, data.data().length));
      }
      taken[n] = data.data()[index];
    }
    return new Known(taken, indices.shape(), data.whole());
  }

  static Known range(FlexNode node) {
    double start = node.scalar(0);
    double limit = node.scalar(1);
    double delta = node.scalar(2);
    double count = Math.ceil((limit - start) / delta);
    if (!(count <= MOST)) {
      throw new CheckpointException("FlexAttention: a Range of %s numbers".formatted(count));
    }
    double[] data =
        IntStream.range(0, (int) Math.max(0, count)).mapToDouble(n -> start + n * delta).toArray();
    return Known.vector(data, node.known(0).whole() && node.known(2).whole());
  }

  static Known reshape(FlexNode node) {
    Known data = node.known(0);
    int[] shape = Arrays.stream(node.known(1).data()).mapToInt(length -> (int) length).toArray();
    int known = 1;
    for (int axis = 0; axis < shape.length; axis++) {
      boolean kept = shape[axis] == 0 && axis < data.shape().length;
      shape[axis] = kept ? data.shape()[axis] : shape[axis];
      known *= shape[axis] == -1 ? 1 : shape[axis];
    }
    for (int axis = 0; axis < shape.length; axis++) {
      shape[axis] = shape[axis] == -1 ? data.data().length / Math.max(1, known) : shape[axis];
    }
    if (Arrays.stream(shape).reduce(1, (a, b) -> a * b) != data.data().length) {
      throw new CheckpointException(
          "FlexAttention: Reshape of %s to %s"
              .formatted(Arrays.toString(data.shape()), Arrays.toString(shape)));
    }
    return new Known(data.data(), shape, data.whole());
  }

  static Known unsqueeze(FlexNode node) {
    Known data = node.known(0);
    int rank = data.shape().length + node.known(1).data().length;
    List<Integer> added =
        Arrays.stream(node.known(1).data())
            .mapToObj(axis -> (int) (axis < 0 ? axis + rank : axis))
            .toList();
    int[] shape = new int[rank];
    int from = 0;
    for (int axis = 0; axis < rank; axis++) {
      shape[axis] = added.contains(axis) || from == data.shape().length ? 1 : data.shape()[from++];
    }
    return new Known(data.data(), shape, data.whole());
  }

  /// Without the axes of length 1.
  static Known squeeze(FlexNode node) {
    Known data = node.known(0);
    int[] shape = Arrays.stream(data.shape()).filter(length -> length != 1).toArray();
    return new Known(data.data(), shape, data.whole());
  }

  static Known concat(FlexNode node) {
    List<Double> all = new ArrayList<>();
    for (int n = 0; n < node.inputs().size(); n++) {
      for (double number : node.known(n).data()) {
        all.add(number);
      }
    }
    return Known.vector(
        all.stream().mapToDouble(Double::doubleValue).toArray(), node.known(0).whole());
  }
}
