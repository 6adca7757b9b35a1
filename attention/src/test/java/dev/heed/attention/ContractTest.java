package dev.heed.attention;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heed.attention.Calls.Call;
import dev.heed.attention.Calls.Size;
import dev.heed.attention.expression.Numeric;
import dev.heed.attention.expression.Truth;
import dev.heed.attention.expression.VisibleSet;
import dev.heed.grad.Run;
import dev.heed.kernel.Kernels;
import dev.heed.kernel.Workers;
import dev.heed.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The contracts of the engine over generated calls.
///
/// Tolerances: a weight is `exp` of a score with an error of `E · 2^-24 · |q| |k|`, about `1e-6`
/// for the widths here; sums of up to 600 values add `600 · 2^-24`.
class ContractTest {
  private static final Workers ONE = Workers.of(1);
  private static final Workers THREE = Workers.of(3);
  private static final List<Executor> FAST = List.of(new Tiled(), new Decode());
  private static final List<Executor> ALL = List.of(new Reference(), new Tiled(), new Decode());
  private static final List<Kernels> KERNELS = List.of(Kernels.scalar(), Kernels.best());

  static IntStream seeds() {
    return IntStream.range(0, 150);
  }

  private static Call call(int seed) {
    return Calls.random(seed, seed % 5 == 0 ? new Size(70, 600) : new Size(20, 90));
  }

  private static float[] forward(
      Executor executor, Attention attention, AttentionInput input, Run run) {
    AttentionShape shape = input.shape();
    Tensor out = Tensor.zeros(shape.batch(), shape.heads(), shape.queries(), shape.valueWidth());
    out.fill(Float.NaN);
    executor.forward(attention, input, HeadView.of(out), run);
    return out.toArray();
  }

  private static float[] reference(Attention attention, AttentionInput input) {
    return forward(new Reference(), attention, input, Run.inference(Kernels.scalar(), ONE));
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void forward_reference_equalsDefinition(int seed) {
    Call call = call(seed);
    AttentionShape shape = call.input().shape();
    Oracle oracle = new Oracle(call.attention(), call.input());
    float[] out = reference(call.attention(), call.input());
    Random random = new Random(seed);
    for (int n = 0; n < 20; n++) {
      int b = random.nextInt(shape.batch());
      int h = random.nextInt(shape.heads());
      int t = random.nextInt(shape.queries());
      int at = ((b * shape.heads() + h) * shape.queries() + t) * shape.valueWidth();
      double[] row = oracle.row(b, h, t);
      for (int w = 0; w < row.length; w++) {
        assertThat((double) out[at + w])
            .as("%s", call)
            .isCloseTo(row[w], org.assertj.core.data.Offset.offset(1e-6 + 1e-6 * Math.abs(row[w])));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void forward_fastExecutors_equalReference(int seed) {
    Call call = call(seed);
    float[] expected = reference(call.attention(), call.input());
    for (Executor executor : FAST) {
      for (Kernels kernels : KERNELS) {
        float[] actual =
            forward(executor, call.attention(), call.input(), Run.inference(kernels, ONE));
        assertClose(call + " " + executor + " " + kernels.name(), actual, expected);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void forward_threeThreads_isBitIdentical(int seed) {
    Call call = call(seed);
    for (Executor executor : ALL) {
      Run alone = Run.inference(Kernels.best(), ONE);
      Run shared = Run.inference(Kernels.best(), THREE);
      assertThat(forward(executor, call.attention(), call.input(), shared))
          .as("%s %s", call, executor)
          .isEqualTo(forward(executor, call.attention(), call.input(), alone));
    }
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void forward_nanInHiddenRows_doesNotMatter(int seed) {
    Call call = call(seed);
    AttentionShape shape = call.input().shape();
    Oracle oracle = new Oracle(call.attention(), call.input());
    int hidden = new Random(seed).nextInt(shape.keys());
    AttentionInput spoilt = spoil(call.input(), hidden);
    float[] expected = reference(call.attention(), call.input());
    for (Executor executor : ALL) {
      for (Kernels kernels : KERNELS) {
        float[] actual = forward(executor, call.attention(), spoilt, Run.inference(kernels, ONE));
        for (int row = 0; row < actual.length / shape.valueWidth(); row++) {
          int head = row / shape.queries();
          boolean sees =
              oracle.sees(
                  head / shape.heads(), head % shape.heads(), row % shape.queries(), hidden);
          int from = row * shape.valueWidth();
          int to = from + shape.valueWidth();
          float[] of = Arrays.copyOfRange(actual, from, to);
          String label =
              "%s key %d row %d %s %s".formatted(call, hidden, row, executor, kernels.name());
          if (sees) {
            assertThat(of).as(label).containsOnly(Float.NaN);
          } else {
            assertClose(label, of, Arrays.copyOfRange(expected, from, to));
          }
        }
      }
    }
  }

  /// The input with NaN, or an infinity in the value, in one key of each batch and head.
  private static AttentionInput spoil(AttentionInput input, int key) {
    HeadView k = copy(input.k());
    HeadView v = copy(input.v());
    for (int b = 0; b < k.axes().batch(); b++) {
      for (int g = 0; g < k.axes().heads(); g++) {
        Arrays.fill(k.array(), k.row(b, g, key), k.row(b, g, key) + k.axes().width(), Float.NaN);
        Arrays.fill(v.array(), v.row(b, g, key), v.row(b, g, key) + v.axes().width(), Float.NaN);
      }
    }
    return with(input, input.q(), k, v);
  }

  private static HeadView copy(HeadView view) {
    return new HeadView(
        view.array().clone(),
        view.offset(),
        view.axes(),
        view.batchStride(),
        view.headStride(),
        view.rowStride());
  }

  private static AttentionInput with(AttentionInput input, HeadView q, HeadView k, HeadView v) {
    return rest(input, AttentionInput.of(q, k, v, input.qPos(), input.kPos()));
  }

  private static AttentionInput rest(AttentionInput input, AttentionInput bare) {
    AttentionInput full = bare;
    if (input.docQ().isPresent()) {
      full = full.withDocuments(input.docQ().get(), input.docK().get());
    }
    if (input.lengths().isPresent()) {
      full = full.withLengths(input.lengths().get());
    }
    if (input.visible().isPresent()) {
      full = full.withVisible(input.visible().get());
    }
    return full.withParameters(input.parameters());
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void forward_eachQueryAlone_equalsWhole(int seed) {
    Call call = call(seed);
    AttentionShape shape = call.input().shape();
    float[] whole = reference(call.attention(), call.input());
    int cut = new Random(seed).nextInt(shape.queries());
    for (Executor executor : ALL) {
      for (int[] range : new int[][] {{0, cut}, {cut, cut + 1}, {cut + 1, shape.queries()}}) {
        AttentionInput part = queries(call.input(), range[0], range[1]);
        Run run = Run.inference(Kernels.best(), THREE);
        float[] actual = forward(executor, call.attention(), part, run);
        int count = (range[1] - range[0]) * shape.valueWidth();
        for (int head = 0; head < shape.batch() * shape.heads(); head++) {
          int from = (head * shape.queries() + range[0]) * shape.valueWidth();
          assertClose(
              call + " " + executor,
              Arrays.copyOfRange(actual, head * count, (head + 1) * count),
              Arrays.copyOfRange(whole, from, from + count));
        }
      }
    }
  }

  private static AttentionInput queries(AttentionInput input, int from, int to) {
    HeadView q = input.q();
    HeadView.Axes axes =
        new HeadView.Axes(q.axes().batch(), q.axes().heads(), to - from, q.axes().width());
    HeadView part =
        new HeadView(
            q.array(),
            q.offset() + from * q.rowStride(),
            axes,
            q.batchStride(),
            q.headStride(),
            q.rowStride());
    AttentionInput bare =
        AttentionInput.of(part, input.k(), input.v(), slice(input.qPos(), from, to), input.kPos());
    AttentionInput full = bare;
    if (input.docQ().isPresent()) {
      full = full.withDocuments(slice(input.docQ().get(), from, to), input.docK().get());
    }
    if (input.lengths().isPresent()) {
      full = full.withLengths(input.lengths().get());
    }
    if (input.visible().isPresent()) {
      full = full.withVisible(moved(input.visible().get(), from, to, 0));
    }
    return full.withParameters(moved(input.parameters(), from, to, 0));
  }

  /// The rows `[from, to)` of a set, behind `more` keys that are visible to all.
  private static VisibleSet moved(VisibleSet set, int from, int to, int more) {
    VisibleSet.Axes axes = set.axes();
    return VisibleSet.of(
        new VisibleSet.Axes(axes.batch(), axes.heads(), to - from, axes.keys() + more),
        (b, h, t, s) -> s < more || set.isVisible(b, h, t + from, s - more));
  }

  private static Positions slice(Positions positions, int from, int to) {
    return new Positions(
        positions.array(),
        positions.offset() + from,
        positions.batch(),
        to - from,
        positions.batchStride());
  }

  /// Hidden keys in front move every visible one to another tile, chunk and lane.
  @ParameterizedTest
  @MethodSource("seeds")
  void forward_keysInOtherTiles_equalWhole(int seed) {
    Call call = call(seed);
    if (call.input().lengths().isPresent()) {
      return; // padding goes by index, which the keys in front change
    }
    int more = 1 + new Random(seed).nextInt(300);
    int hidden = 1_000_000;
    Mask mask =
        new Mask(
            new Truth.And(
                List.of(
                    new Truth.Comparison(
                        Truth.Comparison.Relation.UNEQUAL,
                        Numeric.Symbol.J,
                        new Numeric.Literal(hidden)),
                    call.attention().mask().truth())));
    float[] expected = reference(call.attention(), call.input());
    for (Executor executor : FAST) {
      float[] actual =
          forward(
              executor,
              call.attention().withMask(mask),
              behind(call.input(), more, hidden),
              Run.inference(Kernels.best(), THREE));
      assertClose(call + " " + executor, actual, expected);
    }
  }

  private static AttentionInput behind(AttentionInput input, int more, int position) {
    HeadView k = behind(input.k(), more);
    HeadView v = behind(input.v(), more);
    AttentionInput bare =
        AttentionInput.of(input.q(), k, v, input.qPos(), behind(input.kPos(), more, position));
    if (input.docQ().isPresent()) {
      bare = bare.withDocuments(input.docQ().get(), behind(input.docK().get(), more, 1));
    }
    if (input.visible().isPresent()) {
      bare = bare.withVisible(moved(input.visible().get(), 0, input.shape().queries(), more));
    }
    return bare.withParameters(moved(input.parameters(), 0, input.shape().queries(), more));
  }

  /// Learned numbers of queries `[from, to)`, behind those of `more` keys, which are nobody's.
  private static Parameters moved(Parameters all, int from, int to, int more) {
    Parameters moved = all;
    if (all.find("bias").isPresent()) {
      Tensor bias = all.get("bias");
      boolean shared = bias.axis(2) == 1;
      moved = moved.with("bias", moved(bias, shared ? 0 : from, shared ? 1 : to, more));
    }
    if (all.find("forget.k").isPresent()) {
      Tensor q = all.get("forget.q");
      Tensor k = all.get("forget.k");
      Tensor each = q.reshape(q.axis(0), q.axis(1), q.axis(2), 1);
      Tensor part = moved(each, from, to, 0).reshape(q.axis(0), q.axis(1), to - from);
      Tensor row = k.reshape(k.axis(0), k.axis(1), 1, k.axis(2));
      Tensor behind = moved(row, 0, 1, more).reshape(k.axis(0), k.axis(1), k.axis(2) + more);
      moved = moved.with("forget.q", part).with("forget.k", behind);
    }
    return moved;
  }

  /// Rows `[from, to)` of matrices, behind `more` columns of NaN.
  private static Tensor moved(Tensor all, int from, int to, int more) {
    int rows = all.axis(-2);
    int columns = all.axis(-1);
    int[] lengths = all.shape().toArray();
    lengths[lengths.length - 2] = to - from;
    lengths[lengths.length - 1] = columns + more;
    Tensor moved = Tensor.zeros(lengths);
    moved.fill(Float.NaN);
    float[] numbers = all.toArray();
    for (int row = 0; row < moved.shape().rows(); row++) {
      int source = row / (to - from) * rows + from + row % (to - from);
      System.arraycopy(
          numbers, source * columns, moved.array(), row * (columns + more) + more, columns);
    }
    return moved;
  }

  private static HeadView behind(HeadView view, int more) {
    HeadView.Axes axes = view.axes();
    int length = axes.length() + more;
    Tensor longer = Tensor.zeros(axes.batch(), axes.heads(), length, axes.width());
    longer.fill(Float.NaN);
    HeadView to = HeadView.of(longer);
    for (int b = 0; b < axes.batch(); b++) {
      for (int h = 0; h < axes.heads(); h++) {
        for (int s = 0; s < axes.length(); s++) {
          System.arraycopy(
              view.array(), view.row(b, h, s), to.array(), to.row(b, h, s + more), axes.width());
        }
      }
    }
    return to;
  }

  private static Positions behind(Positions positions, int more, int filler) {
    int[][] rows = new int[positions.batch()][more + positions.length()];
    for (int b = 0; b < rows.length; b++) {
      Arrays.fill(rows[b], 0, more, filler);
      for (int s = 0; s < positions.length(); s++) {
        rows[b][more + s] = positions.at(b, s);
      }
    }
    return Positions.rows(rows);
  }

  private static void assertClose(String label, float[] actual, float[] expected) {
    // weights of sigmoid and ReLU add up to more than 1
    double absolute = 4e-6 * GoldenAttentionTest.size(expected);
    GoldenAttentionTest.assertClose(label, actual, expected, absolute, 4e-5);
  }
}
