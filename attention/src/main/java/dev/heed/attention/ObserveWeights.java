package dev.heed.attention;

import dev.heed.grad.Gradients;
import dev.heed.grad.Operation;
import dev.heed.grad.Run;
import dev.heed.tensor.Operand;
import dev.heed.tensor.Tensor;
import dev.heed.tensor.Workspace;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// What is observed of attention as a step of a model that has a gradient: the entropy of each
/// query `[B, H, T]` or the coverage of each key `[B, H, S]`, so that a loss can ask for them.
///
/// The weights are those before chance drops any. They are computed again, forward and back, beside
/// [Attend]: about as much as attention itself.
public final class ObserveWeights implements Operation {
  private final Observer observer;
  private final Attention attention;
  private final AttentionInput input;
  private final Attend.Operands operands;

  private ObserveWeights(
      Observer observer, Attention attention, AttentionInput input, Attend.Operands operands) {
    this.observer = observer;
    this.input = attention.chance().keys() > 0 ? input : input.withoutRandom();
    this.attention = attention.withChance(Chance.none().withKeys(attention.chance().keys()));
    this.operands = operands;
  }

  /// The entropy of each query, `[B, H, T]`.
  public static ObserveWeights entropy(
      Attention attention, AttentionInput input, Attend.Operands operands) {
    return new ObserveWeights(Observer.entropy(), attention, input, operands);
  }

  /// The coverage of each key, `[B, H, S]`.
  public static ObserveWeights coverage(
      Attention attention, AttentionInput input, Attend.Operands operands) {
    return new ObserveWeights(Observer.coverage(), attention, input, operands);
  }

  /// Values have no part in weights.
  @Override
  public List<Operand> operands() {
    List<Operand> all = new ArrayList<>(List.of(operands.q(), operands.k()));
    all.addAll(operands.parameters().values());
    return all;
  }

  @Override
  public boolean readsResult() {
    return false;
  }

  @Override
  public Tensor forward(Run run) {
    Tensor observed =
        attention.observe(input, Observers.of(observer), executor(run), run).of(observer);
    Tensor y = run.allocate(observed.shape());
    System.arraycopy(observed.array(), observed.offset(), y.array(), y.offset(), y.size());
    return y;
  }

  private static Executor executor(Run run) {
    return run.choice(Executor.class).orElseGet(Tiled::new) instanceof Reference
        ? new Reference()
        : new Tiled();
  }

  @Override
  public void backward(Tensor dy, Gradients gradients, Run run) {
    AttentionShape shape = input.shape();
    Parameters learned = Parameters.none();
    for (Map.Entry<String, Operand> each : operands.parameters().entrySet()) {
      if (gradients.wants(each.getValue())) {
        learned = learned.with(each.getKey(), gradients.of(each.getValue()));
      }
    }
    Workspace.Mark mark = run.workspace().mark();
    Tensor dOut =
        run.workspace().take(shape.batch(), shape.heads(), shape.queries(), shape.valueWidth());
    dOut.fill(0);
    Tensor dv =
        run.workspace().take(shape.batch(), shape.groups(), shape.keys(), shape.valueWidth());
    dv.fill(0);
    HeadView q = Attend.like(input.q(), operands.q(), gradients.of(operands.q()));
    HeadView k = Attend.like(input.k(), operands.k(), gradients.of(operands.k()));
    float[] numbers = dy.toArray();
    float[] none = {};
    boolean entropy = observer instanceof Observer.Entropy;
    OutputGradients of =
        new OutputGradients(HeadView.of(dOut), entropy ? numbers : none, entropy ? none : numbers);
    InputGradients dx = new InputGradients(q, k, HeadView.of(dv), learned);
    executor(run).backward(attention, input, of, dx, run);
    run.workspace().release(mark);
  }
}
