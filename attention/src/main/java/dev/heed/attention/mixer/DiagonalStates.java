package dev.heed.attention.mixer;

import dev.heed.attention.Positions;
import dev.heed.attention.UnsupportedCombinationException;
import dev.heed.grad.Gradients;
import dev.heed.grad.Operation;
import dev.heed.grad.Run;
import dev.heed.tensor.Operand;
import dev.heed.tensor.Shape;
import dev.heed.tensor.ShapeException;
import dev.heed.tensor.Tensor;
import dev.heed.tensor.Weight;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// S4D, a state space model of each channel on its own whose state is a few complex modes, [Gu et
/// al. 2022](https://arxiv.org/abs/2206.11893): `h_t = Ā h_{t-1} + B̄ x_t`, `y_t = 2 Re Σ C h_t`.
///
/// A run that asks for [MixerMode.Parallel] gets the same as a convolution with `K_l = 2 Re Σ C B̄
/// Ā^l`, by Fourier transforms; any other the recurrence.
public final class DiagonalStates implements Operation {
  private final Tensor x;
  private final DiagonalModes modes;
  private final Optional<Tensor> past;
  private final Optional<Positions> documents;

  private DiagonalStates(
      Tensor x, DiagonalModes modes, Optional<Tensor> past, Optional<Positions> documents) {
    this.x = x;
    this.modes = modes;
    this.past = past;
    this.documents = documents;
  }

  /// @param x `[B, T, D]`
  public static DiagonalStates of(Tensor x, DiagonalModes modes) {
    if (x.shape().rank() != 3 || x.axis(2) != modes.channels()) {
      throw new ShapeException(
          "modes: x %s does not fit %d channels; [B, T, %d] would"
              .formatted(x.shape(), modes.channels(), modes.channels()));
    }
    return new DiagonalStates(x, modes, Optional.empty(), Optional.empty());
  }

  /// The same after `state` `[B, D, 2 M]`, real parts and then imaginary ones, which is replaced by
  /// that after the last position where there is no tape; no gradient goes there.
  public DiagonalStates after(Tensor state) {
    Shape shape = Shape.of(x.axis(0), x.axis(2), 2 * modes.modes());
    if (!state.shape().equals(shape)) {
      throw new ShapeException(
          "modes: a state %s does not fit; %s would".formatted(state.shape(), shape));
    }
    return new DiagonalStates(x, modes, Optional.of(state), documents);
  }

  /// The same within documents, each of which begins with an empty state.
  ///
  /// @param numbers of each position, `[T]` or `[B, T]`
  public DiagonalStates within(Positions numbers) {
    boolean fit = numbers.batch() == 1 || numbers.batch() == x.axis(0);
    if (!fit || numbers.length() != x.axis(1)) {
      throw new ShapeException("modes: documents %s do not fit %s".formatted(numbers, x.shape()));
    }
    return new DiagonalStates(x, modes, past, Optional.of(numbers));
  }

  @Override
  public List<Operand> operands() {
    List<Operand> all = new ArrayList<>(List.of(x));
    all.addAll(modes.all());
    return all;
  }

  @Override
  public boolean readsResult() {
    return false;
  }

  @Override
  public Tensor forward(Run run) {
    boolean convolves = run.choice(MixerMode.class).orElse(null) instanceof MixerMode.Parallel;
    if (convolves && (past.isPresent() || documents.isPresent())) {
      throw new UnsupportedCombinationException(
          "S4D as one convolution",
          past.isPresent() ? "a state before it" : "documents",
          "the recurrent mode does");
    }
    Tensor y = run.allocate(x.shape());
    run.workers()
        .run(
            x.axis(2),
            (d, _) -> {
              ChannelModes channel = new ChannelModes(modes, d);
              if (convolves) {
                convolve(channel, d, y);
              } else {
                recur(channel, d, y, run);
              }
            });
    return y;
  }

  private int place(int b, int t, int d) {
    return (b * x.axis(1) + t) * x.axis(2) + d;
  }

  private void convolve(ChannelModes channel, int d, Tensor y) {
    int length = x.axis(1);
    double[] kernel = new double[length];
    double[] state = new double[2 * channel.modes];
    for (int t = 0; t < length; t++) {
      ModeSteps.step(channel, state, t == 0 ? 1 : 0);
      kernel[t] = ModeSteps.read(channel, state);
    }
    LongConvolution convolution = new LongConvolution(kernel);
    double[] column = new double[length];
    for (int b = 0; b < x.axis(0); b++) {
      for (int t = 0; t < length; t++) {
        column[t] = x.array()[x.offset() + place(b, t, d)];
      }
      double[] mixed = convolution.of(column);
      for (int t = 0; t < length; t++) {
        y.array()[y.offset() + place(b, t, d)] = (float) mixed[t];
      }
    }
  }

  private void recur(ChannelModes channel, int d, Tensor y, Run run) {
    for (int b = 0; b < x.axis(0); b++) {
      double[] state = begin(b, d);
      for (int t = 0; t < x.axis(1); t++) {
        enter(state, b, t);
        int at = place(b, t, d);
        ModeSteps.step(channel, state, x.array()[x.offset() + at]);
        y.array()[y.offset() + at] = (float) ModeSteps.read(channel, state);
      }
      if (run.tape().isEmpty() && past.isPresent()) {
        Tensor kept = past.get();
        int row = kept.offset() + (b * x.axis(2) + d) * state.length;
        for (int m = 0; m < state.length; m++) {
          kept.array()[row + m] = (float) state[m];
        }
      }
    }
  }

  private double[] begin(int b, int d) {
    double[] state = new double[2 * modes.modes()];
    past.ifPresent(kept -> {
      int row = kept.offset() + (b * x.axis(2) + d) * state.length;
      for (int m = 0; m < state.length; m++) {
        state[m] = kept.array()[row + m];
      }
    });
    return state;
  }

  private boolean begins(int b, int t) {
    return t > 0
        && documents.isPresent()
        && documents.get().at(b, t) != documents.get().at(b, t - 1);
  }

  private void enter(double[] state, int b, int t) {
    if (begins(b, t)) {
      Arrays.fill(state, 0);
    }
  }

  @Override
  public void backward(Tensor dy, Gradients gradients, Run run) {
    Tensor dx = gradients.wants(x) ? gradients.of(x) : Tensor.zeros(x.shape());
    List<Tensor> learned = new ArrayList<>();
    for (Weight weight : modes.all()) {
      learned.add(gradients.wants(weight) ? gradients.of(weight) : Tensor.zeros(weight.shape()));
    }
    run.workers()
        .run(
            x.axis(2),
            (d, _) -> {
              ChannelModes channel = new ChannelModes(modes, d);
              double[][] sums = channel.newSums();
              for (int b = 0; b < x.axis(0); b++) {
                backward(channel, new Column(b, d), dy, dx, sums);
              }
              add(channel.learned(sums), d, learned);
            });
  }

  /// One channel of one sequence.
  private record Column(int b, int d) {}

  private void backward(
      ChannelModes channel, Column column, Tensor dy, Tensor dx, double[][] sums) {
    int b = column.b();
    int d = column.d();
    int length = x.axis(1);
    double[][] states = new double[length + 1][];
    states[0] = begin(b, d);
    for (int t = 0; t < length; t++) {
      double[] state = begins(b, t) ? new double[states[t].length] : states[t].clone();
      ModeSteps.step(channel, state, x.array()[x.offset() + place(b, t, d)]);
      states[t + 1] = state;
    }
    double[] carried = new double[2 * channel.modes];
    double[] nothing = new double[2 * channel.modes];
    for (int t = length - 1; t >= 0; t--) {
      int at = place(b, t, d);
      double[] before = begins(b, t) ? nothing : states[t];
      ModeSteps.readBackward(channel, states[t + 1], dy.array()[dy.offset() + at], carried, sums);
      double input = x.array()[x.offset() + at];
      double gradient = ModeSteps.stepBackward(channel, before, input, carried, sums);
      dx.array()[dx.offset() + at] += (float) gradient;
      if (begins(b, t)) {
        Arrays.fill(carried, 0);
      }
    }
  }

  /// Adds the gradients of a channel: four rows of modes and its step.
  private static void add(double[] all, int d, List<Tensor> to) {
    int modes = (all.length - 1) / 4;
    for (int part = 0; part < 4; part++) {
      Tensor sum = to.get(part);
      for (int m = 0; m < modes; m++) {
        sum.array()[sum.offset() + d * modes + m] += (float) all[part * modes + m];
      }
    }
    Tensor step = to.get(4);
    step.array()[step.offset() + d] += (float) all[4 * modes];
  }
}
