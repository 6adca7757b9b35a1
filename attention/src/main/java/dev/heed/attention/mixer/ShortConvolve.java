package dev.heed.attention.mixer;

import dev.heed.attention.Positions;
import dev.heed.grad.Gradients;
import dev.heed.grad.Operation;
import dev.heed.grad.Run;
import dev.heed.kernel.Rows.Row;
import dev.heed.tensor.Operand;
import dev.heed.tensor.Shape;
import dev.heed.tensor.ShapeException;
import dev.heed.tensor.Tensor;
import dev.heed.tensor.Weight;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// A causal convolution of each channel on its own over a few positions: `y_t = bias + Σ_j w[K - 1
/// - j] x_{t - j}`, `j < K`, the short convolution before the mixers of [Hungry Hungry
///   Hippos](https://arxiv.org/abs/2212.14052) and Mamba.
///
/// Its state is the inputs of the `K - 1` positions before, `[B, D, K - 1]`, the latest last; zeros
/// before the first.
public final class ShortConvolve implements Operation {
  private static final int CHANNELS_A_TASK = 64;

  private final Tensor x;
  private final Weight taps;
  private final Optional<Weight> bias;
  private final Before before;
  private final int channels;
  private final int length;
  private final int size;

  /// What stands before the positions.
  private record Before(
      Optional<Tensor> past, Optional<Tensor> present, Optional<Positions> documents) {}

  private ShortConvolve(Tensor x, Weight taps, Optional<Weight> bias, Before before) {
    this.x = x;
    this.taps = taps;
    this.bias = bias;
    this.before = before;
    this.length = x.axis(1);
    this.channels = x.axis(2);
    this.size = taps.shape().axis(-1);
  }

  /// @param x `[B, T, D]`
  /// @param taps an array weight `[D, 1, K]` or `[D, K]`, those of the present last
  /// @param bias an array weight `[D]`
  public static ShortConvolve of(Tensor x, Weight taps, Optional<Weight> bias) {
    Shape shape = taps.shape();
    boolean fit =
        x.shape().rank() == 3
            && shape.rank() >= 2
            && shape.axis(-1) > 0
            && shape.axis(0) == x.axis(2)
            && shape.size() == (long) shape.axis(0) * shape.axis(-1)
            && (bias.isEmpty() || bias.get().shape().equals(Shape.of(x.axis(2))));
    if (!fit) {
      throw new ShapeException(
          "convolution: x %s, taps %s and bias %s do not fit; [B, T, D], [D, 1, K] and [D] would"
              .formatted(x.shape(), shape, bias.map(b -> b.shape().toString()).orElse("none")));
    }
    return new ShortConvolve(
        x, taps, bias, new Before(Optional.empty(), Optional.empty(), Optional.empty()));
  }

  /// The same after the positions of a state `[B, D, K - 1]`; no gradient goes there.
  public ShortConvolve after(Tensor past) {
    return new ShortConvolve(
        x, taps, bias, new Before(Optional.of(checked(past)), before.present, before.documents));
  }

  /// The same, writing the state after the last position to `present` `[B, D, K - 1]`, which may be
  /// the past where there is no tape.
  public ShortConvolve into(Tensor present) {
    return new ShortConvolve(
        x, taps, bias, new Before(before.past, Optional.of(checked(present)), before.documents));
  }

  /// The same within documents, each of which begins with zeros before it.
  ///
  /// @param documents of each position, `[T]` or `[B, T]`
  public ShortConvolve within(Positions documents) {
    boolean fit = documents.batch() == 1 || documents.batch() == x.axis(0);
    if (!fit || documents.length() != length) {
      throw new ShapeException(
          "convolution: documents %s do not fit x %s".formatted(documents, x.shape()));
    }
    return new ShortConvolve(
        x, taps, bias, new Before(before.past, before.present, Optional.of(documents)));
  }

  private Tensor checked(Tensor state) {
    Shape shape = Shape.of(x.axis(0), channels, size - 1);
    if (!state.shape().equals(shape)) {
      throw new ShapeException(
          "convolution: a state %s does not fit x %s and %d taps; %s would"
              .formatted(state.shape(), x.shape(), size, shape));
    }
    return state;
  }

  @Override
  public List<Operand> operands() {
    List<Operand> all = new ArrayList<>(List.of(x, taps));
    bias.ifPresent(all::add);
    return all;
  }

  @Override
  public boolean readsResult() {
    return false;
  }

  @Override
  public Tensor forward(Run run) {
    MixState.checkKept(before.past, before.present, run);
    Tensor y = run.allocate(x.shape());
    float[] rows = rows();
    tasks(run, (from, count) -> forward(y, rows, from, count));
    before.present.ifPresent(this::keep);
    return y;
  }

  /// The taps as `[K][D]`, that of the present first.
  private float[] rows() {
    float[] stored = taps.floats();
    float[] rows = new float[stored.length];
    for (int d = 0; d < channels; d++) {
      for (int j = 0; j < size; j++) {
        rows[j * channels + d] = stored[d * size + size - 1 - j];
      }
    }
    return rows;
  }

  /// Work on some channels of all positions.
  private interface Task {
    void run(int from, int count);
  }

  private void tasks(Run run, Task task) {
    int tasks = (channels + CHANNELS_A_TASK - 1) / CHANNELS_A_TASK;
    run.workers()
        .run(
            tasks,
            (index, _) -> {
              int from = index * CHANNELS_A_TASK;
              task.run(from, Math.min(CHANNELS_A_TASK, channels - from));
            });
  }

  private void forward(Tensor y, float[] rows, int from, int count) {
    float[] start = bias.map(Weight::floats).orElseGet(() -> new float[channels]);
    float[] earlier = new float[count];
    for (int b = 0; b < x.axis(0); b++) {
      int reach = before.past.isPresent() ? size - 1 : 0;
      for (int t = 0; t < length; t++) {
        reach = begins(b, t) ? 0 : reach;
        int out = y.offset() + place(b, t) + from;
        System.arraycopy(start, from, y.array(), out, count);
        for (int j = 0; j <= reach; j++) {
          int tap = j * channels + from;
          if (j <= t) {
            int at = x.offset() + place(b, t - j) + from;
            addProduct(new Row(rows, tap), new Row(x.array(), at), new Row(y.array(), out), count);
          } else {
            past(b, t - j, from, earlier);
            addProduct(new Row(rows, tap), new Row(earlier, 0), new Row(y.array(), out), count);
          }
        }
        reach = Math.min(reach + 1, size - 1);
      }
    }
  }

  private boolean begins(int b, int t) {
    return t > 0
        && before.documents.isPresent()
        && before.documents.get().at(b, t) != before.documents.get().at(b, t - 1);
  }

  private int place(int b, int t) {
    return (b * length + t) * channels;
  }

  /// The inputs of a position before the first, `t < 0`.
  private void past(int b, int t, int from, float[] to) {
    Tensor past = before.past.orElseThrow();
    for (int d = 0; d < to.length; d++) {
      int row = past.offset() + (b * channels + from + d) * (size - 1);
      to[d] = past.array()[row + size - 1 + t];
    }
  }

  /// `out += a b`, number by number.
  private static void addProduct(Row a, Row b, Row out, int count) {
    for (int i = 0; i < count; i++) {
      out.array()[out.from() + i] += a.array()[a.from() + i] * b.array()[b.from() + i];
    }
  }

  /// Writes the latest inputs; those of another document than the last count as zeros.
  private void keep(Tensor present) {
    float[] kept = new float[size - 1];
    for (int b = 0; b < x.axis(0); b++) {
      int first = 1 - size;
      for (int t = 0; t < length; t++) {
        first = begins(b, t) ? t : first;
      }
      for (int d = 0; d < channels; d++) {
        int row = (b * channels + d) * (size - 1);
        for (int i = 0; i < kept.length; i++) {
          int t = length - kept.length + i;
          kept[i] = t < first ? 0 : input(b, t, d);
        }
        System.arraycopy(kept, 0, present.array(), present.offset() + row, kept.length);
      }
    }
  }

  private float input(int b, int t, int d) {
    if (t >= 0) {
      return x.array()[x.offset() + place(b, t) + d];
    }
    int at = (b * channels + d) * (size - 1) + size - 1 + t;
    return before.past.map(past -> past.array()[past.offset() + at]).orElse(0f);
  }

  @Override
  public void backward(Tensor dy, Gradients gradients, Run run) {
    float[] rows = rows();
    Optional<Tensor> dx = wanted(x, gradients);
    Optional<Tensor> dTaps = wanted(taps, gradients);
    Optional<Tensor> dBias = bias.flatMap(of -> wanted(of, gradients));
    tasks(
        run,
        (from, count) -> {
          float[] sums = new float[size * count];
          for (int b = 0; b < x.axis(0); b++) {
            backward(b, dy, dx, new Part(rows, sums, from, count));
          }
          dTaps.ifPresent(all -> addTaps(sums, all, from, count));
          dBias.ifPresent(all -> addBias(dy, all, from, count));
        });
  }

  private static Optional<Tensor> wanted(Operand operand, Gradients gradients) {
    return gradients.wants(operand) ? Optional.of(gradients.of(operand)) : Optional.empty();
  }

  /// Some channels: the taps of all, and sums for the gradients of theirs, `[K][count]`.
  private record Part(float[] rows, float[] sums, int from, int count) {}

  private void backward(int b, Tensor dy, Optional<Tensor> dx, Part part) {
    int count = part.count();
    float[] earlier = new float[count];
    int reach = before.past.isPresent() ? size - 1 : 0;
    for (int t = 0; t < length; t++) {
      reach = begins(b, t) ? 0 : reach;
      int out = dy.offset() + place(b, t) + part.from();
      for (int j = 0; j <= reach; j++) {
        if (j <= t) {
          int at = place(b, t - j) + part.from();
          int tap = j * channels + part.from();
          addProduct(
              new Row(dy.array(), out),
              new Row(x.array(), x.offset() + at),
              new Row(part.sums(), j * count),
              count);
          dx.ifPresent(all ->
              addProduct(
                  new Row(dy.array(), out),
                  new Row(part.rows(), tap),
                  new Row(all.array(), all.offset() + at),
                  count));
        } else {
          past(b, t - j, part.from(), earlier);
          addProduct(
              new Row(dy.array(), out),
              new Row(earlier, 0),
              new Row(part.sums(), j * count),
              count);
        }
      }
      reach = Math.min(reach + 1, size - 1);
    }
  }

  private void addTaps(float[] sums, Tensor to, int from, int count) {
    for (int d = 0; d < count; d++) {
      for (int j = 0; j < size; j++) {
        to.array()[to.offset() + (from + d) * size + size - 1 - j] += sums[j * count + d];
      }
    }
  }

  private void addBias(Tensor dy, Tensor to, int from, int count) {
    float[] sums = new float[count];
    float[] ones = new float[count];
    Arrays.fill(ones, 1);
    for (int row = 0; row < x.axis(0) * length; row++) {
      addProduct(
          new Row(dy.array(), dy.offset() + row * channels + from),
          new Row(ones, 0),
          new Row(sums, 0),
          count);
    }
    addProduct(new Row(sums, 0), new Row(ones, 0), new Row(to.array(), to.offset() + from), count);
  }
}
