package dev.heed.attention.mixer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.heed.attention.Positions;
import dev.heed.attention.UnsupportedCombinationException;
import dev.heed.grad.GradCheck;
import dev.heed.grad.Run;
import dev.heed.kernel.Kernels;
import dev.heed.kernel.Workers;
import dev.heed.tensor.Shape;
import dev.heed.tensor.ShapeException;
import dev.heed.tensor.Tensor;
import dev.heed.tensor.Weight;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RecurrencesTest {
  private static final Run RUN = Run.inference(Kernels.best(), Workers.of(2));
  private static final Run CONVOLVING = RUN.choosing(MixerMode.class, new MixerMode.Parallel());
  private static final Positions DOCUMENTS =
      Positions.rows(new int[] {1, 1, 1, 1, 2, 2, 2, 2, 2}, new int[] {1, 1, 1, 1, 1, 1, 1, 3, 4});

  private final Random random = new Random(31);

  private Weight weight(String name, int... shape) {
    return Weight.of(name, MixStateTest.tensor(random, shape).array(), shape);
  }

  /// As S4D-Lin begins: rates of a half, frequencies of whole turns, steps of some length.
  private DiagonalModes modes(int channels, int count) {
    Weight rate = weight("rate", channels, count);
    Weight frequency = weight("frequency", channels, count);
    for (int i = 0; i < channels * count; i++) {
      rate.floats()[i] = (float) Math.log(0.5) + 0.1f * rate.floats()[i];
      frequency.floats()[i] = (float) (Math.PI * (i % count)) + 0.1f * frequency.floats()[i];
    }
    Weight step = weight("step", channels);
    for (int d = 0; d < channels; d++) {
      step.floats()[d] = -3 + 0.5f * step.floats()[d];
    }
    return new DiagonalModes(
        rate,
        frequency,
        weight("real", channels, count),
        weight("imaginary", channels, count),
        step);
  }

  private static float[] gates(Tensor x) {
    for (int i = 0; i < x.size(); i++) {
      x.array()[i] = (float) (1 / (1 + Math.exp(-x.array()[i])));
    }
    return x.array();
  }

  @Test
  void interpolate_threePositions_isWhatOneComputesByHand() {
    Tensor gate = Tensor.of(new float[] {0.5f, 0.25f, 1}, 1, 3, 1);
    Tensor candidate = Tensor.of(new float[] {4, 10, 7}, 1, 3, 1);
    Tensor state = Tensor.of(new float[] {8}, 1, 1);
    assertThat(RUN.apply(Interpolate.of(gate, candidate)).toArray()).containsExactly(2, 4, 7);
    assertThat(RUN.apply(Interpolate.of(gate, candidate).after(state)).toArray())
        .containsExactly(6, 7, 7);
    assertThat(state.toArray()).containsExactly(7);
    Interpolate apart = Interpolate.of(gate, candidate).within(Positions.of(1, 2, 2));
    assertThat(RUN.apply(apart).toArray()).containsExactly(2, 2.5f, 7);
  }

  @Test
  void interpolate_backward_equalsDifferences() {
    Tensor gate = MixStateTest.tensor(random, 2, 9, 70);
    gates(gate);
    Tensor candidate = MixStateTest.tensor(random, 2, 9, 70);
    Tensor past = MixStateTest.tensor(random, 2, 70);
    Interpolate plain = Interpolate.of(gate, candidate);
    new GradCheck(RUN).check(plain).orElseThrow();
    new GradCheck(RUN).check(plain.within(DOCUMENTS)).orElseThrow();
    Run taped = RUN.taped();
    float[] y = taped.apply(plain.after(past)).toArray();
    assertThat(RUN.apply(plain.after(past)).toArray()).isEqualTo(y);
  }

  @Test
  void diagonal_convolution_equalsRecurrence() {
    for (int length : new int[] {1, 2, 64, 1000}) {
      Tensor x = MixStateTest.tensor(random, 2, length, 3);
      DiagonalModes modes = modes(3, 8);
      float[] recurrent = RUN.apply(DiagonalStates.of(x, modes)).toArray();
      float[] convolved = CONVOLVING.apply(DiagonalStates.of(x, modes)).toArray();
      for (int i = 0; i < recurrent.length; i++) {
        assertThat(convolved[i]).isCloseTo(recurrent[i], within(1e-5f));
      }
    }
  }

  /// The response to one impulse is the kernel of the definition.
  @Test
  void diagonal_impulse_givesTheKernel() {
    DiagonalModes one =
        new DiagonalModes(
            Weight.of("rate", new float[] {(float) Math.log(0.5)}, 1, 1),
            Weight.of("frequency", new float[] {2}, 1, 1),
            Weight.of("real", new float[] {0.75f}, 1, 1),
            Weight.of("imaginary", new float[] {-1}, 1, 1),
            Weight.of("step", new float[] {(float) Math.log(0.1)}, 1));
    Tensor impulse = Tensor.zeros(1, 4, 1);
    impulse.array()[0] = 1;
    float[] kernel = RUN.apply(DiagonalStates.of(impulse, one)).toArray();
    for (int l = 0; l < 4; l++) {
      // 2 Re((0.75 - i) (e^(0.1 A) - 1) / A e^(0.1 l A)) with A = -0.5 + 2i, worked out in parts
      double size = Math.exp(-0.05);
      double re = size * Math.cos(0.2) - 1;
      double im = size * Math.sin(0.2);
      double writeRe = (-0.5 * re + 2 * im) / 4.25;
      double writeIm = (-0.5 * im - 2 * re) / 4.25;
      double productRe = 0.75 * writeRe + writeIm;
      double productIm = 0.75 * writeIm - writeRe;
      double later = Math.exp(-0.05 * l);
      double expected = 2 * later * (productRe * Math.cos(0.2 * l) - productIm * Math.sin(0.2 * l));
      assertThat((double) kernel[l]).isCloseTo(expected, within(1e-6));
    }
  }

  @Test
  void diagonal_inParts_equalsWhole() {
    Tensor x = MixStateTest.tensor(random, 1, 9, 3);
    DiagonalModes modes = modes(3, 4);
    float[] whole = RUN.apply(DiagonalStates.of(x, modes)).toArray();
    Tensor state = Tensor.zeros(1, 3, 8);
    for (int t = 0; t < 9; t++) {
      Tensor part = Tensor.over(x.array(), t * 3, Shape.of(1, 1, 3));
      Tensor y = RUN.apply(DiagonalStates.of(part, modes).after(state));
      assertThat(y.at(0, 0, 2)).isCloseTo(whole[t * 3 + 2], within(1e-5f));
    }
  }

  @Test
  void diagonal_backward_equalsDifferences() {
    Tensor x = MixStateTest.tensor(random, 2, 9, 5);
    DiagonalStates plain = DiagonalStates.of(x, modes(5, 4));
    new GradCheck(RUN, 10, 3e-3).check(plain).orElseThrow();
    new GradCheck(RUN, 10, 3e-3).check(plain.within(DOCUMENTS)).orElseThrow();
    new GradCheck(CONVOLVING, 10, 3e-3).check(plain).orElseThrow();
  }

  @Test
  void of_whatDoesNotFit_namesIt() {
    Tensor x = Tensor.zeros(2, 9, 5);
    DiagonalModes modes = modes(5, 4);
    assertThatThrownBy(() -> CONVOLVING.apply(DiagonalStates.of(x, modes).within(DOCUMENTS)))
        .isInstanceOf(UnsupportedCombinationException.class)
        .hasMessageContaining("convolution")
        .hasMessageContaining("documents");
    assertThatThrownBy(() -> DiagonalStates.of(Tensor.zeros(2, 9, 4), modes))
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining("[2, 9, 4]");
    assertThatThrownBy(() -> DiagonalStates.of(x, modes).after(Tensor.zeros(2, 5, 4)))
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining("[2, 5, 8]");
    assertThatThrownBy(() -> Interpolate.of(x, Tensor.zeros(2, 9, 4)))
        .isInstanceOf(ShapeException.class);
    assertThatThrownBy(() -> Interpolate.of(x, x).after(Tensor.zeros(5, 2)))
        .isInstanceOf(ShapeException.class);
    assertThatThrownBy(() ->
            new DiagonalModes(
                modes.rate(), modes.frequency(), modes.real(), modes.step(), modes.step()))
        .isInstanceOf(ShapeException.class);
  }
}
