package dev.heed.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.heed.attention.CacheChoice;
import dev.heed.attention.Positions;
import dev.heed.attention.Rotary;
import dev.heed.attention.RotaryScaling;
import dev.heed.attention.mixer.Decay;
import dev.heed.attention.mixer.DiagonalModes;
import dev.heed.attention.mixer.FeatureMap;
import dev.heed.attention.mixer.KernelAttention;
import dev.heed.attention.mixer.MixerException;
import dev.heed.attention.mixer.StateMixer;
import dev.heed.attention.mixer.Write;
import dev.heed.grad.GradCheck;
import dev.heed.grad.Run;
import dev.heed.kernel.Kernels;
import dev.heed.kernel.Workers;
import dev.heed.tensor.CounterRandom;
import dev.heed.tensor.Tensor;
import dev.heed.tensor.Weight;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Every mixer with a state as a layer: decoding, documents, gradients.
class MixersTest {
  private static final Run RUN = Run.inference(Kernels.best(), Workers.of(2));
  private static final int BATCH = 2;
  private static final int LENGTH = 17;
  private static final int WIDTH = 12;
  private static final Heads HEADS = new Heads(4, 2, 5);

  /// A layer under its name.
  record Case(String name, Mixer mixer) {
    @Override
    public String toString() {
      return name;
    }
  }

  static List<Case> cases() {
    Map<String, Mixer> all = new LinkedHashMap<>();
    Maker made = new Maker();
    all.put("elu+1", made.linear(KernelAttention.normalized(FeatureMap.eluPlusOne())));
    all.put("taylor", made.linear(KernelAttention.normalized(FeatureMap.taylor())));
    all.put(
        "favor",
        made.linear(KernelAttention.normalized(FeatureMap.favor(5, 8, CounterRandom.of(1)))));
    StateMixer linear = StateMixer.linear();
    KernelAttention retention =
        KernelAttention.plain(
            FeatureMap.identity(), linear.withDecay(Decay.retention(2)).withScale(0.5));
    all.put("retention", made.linear(retention, made.sized(), made.rotary()));
    KernelAttention gated =
        KernelAttention.plain(FeatureMap.identity(), linear.withDecay(Decay.perChannel()));
    LinearAttention.Gates channels = made.sized().withDecay(made.layer("decay", 10, WIDTH), 16);
    all.put("gated", made.linear(gated, channels, Optional.empty()));
    KernelAttention delta =
        KernelAttention.plain(
            FeatureMap.unit(), linear.withWrite(Write.DELTA).withDecay(Decay.perHead()));
    LinearAttention.Gates both =
        made.sized()
            .withDecay(made.layer("decay", 2, WIDTH), 4)
            .withStrength(made.layer("strength", 2, WIDTH));
    all.put("gated delta", made.linear(delta, both, Optional.empty()));
    all.put(
        "minGRU",
        new GatedRecurrence(
            made.layer("gate", 9, WIDTH),
            made.layer("candidate", 9, WIDTH),
            made.layer("o", WIDTH, 9)));
    ShortConvolution near =
        new ShortConvolution(
            made.weight("taps", 1, WIDTH, 1, 3),
            Optional.of(made.weight("bias", 1, WIDTH)),
            Optional.empty());
    all.put("BaseConv", new GatedConvolution(made.layer("p", WIDTH, WIDTH), near));
    DiagonalModes modes =
        new DiagonalModes(
            made.weight("rate", 0.2, WIDTH, 4),
            made.weight("frequency", 3, WIDTH, 4),
            made.weight("real", 1, WIDTH, 4),
            made.weight("imaginary", 1, WIDTH, 4),
            made.weight("step", 0.3, WIDTH));
    all.put(
        "S4D",
        new DiagonalStateSpace(
            modes,
            made.weight("skip", 1, WIDTH),
            made.layer("o", WIDTH, WIDTH),
            made.layer("gate", WIDTH, WIDTH)));
    return all.entrySet().stream().map(e -> new Case(e.getKey(), e.getValue())).toList();
  }

  /// Layers of random weights.
  static final class Maker {
    private final Random random = new Random(21);

    Tensor tensor(int... shape) {
      Tensor tensor = Tensor.zeros(shape);
      for (int i = 0; i < tensor.size(); i++) {
        tensor.array()[i] = (float) random.nextGaussian();
      }
      return tensor;
    }

    Weight weight(String name, double size, int... shape) {
      Tensor tensor = tensor(shape);
      for (int i = 0; i < tensor.size(); i++) {
        tensor.array()[i] *= (float) size;
      }
      return Weight.of(name, tensor.array(), shape);
    }

    Linear layer(String name, int out, int in) {
      return new Linear(weight(name, 1 / Math.sqrt(in), out, in));
    }

    LinearAttention.Gates sized() {
      return LinearAttention.Gates.NONE
          .withHeadNorm(new Norm.RmsNorm(weight("gain", 1, 5), 1e-5f))
          .withOutput(layer("gate", 20, WIDTH));
    }

    Optional<Rotary> rotary() {
      return Optional.of(new Rotary(Rotary.Layout.HALF_SPLIT, 4, 1e4, RotaryScaling.none()));
    }

    LinearAttention linear(KernelAttention attention) {
      return linear(attention, LinearAttention.Gates.NONE, Optional.empty());
    }

    LinearAttention linear(
        KernelAttention attention, LinearAttention.Gates gates, Optional<Rotary> rotary) {
      SelfAttention.Projections projections =
          new SelfAttention.Projections(
              layer("q", 20, WIDTH),
              layer("k", 10, WIDTH),
              layer("v", 10, WIDTH),
              layer("o", WIDTH, 20));
      return new LinearAttention(projections, rotary, attention, gates, HEADS);
    }
  }

  private final Tensor x = new Maker().tensor(BATCH, LENGTH, WIDTH);

  private static Tensor part(Tensor x, int from, int to) {
    Tensor part = Tensor.zeros(BATCH, to - from, WIDTH);
    int size = (to - from) * WIDTH;
    for (int b = 0; b < BATCH; b++) {
      int at = (b * x.axis(1) + from) * WIDTH;
      System.arraycopy(x.array(), x.offset() + at, part.array(), b * size, size);
    }
    return part;
  }

  @ParameterizedTest
  @MethodSource("cases")
  void forward_inParts_equalsWhole(Case test) {
    float[] whole = forward(test.mixer(), x, Pass.whole(Positions.range(0, LENGTH))).toArray();
    MixerCache cache = test.mixer().newCache(BATCH, LENGTH, LENGTH, CacheChoice.fitting());
    int[] cuts = {0, 1, 2, 13, LENGTH};
    for (int round = 0; round < 2; round++) {
      for (int i = 0; i + 1 < cuts.length; i++) {
        Positions positions = Positions.range(cuts[i], cuts[i + 1] - cuts[i]);
        Pass pass = Pass.after(List.of(cache), positions, LENGTH);
        Tensor y = forward(test.mixer(), part(x, cuts[i], cuts[i + 1]), pass);
        for (int t = 0; t < positions.length(); t++) {
          int row = (LENGTH + cuts[i] + t) * WIDTH;
          assertThat(y.at(1, t, 7)).as("position %d", t).isCloseTo(whole[row + 7], within(5e-5f));
        }
      }
      assertThat(cache.length()).isEqualTo(LENGTH);
      cache.truncate(0);
    }
  }

  private static Tensor forward(Mixer mixer, Tensor x, Pass pass) {
    return mixer.forward(x, 0, pass, RUN);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void forward_documents_areThoseAlone(Case test) {
    int[] documents = new int[LENGTH];
    int[] positions = new int[LENGTH];
    for (int t = 0; t < LENGTH; t++) {
      documents[t] = t < 10 ? 1 : 2;
      positions[t] = t < 10 ? t : t - 10;
    }
    Pass packed = Pass.packed(Positions.of(positions), Positions.of(documents));
    Tensor all = forward(test.mixer(), x, packed);
    Tensor second = forward(test.mixer(), part(x, 10, LENGTH), Pass.whole(Positions.range(0, 7)));
    for (int t = 10; t < LENGTH; t++) {
      assertThat(all.at(1, t, 3)).isCloseTo(second.at(1, t - 10, 3), within(5e-5f));
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void backward_input_equalsDifferences(Case test) {
    Pass pass = Pass.whole(Positions.range(0, LENGTH));
    new GradCheck(RUN, 15, 4e-3)
        .check(List.of(x), inner -> test.mixer().forward(x, 0, pass, inner))
        .orElseThrow();
  }

  @Test
  void linear_gateThatDoesNotFit_namesBoth() {
    Maker made = new Maker();
    KernelAttention fading =
        KernelAttention.plain(
            FeatureMap.identity(), StateMixer.linear().withDecay(Decay.perHead()));
    assertThatThrownBy(() -> made.linear(fading))
        .isInstanceOf(MixerException.class)
        .hasMessageContaining("PerHead")
        .hasMessageContaining("2 are read");
  }
}
