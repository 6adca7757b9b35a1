package dev.heed.attention.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heed.attention.Attend;
import dev.heed.attention.Attention;
import dev.heed.attention.AttentionException;
import dev.heed.attention.AttentionInput;
import dev.heed.attention.AttentionSites;
import dev.heed.attention.CacheShape;
import dev.heed.attention.HeadView;
import dev.heed.attention.Positions;
import dev.heed.attention.Score;
import dev.heed.attention.Source;
import dev.heed.attention.UnsupportedCombinationException;
import dev.heed.attention.mixer.MixerException;
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
import java.util.stream.IntStream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class MemoryTest {
  private static final int BATCH = 2;
  private static final int HEADS = 6;
  private static final int GROUPS = 3;
  private static final int LENGTH = 9;
  private static final int WIDTH = 5;
  private static final int VALUE_WIDTH = 7;
  private static final CacheShape SHAPE = new CacheShape(BATCH, GROUPS, WIDTH, VALUE_WIDTH);
  private static final Run RUN = Run.inference(Kernels.best(), Workers.of(2));

  private final Random random = new Random(1);
  private final Tensor q = tensor(BATCH, LENGTH, HEADS * WIDTH);

  private Tensor tensor(int... shape) {
    Tensor tensor = Tensor.zeros(shape);
    for (int n = 0; n < tensor.size(); n++) {
      tensor.array()[n] = (float) random.nextGaussian();
    }
    return tensor;
  }

  private static NeighbourMemory memory(int capacity) {
    return new NeighbourMemory(SHAPE, capacity, ExactIndex.factory(RUN.kernels().lookup()));
  }

  private void add(NeighbourMemory memory, Tensor k, Tensor v) {
    memory.add(HeadView.split(k, GROUPS), HeadView.split(v, GROUPS));
  }

  /// Queries, and the keys and values from `from` on of which the nearest `count` are looked at.
  private record Remembered(Tensor q, Tensor k, Tensor v, int from, int count) {}

  /// The definition: all inner products sorted, a softmax over the largest.
  private static double[] byHand(Remembered of, int[] at) {
    int b = at[0];
    int group = at[2] / (HEADS / GROUPS);
    double[] scores = new double[of.k.axis(1)];
    for (int s = of.from; s < scores.length; s++) {
      for (int e = 0; e < WIDTH; e++) {
        scores[s] +=
            (double) of.q.at(b, at[1], at[2] * WIDTH + e) * of.k.at(b, s, group * WIDTH + e);
      }
    }
    int[] nearest =
        IntStream.range(of.from, scores.length)
            .boxed()
            .sorted((x, y) -> Double.compare(scores[y], scores[x]))
            .limit(of.count)
            .mapToInt(Integer::intValue)
            .toArray();
    double[] out = new double[VALUE_WIDTH];
    double total = 0;
    for (int s : nearest) {
      double weight = Math.exp(scores[s] / Math.sqrt(WIDTH));
      total += weight;
      for (int w = 0; w < VALUE_WIDTH; w++) {
        out[w] += weight * of.v.at(b, s, group * VALUE_WIDTH + w);
      }
    }
    double all = Math.max(total, 1e-300);
    return Arrays.stream(out).map(sum -> sum / all).toArray();
  }

  private void assertRecalls(NeighbourMemory memory, Tensor k, Tensor v, int from, int count) {
    Tensor made = RUN.apply(new Recall(q, memory, HEADS, count));
    for (int n = 0; n < BATCH * LENGTH * HEADS; n++) {
      int[] at = {n / HEADS / LENGTH, n / HEADS % LENGTH, n % HEADS};
      double[] expected = byHand(new Remembered(q, k, v, from, count), at);
      for (int w = 0; w < VALUE_WIDTH; w++) {
        assertThat((double) made.at(at[0], at[1], at[2] * VALUE_WIDTH + w))
            .as("query %s", Arrays.toString(at))
            .isCloseTo(expected[w], Offset.offset(1e-5));
      }
    }
  }

  @Test
  void recall_fewOfMany_equalsDefinition() {
    Tensor k = tensor(BATCH, 700, GROUPS * WIDTH);
    Tensor v = tensor(BATCH, 700, GROUPS * VALUE_WIDTH);
    NeighbourMemory memory = memory(1000);
    add(memory, k, v);
    assertThat(memory.length(1)).isEqualTo(700);
    assertRecalls(memory, k, v, 0, 5);
    assertRecalls(memory, k, v, 0, 64);
  }

  @Test
  void recall_moreThanThereAre_looksAtAll() {
    Tensor k = tensor(BATCH, 3, GROUPS * WIDTH);
    Tensor v = tensor(BATCH, 3, GROUPS * VALUE_WIDTH);
    NeighbourMemory memory = memory(100);
    add(memory, k, v);
    assertRecalls(memory, k, v, 0, 8);
  }

  @Test
  void add_beyondCapacity_letsTheOldestBlockGo() {
    NeighbourMemory memory = memory(40);
    Tensor k = tensor(BATCH, 45, GROUPS * WIDTH);
    Tensor v = tensor(BATCH, 45, GROUPS * VALUE_WIDTH);
    add(memory, k, v);
    assertThat(memory.length(0)).isEqualTo(35);
    assertThat(memory.bytes()).isEqualTo(4L * BATCH * GROUPS * 40 * (WIDTH + VALUE_WIDTH));
    assertRecalls(memory, k, v, 10, 6);
    memory.clear(1);
    assertThat(memory.length(0)).isEqualTo(35);
    assertThat(memory.length(1)).isZero();
    Tensor made = RUN.apply(new Recall(q, memory, HEADS, 4));
    assertThat(Arrays.copyOfRange(made.toArray(), made.size() / 2, made.size())).containsOnly(0);
  }

  @Test
  void recall_threads_giveTheSameBits() {
    NeighbourMemory memory = memory(400);
    add(memory, tensor(BATCH, 300, GROUPS * WIDTH), tensor(BATCH, 300, GROUPS * VALUE_WIDTH));
    float[] expected = RUN.apply(new Recall(q, memory, HEADS, 7)).toArray();
    try (Workers one = Workers.of(1)) {
      Run alone = Run.inference(Kernels.best(), one);
      assertThat(alone.apply(new Recall(q, memory, HEADS, 7)).toArray()).isEqualTo(expected);
    }
  }

  @Test
  void backward_recallAndGate_equalCentralDifferences() {
    NeighbourMemory memory = memory(400);
    add(memory, tensor(BATCH, 50, GROUPS * WIDTH), tensor(BATCH, 50, GROUPS * VALUE_WIDTH));
    memory.clear(1);
    Tensor near = tensor(BATCH, LENGTH, HEADS * VALUE_WIDTH);
    Tensor gates = tensor(HEADS);
    // all keys are neighbours, so that no step changes which they are
    GradCheck.Result result =
        new GradCheck(RUN)
            .check(
                List.of(q, near, gates),
                run -> {
                  Tensor far = run.apply(new Recall(q, memory, HEADS, 50));
                  return run.apply(new BlendHeads(near, far, gates, 0, LENGTH));
                });
    assertThat(result.failure()).isEmpty();
  }

  private static final Source.Past PAST = new Source.Past(3, 4, 100);

  private static Tensor rows(Tensor of, int from, int to) {
    Tensor part = Tensor.zeros(BATCH, to - from, of.axis(2));
    for (int b = 0; b < BATCH; b++) {
      int at = of.offset() + (b * of.axis(1) + from) * of.axis(2);
      int size = (to - from) * of.axis(2);
      System.arraycopy(of.array(), at, part.array(), b * size, size);
    }
    return part;
  }

  @Test
  void recall_ofPast_looksAtSegmentsBefore() {
    Tensor k = tensor(BATCH, LENGTH, GROUPS * WIDTH);
    Tensor v = tensor(BATCH, LENGTH, GROUPS * VALUE_WIDTH);
    Past past = new Past(SHAPE, PAST);
    Tensor made = RUN.apply(Recall.ofPast(new Attend.Operands(q, k, v), past, HEADS, 3));
    for (int n = 0; n < BATCH * LENGTH * HEADS; n++) {
      int[] at = {n / HEADS / LENGTH, n / HEADS % LENGTH, n % HEADS};
      int seen = at[1] / 4 * 4;
      double[] expected = byHand(new Remembered(q, rows(k, 0, seen), v, 0, 3), at);
      for (int w = 0; w < VALUE_WIDTH; w++) {
        assertThat((double) made.at(at[0], at[1], at[2] * VALUE_WIDTH + w))
            .as("query %s", Arrays.toString(at))
            .isCloseTo(expected[w], Offset.offset(1e-5));
      }
    }
    assertThat(past.length()).isEqualTo(LENGTH);
  }

  @Test
  void recall_ofPastInParts_givesTheSameBits() {
    Tensor k = tensor(BATCH, LENGTH, GROUPS * WIDTH);
    Tensor v = tensor(BATCH, LENGTH, GROUPS * VALUE_WIDTH);
    Past whole = new Past(SHAPE, PAST);
    Tensor all = RUN.apply(Recall.ofPast(new Attend.Operands(q, k, v), whole, HEADS, 3));
    Past past = new Past(SHAPE, PAST);
    read(past, k, v, 0, 7);
    past.truncate(6);
    assertThat(read(past, k, v, 6, LENGTH).toArray())
        .containsExactly(rows(all, 6, LENGTH).toArray());
    assertThatThrownBy(() -> past.truncate(8))
        .isInstanceOf(MixerException.class)
        .hasMessageContaining("to 0, or to more than 8 it can");
    past.truncate(0);
    assertThat(read(past, k, v, 0, 5).toArray()).containsExactly(rows(all, 0, 5).toArray());
  }

  private Tensor read(Past past, Tensor k, Tensor v, int from, int to) {
    Attend.Operands part =
        new Attend.Operands(rows(q, from, to), rows(k, from, to), rows(v, from, to));
    return RUN.apply(Recall.ofPast(part, past, HEADS, 3));
  }

  @Test
  void recall_gateWithEmptyMemory_givesTheTextAlone() {
    Tensor near = tensor(BATCH, LENGTH, HEADS * VALUE_WIDTH);
    Tensor gates = tensor(HEADS);
    NeighbourMemory memory = memory(100);
    float[] made = call(Attention.causal(), gates).recall(near, q, memory, RUN).toArray();
    assertThat(made).isEqualTo(near.toArray());
    add(memory, tensor(BATCH, 4, GROUPS * WIDTH), tensor(BATCH, 4, GROUPS * VALUE_WIDTH));
    float[] mixed = call(Attention.causal(), gates).recall(near, q, memory, RUN).toArray();
    float far = RUN.apply(new Recall(q, memory, HEADS, 3)).toArray()[0];
    double share = 1 / (1 + Math.exp(-gates.array()[0]));
    assertThat((double) mixed[0])
        .isCloseTo(share * far + (1 - share) * near.array()[0], Offset.offset(1e-5));
  }

  private SourceCall call(Attention attention, Operand gates) {
    Tensor k = tensor(BATCH, LENGTH, GROUPS * WIDTH);
    Tensor v = tensor(BATCH, LENGTH, GROUPS * VALUE_WIDTH);
    Positions positions = Positions.range(0, LENGTH);
    AttentionInput input =
        AttentionInput.of(
            HeadView.split(q, HEADS),
            HeadView.split(k, GROUPS),
            HeadView.split(v, GROUPS),
            positions,
            positions);
    return new SourceCall(
        Source.memory(3),
        attention,
        input,
        AttentionSites.inBlock(0),
        Map.of("memory_gate", gates));
  }

  @Test
  void recall_whatDoesNotFit_isRefused() {
    NeighbourMemory memory = memory(100);
    Tensor near = tensor(BATCH, LENGTH, HEADS * VALUE_WIDTH);
    Tensor gates = tensor(HEADS);
    SourceCall cosine = call(Attention.causal().withScore(Score.cosine(10)), gates);
    assertThatThrownBy(() -> cosine.recall(near, q, memory, RUN))
        .isInstanceOf(UnsupportedCombinationException.class)
        .hasMessageContaining("source memory(3) does not go with score cosine");
    SourceCall call = call(Attention.causal(), gates);
    assertThatThrownBy(() -> call.attend(new Attend.Operands(q, q, q), RUN))
        .isInstanceOf(AttentionException.class)
        .hasMessageContaining("looks into a memory and the call has none");
    assertThatThrownBy(() -> new Recall(tensor(BATCH, LENGTH, HEADS * 4), memory, HEADS, 3))
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining("[2, T, 30] would");
    assertThatThrownBy(() -> memory(3)).isInstanceOf(ShapeException.class);
  }
}
