package dev.heed.cli;

import dev.heed.attention.Positions;
import dev.heed.attention.mixer.Decay;
import dev.heed.attention.mixer.DiagonalModes;
import dev.heed.attention.mixer.DiagonalStates;
import dev.heed.attention.mixer.DivideByLast;
import dev.heed.attention.mixer.Exponentials;
import dev.heed.attention.mixer.FadeByTime;
import dev.heed.attention.mixer.Favor;
import dev.heed.attention.mixer.FavorExponents;
import dev.heed.attention.mixer.FeatureMap;
import dev.heed.attention.mixer.Interpolate;
import dev.heed.attention.mixer.LogLogistic;
import dev.heed.attention.mixer.Logistic;
import dev.heed.attention.mixer.MapFeatures;
import dev.heed.attention.mixer.MixState;
import dev.heed.attention.mixer.MixerMode;
import dev.heed.attention.mixer.ShortConvolve;
import dev.heed.attention.mixer.SkipHeads;
import dev.heed.attention.mixer.StateInput;
import dev.heed.attention.mixer.StateMixer;
import dev.heed.attention.mixer.StateShape.Heads;
import dev.heed.attention.mixer.TimeSteps;
import dev.heed.attention.mixer.WithOnes;
import dev.heed.attention.mixer.Write;
import dev.heed.cli.GradCheckCases.Numbers;
import dev.heed.tensor.CounterRandom;
import dev.heed.tensor.Tensor;
import dev.heed.tensor.Weight;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// Cases of state mixers: every rule, and every division of heads.
final class MixerGradCases {
  private static final int BATCH = 2;
  private static final int LENGTH = 19;
  private static final int WIDTH = 5;
  private static final int VALUE_WIDTH = 7;

  private final Numbers numbers = new Numbers(3);
  private final List<GradCheckCase> cases = new ArrayList<>();

  private MixerGradCases() {}

  static List<GradCheckCase> all() {
    MixerGradCases made = new MixerGradCases();
    made.features();
    made.states();
    made.convolutions();
    made.steps();
    made.recurrences();
    return made.cases;
  }

  private void features() {
    Tensor x = numbers.tensor(BATCH, LENGTH, 3 * WIDTH);
    cases.add(GradCheckCase.of("identity", new MapFeatures(x, 3, FeatureMap.identity())));
    cases.add(GradCheckCase.of("elu+1", new MapFeatures(x, 3, FeatureMap.eluPlusOne())));
    Tensor smooth = numbers.tensor(BATCH, LENGTH, 3 * WIDTH);
    for (int i = 0; i < smooth.size(); i++) {
      smooth.array()[i] += Math.copySign(0.25f, smooth.array()[i]);
    }
    cases.add(GradCheckCase.of("relu", new MapFeatures(smooth, 3, FeatureMap.relu())));
    cases.add(GradCheckCase.of("unit length", new MapFeatures(x, 3, FeatureMap.unit())));
    cases.add(GradCheckCase.of("Taylor", new MapFeatures(x, 3, FeatureMap.taylor())));
    Favor favor = FeatureMap.favor(WIDTH, 8, CounterRandom.of(5));
    cases.add(GradCheckCase.of("FAVOR+", new FavorExponents(x, 3, favor)));
    Tensor largest = numbers.tensor(BATCH, LENGTH, 3);
    largest.fill(4);
    cases.add(GradCheckCase.of("three heads", new Exponentials(x, largest, 1e-6f)));
    cases.add(GradCheckCase.of("gate", new Logistic(x)));
    cases.add(GradCheckCase.of("gate of decay", new LogLogistic(x, 16)));
    cases.add(GradCheckCase.of("three heads", new WithOnes(x, 3)));
    Tensor weighed = numbers.tensor(BATCH, LENGTH, 3 * WIDTH);
    for (int i = WIDTH - 1; i < weighed.size(); i += WIDTH) {
      weighed.array()[i] = 1 + Math.abs(weighed.array()[i]);
    }
    cases.add(GradCheckCase.of("three heads", new DivideByLast(weighed, 3, 1e-6f)));
  }

  private void states() {
    Heads same = Heads.all(2);
    Heads grouped = new Heads(4, 2, 2);
    Heads shared = new Heads(1, 1, 4);
    StateMixer linear = StateMixer.linear().withScale(0.5);
    StateMixer delta = linear.withWrite(Write.DELTA);
    state("linear", linear, input(same));
    state("linear, queries grouped", linear, input(grouped));
    state("retention", linear.withDecay(Decay.retention(2)), input(same));
    state("gate per head", linear.withDecay(Decay.perHead()), fading(input(same), 1));
    state("Mamba-2", linear.withDecay(Decay.perHead()), strong(fading(input(shared), 1)));
    state("gate per channel", linear.withDecay(Decay.perChannel()), fading(input(same), WIDTH));
    state("delta rule", delta, strong(input(same)));
    state("gated delta", delta.withDecay(Decay.perHead()), strong(fading(input(same), 1)));
    state(
        "gated delta per channel, queries grouped",
        delta.withDecay(Decay.perChannel()),
        strong(fading(input(grouped), WIDTH)));
  }

  private void state(String choice, StateMixer mixer, StateInput input) {
    MixState operation = MixState.of(mixer, input);
    cases.add(
        new GradCheckCase(
            MixState.class,
            choice,
            operation.operands(),
            run -> run.choosing(MixerMode.class, new MixerMode.Chunked(8)).apply(operation)));
  }

  private StateInput input(Heads heads) {
    Tensor keys = numbers.tensor(BATCH, LENGTH, heads.keys() * WIDTH);
    for (int i = 0; i < keys.size(); i++) {
      keys.array()[i] *= 0.4f;
    }
    return StateInput.of(
            numbers.tensor(BATCH, LENGTH, heads.queries() * WIDTH),
            keys,
            numbers.tensor(BATCH, LENGTH, heads.values() * VALUE_WIDTH),
            heads)
        .withPast(numbers.tensor(BATCH, heads.states(), WIDTH, VALUE_WIDTH));
  }

  private void convolutions() {
    Tensor x = numbers.tensor(BATCH, LENGTH, WIDTH);
    Weight taps = numbers.weight("taps", WIDTH, 1, 4);
    Optional<Weight> bias = Optional.of(numbers.weight("bias", WIDTH));
    ShortConvolve plain = ShortConvolve.of(x, taps, Optional.empty());
    cases.add(GradCheckCase.of("without bias", plain));
    ShortConvolve after = ShortConvolve.of(x, taps, bias).after(numbers.tensor(BATCH, WIDTH, 3));
    cases.add(GradCheckCase.of("with bias and state", after));
    int[] documents = new int[LENGTH];
    Arrays.setAll(documents, t -> t / 7);
    cases.add(GradCheckCase.of("documents", after.within(Positions.of(documents))));
  }

  private void steps() {
    Tensor x = numbers.tensor(BATCH, LENGTH, 3);
    Weight each = numbers.weight("each", 3);
    cases.add(GradCheckCase.of("any length", new TimeSteps(x, each, 0, Float.POSITIVE_INFINITY)));
    cases.add(GradCheckCase.of("limits beyond all steps", new TimeSteps(x, each, 0, 100)));
    cases.add(GradCheckCase.of("three heads", new FadeByTime(x, each)));
    Tensor y = numbers.tensor(BATCH, LENGTH, 3 * WIDTH);
    Tensor before = numbers.tensor(BATCH, LENGTH, 3 * WIDTH);
    cases.add(GradCheckCase.of("three heads", new SkipHeads(y, before, each)));
    Weight channels = numbers.weight("channels", 3 * WIDTH);
    cases.add(GradCheckCase.of("channels", new SkipHeads(y, before, channels)));
  }

  private void recurrences() {
    Tensor gate = numbers.tensor(BATCH, LENGTH, WIDTH);
    for (int i = 0; i < gate.size(); i++) {
      gate.array()[i] = (float) (1 / (1 + Math.exp(gate.array()[i])));
    }
    Tensor x = numbers.tensor(BATCH, LENGTH, WIDTH);
    cases.add(GradCheckCase.of("minGRU", Interpolate.of(gate, x)));
    Weight step = numbers.weight("step", WIDTH);
    for (int d = 0; d < WIDTH; d++) {
      step.floats()[d] -= 2;
    }
    DiagonalModes modes =
        new DiagonalModes(
            numbers.weight("rate", WIDTH, 4),
            numbers.weight("frequency", WIDTH, 4),
            numbers.weight("real", WIDTH, 4),
            numbers.weight("imaginary", WIDTH, 4),
            step);
    cases.add(GradCheckCase.of("S4D", DiagonalStates.of(x, modes)));
  }

  /// With logarithms that stay below 0 when they are changed a little.
  private StateInput fading(StateInput input, int width) {
    Tensor logs = numbers.tensor(BATCH, LENGTH, input.shape().heads().states() * width);
    for (int i = 0; i < logs.size(); i++) {
      logs.array()[i] = -0.25f - Math.abs(logs.array()[i]);
    }
    return input.withDecay(logs);
  }

  private StateInput strong(StateInput input) {
    Tensor strength = numbers.tensor(BATCH, LENGTH, input.shape().heads().states());
    for (int i = 0; i < strength.size(); i++) {
      strength.array()[i] = (float) (1 / (1 + Math.exp(strength.array()[i])));
    }
    return input.withStrength(strength);
  }
}
