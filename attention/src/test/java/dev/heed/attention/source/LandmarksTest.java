package dev.heed.attention.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heed.attention.Attend;
import dev.heed.attention.Attention;
import dev.heed.attention.AttentionInput;
import dev.heed.attention.AttentionSites;
import dev.heed.attention.Chance;
import dev.heed.attention.Decode;
import dev.heed.attention.Executor;
import dev.heed.attention.HeadView;
import dev.heed.attention.Mask;
import dev.heed.attention.Modifier;
import dev.heed.attention.Normalizer;
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
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class LandmarksTest {
  private static final int BATCH = 2;
  private static final int HEADS = 6;
  private static final int GROUPS = 3;
  private static final int LENGTH = 23;
  private static final int WIDTH = 5;
  private static final int VALUE_WIDTH = 7;
  private static final Run RUN = Run.inference(Kernels.best(), Workers.of(2));

  private final Random random = new Random(1);
  private final Tensor q = tensor(BATCH, LENGTH, HEADS * WIDTH);
  private final Tensor k = tensor(BATCH, LENGTH, GROUPS * WIDTH);
  private final Tensor v = tensor(BATCH, LENGTH, GROUPS * VALUE_WIDTH);

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

  private SourceCall call(Source source, Attention attention, AttentionInput input) {
    return call(source, attention, input, Map.of());
  }

  private static SourceCall call(
      Source source, Attention attention, AttentionInput input, Map<String, Operand> learned) {
    return new SourceCall(source, attention, input, AttentionSites.inBlock(0), learned);
  }

  private float[] attend(SourceCall call, Run run) {
    return call.attend(new Attend.Operands(q, k, v), run).toArray();
  }

  @Test
  void nystrom_aLandmarkAPosition_isExact() {
    float[] exact = attend(call(Source.self(), Attention.full(), input()), RUN);
    float[] made = attend(call(new Source.Nystrom(LENGTH, 40), Attention.full(), input()), RUN);
    assertThat(made).containsExactly(exact, Offset.offset(2e-3f));
  }

  @Test
  void nystrom_fewLandmarks_equalsDefinition() {
    float[] made = attend(call(Source.nystrom(4), Attention.full(), input()), RUN);
    for (int b = 0; b < BATCH; b++) {
      for (int h = 0; h < HEADS; h++) {
        double[][] expected =
            NystromByHand.of(
                head(q, b, h, HEADS), head(k, b, h / 2, GROUPS), head(v, b, h / 2, GROUPS), 4);
        for (int t = 0; t < LENGTH; t++) {
          for (int w = 0; w < VALUE_WIDTH; w++) {
            assertThat((double) made[((b * LENGTH + t) * HEADS + h) * VALUE_WIDTH + w])
                .isCloseTo(expected[t][w], Offset.offset(2e-5));
          }
        }
      }
    }
  }

  private static double[][] head(Tensor x, int b, int head, int heads) {
    int width = x.axis(2) / heads;
    double[][] rows = new double[LENGTH][width];
    for (int t = 0; t < LENGTH; t++) {
      for (int e = 0; e < width; e++) {
        rows[t][e] = x.at(b, t, head * width + e);
      }
    }
    return rows;
  }

  @Test
  void attend_anyExecutor_givesTheSame() {
    for (Source source : List.of(Source.nystrom(5), Source.linformer(6, LENGTH))) {
      Map<String, Operand> learned = learned(source);
      SourceCall call = call(source, Attention.full(), input(), learned);
      float[] expected = attend(call, RUN.choosing(Executor.class, new Reference()));
      for (Executor executor : List.of(new Tiled(), new Decode())) {
        assertThat(attend(call, RUN.choosing(Executor.class, executor)))
            .as("%s %s", source, executor)
            .containsExactly(expected, Offset.offset(2e-5f));
      }
    }
  }

  private Map<String, Operand> learned(Source source) {
    return source instanceof Source.Linformer(int rows, int length)
        ? Map.of("linformer_keys", tensor(rows, length), "linformer_values", tensor(rows, length))
        : Map.of();
  }

  /// What is padding may hold anything, and a text gives what it gives alone.
  @Test
  void attend_padding_isNeverRead() {
    int shorter = 17;
    Attention padded = Attention.full().withMask(Mask.parse("padding"));
    for (Source source :
        List.of(Source.nystrom(5), Source.nystrom(20), Source.linformer(6, LENGTH))) {
      Map<String, Operand> learned = learned(source);
      AttentionInput input = input().withLengths(LENGTH, shorter);
      float[] before = attend(call(source, padded, input, learned), RUN);
      float[] kept = k.toArray();
      float[] values = v.toArray();
      Arrays.fill(k.array(), (LENGTH + shorter) * GROUPS * WIDTH, k.size(), Float.NaN);
      Arrays.fill(
          v.array(), (LENGTH + shorter) * GROUPS * VALUE_WIDTH, v.size(), Float.POSITIVE_INFINITY);
      float[] after = attend(call(source, padded, input, learned), RUN);
      int visible = (LENGTH + shorter) * HEADS * VALUE_WIDTH;
      assertThat(Arrays.copyOf(after, visible))
          .as("%s", source)
          .isEqualTo(Arrays.copyOf(before, visible));
      System.arraycopy(kept, 0, k.array(), 0, kept.length);
      System.arraycopy(values, 0, v.array(), 0, values.length);
    }
  }

  @Test
  void backward_landmarks_equalCentralDifferences() {
    Attention padded = Attention.full().withMask(Mask.parse("padding"));
    for (Source source :
        List.of(Source.nystrom(5), Source.nystrom(20), Source.linformer(6, LENGTH))) {
      Map<String, Operand> learned = learned(source);
      List<Operand> all = new ArrayList<>(List.of(q, k, v));
      all.addAll(learned.values());
      GradCheck.Result result =
          new GradCheck(RUN)
              .check(
                  all,
                  run ->
                      call(source, padded, input().withLengths(LENGTH, 17), learned)
                          .attend(new Attend.Operands(q, k, v), run));
      assertThat(result.failure()).as("%s", source).isEmpty();
    }
  }

  @Test
  void attend_whatHasNoMeaning_isRefused() {
    Source nystrom = Source.nystrom(4);
    for (Attention attention :
        List.of(
            Attention.causal(),
            Attention.full().withMask(Mask.parse("window(3)")),
            Attention.full().withModifier(Modifier.alibi()),
            Attention.full().withNormalizer(Normalizer.sink()),
            Attention.full().withChance(Chance.none().withWeights(0.1)))) {
      assertThatThrownBy(() -> attend(call(nystrom, attention, input()), RUN))
          .isInstanceOf(UnsupportedCombinationException.class)
          .hasMessageContaining("source nystrom(4) does not go with");
    }
    Source linformer = Source.linformer(4, LENGTH);
    assertThatThrownBy(
            () -> attend(call(linformer, Attention.causal(), input(), learned(linformer)), RUN))
        .isInstanceOf(UnsupportedCombinationException.class)
        .hasMessageContaining("source linformer(4,23) does not go with mask 'causal'");
    assertThatThrownBy(() -> call(nystrom, Attention.full(), input()).attendCached(RUN))
        .isInstanceOf(UnsupportedCombinationException.class)
        .hasMessageContaining("a cache");
    Source other = Source.linformer(4, LENGTH + 1);
    assertThatThrownBy(() -> attend(call(other, Attention.full(), input(), learned(other)), RUN))
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining("texts of 24 positions does not fit");
  }
}
