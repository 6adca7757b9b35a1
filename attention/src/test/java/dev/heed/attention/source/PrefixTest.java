package dev.heed.attention.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heed.attention.Attend;
import dev.heed.attention.Attention;
import dev.heed.attention.AttentionException;
import dev.heed.attention.AttentionInput;
import dev.heed.attention.AttentionSites;
import dev.heed.attention.Cache;
import dev.heed.attention.CacheShape;
import dev.heed.attention.Decode;
import dev.heed.attention.Executor;
import dev.heed.attention.GrowingCache;
import dev.heed.attention.HeadView;
import dev.heed.attention.Mask;
import dev.heed.attention.Modifier;
import dev.heed.attention.Positions;
import dev.heed.attention.Reference;
import dev.heed.attention.Source;
import dev.heed.attention.Tiled;
import dev.heed.attention.UnsupportedCombinationException;
import dev.heed.grad.GradCheck;
import dev.heed.grad.Run;
import dev.heed.kernel.Kernels;
import dev.heed.kernel.Workers;
import dev.heed.tensor.Operand;
import dev.heed.tensor.ShapeException;
import dev.heed.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class PrefixTest {
  private static final int BATCH = 2;
  private static final int HEADS = 6;
  private static final int GROUPS = 3;
  private static final int LENGTH = 41;
  private static final int PREFIX = 4;
  private static final int WIDTH = 5;
  private static final int VALUE_WIDTH = 7;
  private static final AttentionSites SITES = AttentionSites.inBlock(0);
  private static final Run RUN = Run.inference(Kernels.best(), Workers.of(2));

  private final Random random = new Random(1);
  private final Tensor q = tensor(BATCH, LENGTH, HEADS * WIDTH);
  private final Tensor k = tensor(BATCH, LENGTH, GROUPS * WIDTH);
  private final Tensor v = tensor(BATCH, LENGTH, GROUPS * VALUE_WIDTH);
  private final Tensor keys = tensor(PREFIX, GROUPS * WIDTH);
  private final Tensor values = tensor(PREFIX, GROUPS * VALUE_WIDTH);
  private final Map<String, Operand> learned = Map.of("prefix_keys", keys, "prefix_values", values);

  private Tensor tensor(int... shape) {
    Tensor tensor = Tensor.zeros(shape);
    for (int n = 0; n < tensor.size(); n++) {
      tensor.array()[n] = (float) random.nextGaussian();
    }
    return tensor;
  }

  private AttentionInput input() {
    Positions positions = Positions.range(0, LENGTH);
    return AttentionInput.of(
        HeadView.split(q, HEADS),
        HeadView.split(k, GROUPS),
        HeadView.split(v, GROUPS),
        positions,
        positions);
  }

  private float[] attend(Attention attention, AttentionInput input, Run run) {
    SourceCall call = new SourceCall(Source.prefix(PREFIX), attention, input, SITES, learned);
    return call.attend(new Attend.Operands(q, k, v), run).toArray();
  }

  /// The definition: a softmax over the learned keys and over those of the text up to its own.
  private double[] byHand(int b, int h, int t, int window) {
    int group = h / (HEADS / GROUPS);
    double[] out = new double[VALUE_WIDTH];
    double total = 0;
    for (int s = -PREFIX; s <= t; s++) {
      if (s >= 0 && t - s >= window) {
        continue;
      }
      Tensor from = s < 0 ? keys : k;
      Tensor of = s < 0 ? values : v;
      int row = s < 0 ? s + PREFIX : b * LENGTH + s;
      double score = 0;
      for (int e = 0; e < WIDTH; e++) {
        score +=
            (double) q.at(b, t, h * WIDTH + e) * from.array()[(row * GROUPS + group) * WIDTH + e];
      }
      double weight = Math.exp(score / Math.sqrt(WIDTH));
      total += weight;
      for (int w = 0; w < VALUE_WIDTH; w++) {
        out[w] += weight * of.array()[(row * GROUPS + group) * VALUE_WIDTH + w];
      }
    }
    for (int w = 0; w < VALUE_WIDTH; w++) {
      out[w] /= total;
    }
    return out;
  }

  @Test
  void attend_withPrefix_equalsDefinitionInEveryExecutor() {
    Attention attention = Attention.full().withMask(Mask.parse("causal & window(6)"));
    for (Executor executor : List.of(new Reference(), new Tiled(), new Decode())) {
      float[] made = attend(attention, input(), RUN.choosing(Executor.class, executor));
      for (int row = 0; row < BATCH * LENGTH * HEADS; row++) {
        int h = row % HEADS;
        double[] expected = byHand(row / HEADS / LENGTH, h, row / HEADS % LENGTH, 6);
        for (int w = 0; w < VALUE_WIDTH; w++) {
          assertThat((double) made[row * VALUE_WIDTH + w])
              .as("%s row %d", executor, row)
              .isCloseTo(expected[w], Offset.offset(1e-5));
        }
      }
    }
  }

  @Test
  void attend_maskThatHidesTheText_leavesThePrefix() {
    Attention nothing = Attention.full().withMask(Mask.parse("false"));
    float[] made = attend(nothing, input(), RUN);
    assertThat(made[0]).isCloseTo((float) byHand(0, 0, 0, 0)[0], Offset.offset(1e-5f));
  }

  @Test
  void attend_documentsAndPadding_leaveThePrefixVisible() {
    int[] docs = new int[LENGTH];
    Arrays.setAll(docs, n -> 1 + n / 10);
    Attention attention = Attention.full().withMask(Mask.parse("causal & document & padding"));
    AttentionInput input =
        input()
            .withDocuments(Positions.of(docs), Positions.of(docs))
            .withLengths(LENGTH, LENGTH - 3);
    float[] tiled = attend(attention, input, RUN);
    float[] reference = attend(attention, input, RUN.choosing(Executor.class, new Reference()));
    assertThat(tiled).containsExactly(reference, Offset.offset(1e-5f));
    int first = 10 * HEADS * VALUE_WIDTH;
    double[] expected = byHand(0, 0, 10, 1);
    assertThat(tiled[first]).isCloseTo((float) expected[0], Offset.offset(1e-5f));
  }

  @Test
  void attendCached_pieceByPiece_equalsWhole() {
    Attention attention = Attention.causal().withModifier(Modifier.softCap(4));
    float[] whole = attend(attention, input(), RUN);
    for (int piece : new int[] {1, 3, 20}) {
      Cache cache = new GrowingCache(new CacheShape(BATCH, GROUPS, WIDTH, VALUE_WIDTH), 100);
      for (int from = 0; from < LENGTH; from += piece) {
        int to = Math.min(LENGTH, from + piece);
        Positions at = Positions.range(from, to - from);
        HeadView queries = part(q, HEADS, from, to);
        Cache.Contents contents =
            cache.append(part(k, GROUPS, from, to), part(v, GROUPS, from, to), at);
        AttentionInput input = contents.input(queries, at);
        float[] made =
            new SourceCall(Source.prefix(PREFIX), attention, input, SITES, learned)
                .attendCached(RUN)
                .toArray();
        int row = HEADS * VALUE_WIDTH;
        float[] expected = Arrays.copyOfRange(whole, from * row, to * row);
        assertThat(Arrays.copyOf(made, expected.length))
            .as("pieces of %d at %d", piece, from)
            .containsExactly(expected, Offset.offset(1e-5f));
      }
    }
  }

  private static HeadView part(Tensor tensor, int heads, int from, int to) {
    HeadView all = HeadView.split(tensor, heads);
    HeadView.Axes axes =
        new HeadView.Axes(all.axes().batch(), heads, to - from, all.axes().width());
    return new HeadView(
        all.array(),
        from * all.rowStride(),
        axes,
        all.batchStride(),
        all.headStride(),
        all.rowStride());
  }

  @Test
  void backward_throughPrefix_equalsCentralDifferences() {
    Attention attention = Attention.causal();
    for (Executor executor : List.of(new Reference(), new Tiled())) {
      GradCheck.Result result =
          new GradCheck(RUN)
              .check(
                  List.of(q, k, v, keys, values),
                  run ->
                      new SourceCall(Source.prefix(PREFIX), attention, input(), SITES, learned)
                          .attend(
                              new Attend.Operands(q, k, v),
                              run.choosing(Executor.class, executor)));
      assertThat(result.failure()).as("%s", executor).isEmpty();
    }
  }

  @Test
  void attend_modifierOfPositions_isRefused() {
    Attention attention = Attention.causal().withModifier(Modifier.alibi());
    assertThatThrownBy(() -> attend(attention, input(), RUN))
        .isInstanceOf(UnsupportedCombinationException.class)
        .hasMessageContaining("modifier alibi does not go with learned keys");
  }

  @Test
  void of_otherParameters_namesThem() {
    assertThatThrownBy(
            () -> new SourceCall(Source.prefix(9), Attention.causal(), input(), SITES, learned))
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining("prefix_keys [4, 15]")
        .hasMessageContaining("[9, 15] would");
    assertThatThrownBy(
            () -> new SourceCall(Source.prefix(4), Attention.causal(), input(), SITES, Map.of()))
        .isInstanceOf(AttentionException.class)
        .hasMessageContaining("source prefix(4) reads parameter prefix_keys [4, 15]");
    assertThatThrownBy(() -> Source.prefix(0)).isInstanceOf(AttentionException.class);
  }
}
