package dev.heed.attention.mixer;

import dev.heed.attention.Positions;
import dev.heed.grad.Gradients;
import dev.heed.grad.Operation;
import dev.heed.grad.Run;
import dev.heed.tensor.Operand;
import dev.heed.tensor.Shape;
import dev.heed.tensor.ShapeException;
import dev.heed.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// The gated recurrence of minGRU, [Feng et al. 2024](https://arxiv.org/abs/2410.01201) section
/// 3.1: `h_t = h_{t-1} + z_t (c_t - h_{t-1})`, channel by channel; zeros before the first position.
public final class Interpolate implements Operation {
  private static final int CHANNELS_A_TASK = 64;

  private final Tensor gate;
  private final Tensor candidate;
  private final Optional<Tensor> past;
  private final Optional<Positions> documents;

  /// The result of the forward.
  private Optional<Tensor> result = Optional.empty();

  private Interpolate(
      Tensor gate, Tensor candidate, Optional<Tensor> past, Optional<Positions> documents) {
    this.gate = gate;
    this.candidate = candidate;
    this.past = past;
    this.documents = documents;
  }

  /// @param gate `z`, `[B, T, D]`, between 0 and 1
  /// @param candidate `c`, `[B, T, D]`
  public static Interpolate of(Tensor gate, Tensor candidate) {
    if (gate.shape().rank() != 3 || !gate.shape().equals(candidate.shape())) {
      throw new ShapeException(
          "recurrence: gates %s and candidates %s do not fit; [B, T, D] each would"
              .formatted(gate.shape(), candidate.shape()));
    }
    return new Interpolate(gate, candidate, Optional.empty(), Optional.empty());
  }

  /// The same after `state` `[B, D]`, which is replaced by the last result where there is no tape;
  /// no gradient goes there.
  public Interpolate after(Tensor state) {
    Shape shape = Shape.of(gate.axis(0), gate.axis(2));
    if (!state.shape().equals(shape)) {
      throw new ShapeException(
          "recurrence: a state %s does not fit; %s would".formatted(state.shape(), shape));
    }
    return new Interpolate(gate, candidate, Optional.of(state), documents);
  }

  /// The same within documents, each of which begins with zeros.
  ///
  /// @param numbers of each position, `[T]` or `[B, T]`
  public Interpolate within(Positions numbers) {
    boolean fit = numbers.batch() == 1 || numbers.batch() == gate.axis(0);
    if (!fit || numbers.length() != gate.axis(1)) {
      throw new ShapeException(
          "recurrence: documents %s do not fit %s".formatted(numbers, gate.shape()));
    }
    return new Interpolate(gate, candidate, past, Optional.of(numbers));
  }

  @Override
  public List<Operand> operands() {
    return List.of(gate, candidate);
  }

  private boolean begins(int b, int t) {
    return t > 0
        && documents.isPresent()
        && documents.get().at(b, t) != documents.get().at(b, t - 1);
  }

  /// Work on some channels of one sequence.
  private interface Task {
    void run(int b, int from, int count);
  }

  private void tasks(Run run, Task task) {
    int channels = gate.axis(2);
    int parts = (channels + CHANNELS_A_TASK - 1) / CHANNELS_A_TASK;
    run.workers()
        .run(
            gate.axis(0) * parts,
            (index, _) -> {
              int from = index % parts * CHANNELS_A_TASK;
              task.run(index / parts, from, Math.min(CHANNELS_A_TASK, channels - from));
            });
  }

  private int place(int b, int t) {
    return (b * gate.axis(1) + t) * gate.axis(2);
  }

  @Override
  public Tensor forward(Run run) {
    Tensor y = run.allocate(gate.shape());
    tasks(
        run,
        (b, from, count) -> {
          float[] state = new float[count];
          int kept = b * gate.axis(2) + from;
          past.ifPresent(at -> System.arraycopy(at.array(), at.offset() + kept, state, 0, count));
          for (int t = 0; t < gate.axis(1); t++) {
            if (begins(b, t)) {
              Arrays.fill(state, 0);
            }
            int at = place(b, t) + from;
            for (int d = 0; d < count; d++) {
              float share = gate.array()[gate.offset() + at + d];
              state[d] += share * (candidate.array()[candidate.offset() + at + d] - state[d]);
            }
            System.arraycopy(state, 0, y.array(), y.offset() + at, count);
          }
          if (run.tape().isEmpty()) {
            past.ifPresent(at -> System.arraycopy(state, 0, at.array(), at.offset() + kept, count));
          }
        });
    result = Optional.of(y);
    return y;
  }

  @Override
  public void backward(Tensor dy, Gradients gradients, Run run) {
    Tensor y = result.orElseThrow();
    Tensor dGate = gradients.wants(gate) ? gradients.of(gate) : Tensor.zeros(gate.shape());
    Tensor dCandidate =
        gradients.wants(candidate) ? gradients.of(candidate) : Tensor.zeros(candidate.shape());
    tasks(
        run,
        (b, from, count) -> {
          float[] carried = new float[count];
          for (int t = gate.axis(1) - 1; t >= 0; t--) {
            boolean first = t == 0 || begins(b, t);
            int at = place(b, t) + from;
            int before = t == 0 ? 0 : place(b, t - 1) + from;
            for (int d = 0; d < count; d++) {
              float state = first ? initial(b, t, from + d) : y.array()[y.offset() + before + d];
              float share = gate.array()[gate.offset() + at + d];
              float dState = dy.array()[dy.offset() + at + d] + carried[d];
              float difference = candidate.array()[candidate.offset() + at + d] - state;
              dGate.array()[dGate.offset() + at + d] += dState * difference;
              dCandidate.array()[dCandidate.offset() + at + d] += dState * share;
              carried[d] = first ? 0 : dState * (1 - share);
            }
          }
        });
  }

  /// The state before the first position of a document.
  private float initial(int b, int t, int d) {
    return t > 0 ? 0 : past.map(at -> at.array()[at.offset() + b * gate.axis(2) + d]).orElse(0f);
  }
}
