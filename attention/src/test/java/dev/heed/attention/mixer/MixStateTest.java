package dev.heed.attention.mixer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.heed.attention.Executor;
import dev.heed.attention.Positions;
import dev.heed.attention.Reference;
import dev.heed.attention.UnsupportedCombinationException;
import dev.heed.attention.mixer.StateShape.Heads;
import dev.heed.grad.GradCheck;
import dev.heed.grad.Gradients;
import dev.heed.grad.Run;
import dev.heed.kernel.Kernels;
import dev.heed.kernel.Workers;
import dev.heed.tensor.Operand;
import dev.heed.tensor.ShapeException;
import dev.heed.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class MixStateTest {
  private static final Workers WORKERS = Workers.of(2);
  private static final Run RUN = Run.inference(Kernels.best(), WORKERS);
  private static final Run REFERENCE = RUN.choosing(Executor.class, new Reference());

  private static final int BATCH = 2;
  private static final int LENGTH = 23;
  private static final int WIDTH = 5;
  private static final int VALUE_WIDTH = 7;

  /// A mixer with an input that has what it reads.
  record Case(StateMixer mixer, Heads heads, boolean strong, StateInput input) {
    @Override
    public String toString() {
      return "%s %s strength %s".formatted(mixer, heads, strong);
    }
  }

  static List<Case> cases() {
    return cases(-120, -1e5f, Float.NEGATIVE_INFINITY);
  }

  /// Cases of which the decays can be changed a little.
  static List<Case> smooth() {
    return cases(-1);
  }

  /// @param lowest some of the logarithms: from -120 on nothing is left of the state
  private static List<Case> cases(float... lowest) {
    List<Case> cases = new ArrayList<>();
    List<Heads> divisions =
        List.of(Heads.all(3), new Heads(6, 3, 3), new Heads(2, 2, 6), new Heads(4, 1, 2));
    for (Write write : Write.values()) {
      for (int decay = 0; decay < 4; decay++) {
        for (int i = 0; i < divisions.size(); i++) {
          boolean strong = (i + decay) % 2 == 0 || write == Write.DELTA;
          StateInput input = input(decay, divisions.get(i), strong, lowest);
          cases.add(make(write, decay, strong, input));
        }
      }
    }
    return cases;
  }

  private static Case make(Write write, int kind, boolean strong, StateInput input) {
    float[] fixed = new float[input.shape().heads().states()];
    for (int n = 0; n < fixed.length; n++) {
      fixed[n] = -0.1f * n;
    }
    Decay decay =
        List.of(Decay.none(), Decay.fixed(fixed), Decay.perHead(), Decay.perChannel()).get(kind);
    return new Case(new StateMixer(decay, write, 0.75), input.shape().heads(), strong, input);
  }

  private static StateInput input(int kind, Heads heads, boolean strong, float... lowest) {
    Random random = new Random(kind * 100L + heads.outputs());
    int states = heads.states();
    StateInput input =
        StateInput.of(
            tensor(random, BATCH, LENGTH, heads.queries() * WIDTH),
            scaled(0.4f, tensor(random, BATCH, LENGTH, heads.keys() * WIDTH)),
            tensor(random, BATCH, LENGTH, heads.values() * VALUE_WIDTH),
            heads);
    if (kind > 1) {
      int width = kind == 2 ? states : states * WIDTH;
      input = input.withDecay(negative(lowest, tensor(random, BATCH, LENGTH, width)));
    }
    if (strong) {
      input = input.withStrength(shares(tensor(random, BATCH, LENGTH, states)));
    }
    input = input.withPast(tensor(random, BATCH, states, WIDTH, VALUE_WIDTH));
    if (heads.queries() == 6) {
      int[] three = new int[LENGTH];
      int[] two = new int[LENGTH];
      for (int t = 0; t < LENGTH; t++) {
        three[t] = t / 9;
        two[t] = t < 16 ? 4 : 1;
      }
      input = input.withDocuments(Positions.rows(three, two));
    }
    return input;
  }

  static Tensor tensor(Random random, int... shape) {
    Tensor tensor = Tensor.zeros(shape);
    for (int i = 0; i < tensor.size(); i++) {
      tensor.array()[i] = (float) random.nextGaussian();
    }
    return tensor;
  }

  private static Tensor scaled(float factor, Tensor x) {
    for (int i = 0; i < x.size(); i++) {
      x.array()[i] *= factor;
    }
    return x;
  }

  private static Tensor negative(float[] lowest, Tensor x) {
    for (int i = 0; i < x.size(); i++) {
      boolean low = i % 13 == 0;
      x.array()[i] = low ? lowest[i / 13 % lowest.length] : -0.25f - Math.abs(x.array()[i]);
    }
    return x;
  }

  private static Tensor shares(Tensor x) {
    for (int i = 0; i < x.size(); i++) {
      x.array()[i] = (float) (1 / (1 + Math.exp(x.array()[i])));
    }
    return x;
  }

  private static Tensor present(Case test) {
    return Tensor.zeros(BATCH, test.heads().states(), WIDTH, VALUE_WIDTH);
  }

  @Test
  void forward_twoPositions_isWhatOneComputesByHand() {
    Tensor q = Tensor.of(new float[] {1, 2, 3, 4}, 1, 2, 2);
    Tensor k = Tensor.of(new float[] {1, 0, 2, 1}, 1, 2, 2);
    Tensor v = Tensor.of(new float[] {5, 7}, 1, 2, 1);
    StateInput input = StateInput.of(q, k, v, Heads.all(1));
    StateMixer halving = StateMixer.linear().withDecay(Decay.fixed((float) Math.log(0.5)));
    // S = [5, 0], then [2.5, 0] + [14, 7]; the delta rule writes 7 - 2 * 2.5
    assertThat(forward(halving, input)).containsExactly(new float[] {5, 3 * 16.5f + 28}, TOLERANCE);
    assertThat(forward(halving.withWrite(Write.DELTA), input))
        .containsExactly(new float[] {5, 3 * 6.5f + 4 * 2}, TOLERANCE);
  }

  private static final org.assertj.core.data.Offset<Float> TOLERANCE = within(1e-5f);

  private static float[] forward(StateMixer mixer, StateInput input) {
    return REFERENCE.apply(MixState.of(mixer, input)).toArray();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void forward_everyMode_equalsReference(Case test) {
    Tensor state = present(test);
    float[] expected =
        REFERENCE.apply(MixState.of(test.mixer(), test.input()).into(state)).toArray();
    List<MixerMode> modes =
        List.of(
            new MixerMode.Parallel(),
            new MixerMode.Chunked(8),
            new MixerMode.Chunked(16),
            new MixerMode.Recurrent());
    for (Kernels kernels : List.of(Kernels.best(), Kernels.scalar())) {
      for (MixerMode mode : modes) {
        Tensor present = present(test);
        Run run = Run.inference(kernels, WORKERS).choosing(MixerMode.class, mode);
        float[] actual = run.apply(MixState.of(test.mixer(), test.input()).into(present)).toArray();
        close(actual, expected);
        close(present.toArray(), state.toArray());
      }
    }
  }

  /// Sums of some hundred products of numbers of size 1, in float: within a few 1e-5 of the
  /// largest.
  private static void close(float[] actual, float[] expected) {
    assertThat(actual).hasSameSizeAs(expected);
    float largest = 1;
    for (float number : expected) {
      largest = Math.max(largest, Math.abs(number));
    }
    for (int i = 0; i < expected.length; i++) {
      assertThat(actual[i]).as("number %d", i).isCloseTo(expected[i], within(2e-5f * largest));
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void forward_inParts_equalsWhole(Case test) {
    if (test.input().documents().isPresent()) {
      return;
    }
    float[] whole = RUN.apply(MixState.of(test.mixer(), test.input())).toArray();
    Tensor state = test.input().past().orElseThrow().copy();
    int row = whole.length / BATCH / LENGTH;
    int[] cuts = {0, 11, 12, 20, LENGTH};
    for (int i = 0; i + 1 < cuts.length; i++) {
      int length = cuts[i + 1] - cuts[i];
      StateInput part = part(test.input(), cuts[i], cuts[i + 1]).withPast(state);
      float[] y = RUN.apply(MixState.of(test.mixer(), part).into(state)).toArray();
      float[] expected = new float[y.length];
      for (int b = 0; b < BATCH; b++) {
        int from = (b * LENGTH + cuts[i]) * row;
        System.arraycopy(whole, from, expected, b * length * row, length * row);
      }
      close(y, expected);
    }
  }

  static StateInput part(StateInput all, int from, int to) {
    StateInput part =
        StateInput.of(
            part(all.q(), from, to),
            part(all.k(), from, to),
            part(all.v(), from, to),
            all.shape().heads());
    if (all.decay().isPresent()) {
      part = part.withDecay(part(all.decay().get(), from, to));
    }
    return all.strength().isPresent()
        ? part.withStrength(part(all.strength().get(), from, to))
        : part;
  }

  private static Tensor part(Tensor x, int from, int to) {
    int row = x.axis(2);
    Tensor part = Tensor.zeros(x.axis(0), to - from, row);
    for (int b = 0; b < x.axis(0); b++) {
      System.arraycopy(
          x.array(),
          (b * x.axis(1) + from) * row,
          part.array(),
          b * (to - from) * row,
          (to - from) * row);
    }
    return part;
  }

  @ParameterizedTest
  @MethodSource("smooth")
  void backward_everyOperand_equalsDifferences(Case test) {
    for (Kernels kernels : List.of(Kernels.best(), Kernels.scalar())) {
      for (MixerMode mode : List.of(new MixerMode.Chunked(8), new MixerMode.Parallel())) {
        Run run = Run.inference(kernels, WORKERS).choosing(MixerMode.class, mode);
        new GradCheck(run, 12, 3e-3).check(MixState.of(test.mixer(), test.input())).orElseThrow();
      }
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void backward_anyNumberOfThreads_isTheSameToTheBit(Case test) {
    List<float[]> alone = gradients(test, Workers.of(1));
    List<float[]> shared = gradients(test, Workers.of(3));
    for (int i = 0; i < alone.size(); i++) {
      assertThat(shared.get(i)).isEqualTo(alone.get(i));
    }
  }

  private static List<float[]> gradients(Case test, Workers workers) {
    try (workers) {
      Run run = Run.inference(Kernels.best(), workers).taped();
      MixState operation = MixState.of(test.mixer(), test.input());
      Tensor y = run.apply(operation);
      Tensor dy = tensor(new Random(5), y.shape().toArray());
      Gradients gradients = run.tape().orElseThrow().backward(y, dy, run);
      List<float[]> all = new ArrayList<>(List.of(y.toArray()));
      for (Operand operand : operation.operands()) {
        all.add(gradients.find(operand).orElseThrow().toArray());
      }
      return all;
    }
  }

  @Test
  void backward_oneTensorForAll_addsItsGradients() {
    Tensor x = tensor(new Random(8), 2, 5, 6);
    StateInput input = StateInput.of(x, x, x, Heads.all(2));
    new GradCheck(RUN)
        .check(List.of(x), run -> run.apply(MixState.of(StateMixer.linear(), input)))
        .orElseThrow();
  }

  @Test
  void forward_pastOverwrittenOnATape_isRefused() {
    Case test = cases().getFirst();
    MixState operation =
        MixState.of(test.mixer(), test.input()).into(test.input().past().orElseThrow());
    assertThatThrownBy(() -> RUN.taped().apply(operation))
        .isInstanceOf(UnsupportedCombinationException.class)
        .hasMessageContainingAll("a tape", "written over the past");
  }

  @Test
  void of_whatDoesNotFit_namesIt() {
    Tensor x = Tensor.zeros(2, 3, 12);
    StateInput input = StateInput.of(x, x, x, Heads.all(3));
    StateMixer linear = StateMixer.linear();
    assertThatThrownBy(() -> MixState.of(linear.withDecay(Decay.perHead()), input))
        .isInstanceOf(UnsupportedCombinationException.class)
        .hasMessageContaining("decay per head")
        .hasMessageContaining("without decays");
    assertThatThrownBy(() -> MixState.of(linear, input.withDecay(Tensor.zeros(2, 3, 3))))
        .isInstanceOf(UnsupportedCombinationException.class)
        .hasMessageContaining("without decay");
    assertThatThrownBy(() ->
            MixState.of(linear.withDecay(Decay.perHead()), input.withDecay(Tensor.zeros(2, 3, 12))))
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining("[2, 3, 12]")
        .hasMessageContaining("[2, 3, 3]");
    assertThatThrownBy(() -> MixState.of(linear.withDecay(Decay.retention(2)), input))
        .isInstanceOf(MixerException.class)
        .hasMessageContaining("3 states");
    assertThatThrownBy(() -> StateInput.of(x, x, Tensor.zeros(2, 4, 12), Heads.all(3)))
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining("[2, 4, 12]");
    assertThatThrownBy(() -> new Heads(4, 3, 1)).hasMessageContaining("4 heads of queries");
    assertThatThrownBy(() -> Decay.fixed(0.5f)).hasMessageContaining("0.5");
    Tensor grows = Tensor.zeros(2, 3, 3);
    grows.array()[7] = 0.25f;
    MixState growing = MixState.of(linear.withDecay(Decay.perHead()), input.withDecay(grows));
    for (Run run : List.of(RUN, REFERENCE, RUN.choosing(MixerMode.class, MixerMode.chunked()))) {
      assertThatThrownBy(() -> run.apply(growing))
          .isInstanceOf(MixerException.class)
          .hasMessageContaining("0.25");
    }
  }
}
