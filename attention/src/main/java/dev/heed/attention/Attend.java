package dev.heed.attention;

import dev.heed.grad.Gradients;
import dev.heed.grad.Operation;
import dev.heed.grad.Run;
import dev.heed.tensor.Operand;
import dev.heed.tensor.Shape;
import dev.heed.tensor.Tensor;
import dev.heed.tensor.Workspace;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Attention as a step of a model: heads in, `[B, T, H·W]` out, side by side as the output
/// projection wants them.
///
/// The run's [Executor] computes it, or the one that fits the shapes. Where a probe wants the
/// scores or the pattern, they are materialised and go on as the probe returns them. A [Watch] sees
/// what is observed of the weights, whether there is a map or not.
public final class Attend implements Operation {
  private final Attention attention;
  private final AttentionInput input;
  private final AttentionSites sites;
  private final Optional<Operands> operands;

  /// What the forward pass gave, where [Tiled] computed it on a tape.
  private Optional<Tiled.Forward> kept = Optional.empty();

  /// What gradients belong to.
  ///
  /// @param q the array that the input's queries view; likewise `k` and `v`
  /// @param parameters the learned numbers that the input was given, by name
  public record Operands(Tensor q, Tensor k, Tensor v, Map<String, Operand> parameters) {
    public Operands {
      parameters = Collections.unmodifiableMap(new LinkedHashMap<>(parameters));
    }

    /// Without learned numbers.
    public Operands(Tensor q, Tensor k, Tensor v) {
      this(q, k, v, Map.of());
    }

    @SuppressWarnings("ReferenceEquality") // the same tensor is meant, not the same numbers
    private boolean areApart() {
      return q != k && k != v && q != v;
    }
  }

  private Attend(
      Attention attention,
      AttentionInput input,
      AttentionSites sites,
      Optional<Operands> operands) {
    this.attention = attention;
    this.input = input;
    this.sites = sites;
    this.operands = operands;
  }

  /// Without gradients: keys and values come from a cache or elsewhere.
  public static Attend inference(Attention attention, AttentionInput input, AttentionSites sites) {
    return new Attend(attention, input, sites, Optional.empty());
  }

  /// With gradients for the tensors that the input views.
  public static Attend trainable(
      Attention attention, AttentionInput input, AttentionSites sites, Operands operands) {
    return new Attend(attention, input, sites, Optional.of(operands));
  }

  @Override
  public List<Operand> operands() {
    List<Operand> all = new ArrayList<>();
    operands.ifPresent(of -> {
      all.addAll(List.of(of.q(), of.k(), of.v()));
      all.addAll(of.parameters().values());
    });
    return all;
  }

  @Override
  public Tensor forward(Run run) {
    if (run.tape().isPresent() && operands.isEmpty()) {
      throw new UnsupportedCombinationException(
          "a tape",
          "attention without operands",
          "Attend.trainable names what gradients belong to");
    }
    AttentionShape shape = input.shape();
    Tensor y =
        run.allocate(Shape.of(shape.batch(), shape.queries(), shape.heads() * shape.valueWidth()));
    HeadView out = HeadView.split(y, shape.heads());
    run.choice(Watch.class)
        .filter(watch -> watch.wants(sites.pattern()))
        .ifPresent(watch -> watch(watch, run));
    if (run.probe().wants(sites.scores()) || run.probe().wants(sites.pattern())) {
      forwardProbed(out, run);
    } else {
      forward(executor(run), out, run);
    }
    return y;
  }

  /// Observes the weights in a pass of their own.
  private void watch(Watch watch, Run run) {
    Executor executor = executor(run);
    watch.at(sites.pattern(), attention.observe(input, watch.observers(), executor, run));
  }

  /// The run's choice, or the one that fits; on a tape one that can go back.
  private Executor executor(Run run) {
    return run.choice(Executor.class)
        .orElseGet(() ->
            run.tape().isPresent() ? new Tiled() : Executor.fitting(attention, input.shape()));
  }

  private void forward(Executor executor, HeadView out, Run run) {
    if (run.tape().isEmpty() || !(executor instanceof Tiled)) {
      executor.forward(attention, input, out, run);
      return;
    }
    BoundCall call = BoundCall.of(attention, input).checkOut("out", out);
    RowNumbers numbers = new RowNumbers(run.allocate(RowNumbers.shape(call)));
    Tiled.forward(call, out, numbers, run);
    kept = Optional.of(new Tiled.Forward(out, numbers));
  }

  private void forwardProbed(HeadView out, Run run) {
    AttentionMaps maps = AttentionMaps.of(attention, input, executor(run));
    Workspace.Mark mark = run.workspace().mark();
    Tensor scores = run.at(sites.scores(), maps.scores(run));
    Tensor pattern = run.at(sites.pattern(), maps.pattern(scores, run));
    maps.mix(pattern, out, run);
    if (run.tape().isEmpty()) {
      run.workspace().release(mark);
    }
  }

  @Override
  public void backward(Tensor dy, Gradients gradients, Run run) {
    Operands into = operands.orElseThrow();
    AttentionShape shape = input.shape();
    boolean apart = into.areApart();
    Place q = place(input.q(), into.q(), gradients, apart);
    Place k = place(input.k(), into.k(), gradients, apart);
    Place v = place(input.v(), into.v(), gradients, apart);
    Parameters learned = Parameters.none();
    for (Map.Entry<String, Operand> each : into.parameters().entrySet()) {
      if (gradients.wants(each.getValue())) {
        learned = learned.with(each.getKey(), gradients.of(each.getValue()));
      }
    }
    InputGradients dx = new InputGradients(q.view(), k.view(), v.view(), learned);
    Fresh fresh = new Fresh(q.fresh(), k.fresh(), v.fresh());
    backward(OutputGradients.of(HeadView.split(dy, shape.heads())), dx, fresh, run);
  }

  /// Gradients are those of the definition, whoever computed the result: [Reference] computes them
  /// where the run asks for it, else [Tiled].
  private void backward(OutputGradients dy, InputGradients dx, Fresh fresh, Run run) {
    if (kept.isPresent()) {
      BoundCall call = BoundCall.of(attention, input).checkOut("dOut", dy.out()).checkBackward();
      Tiled.backward(call, kept.get(), new TiledBackward.Sums(dy, dx, fresh), run);
    } else {
      fresh.clear(dx);
      Executor executor = executor(run) instanceof Reference ? new Reference() : new Tiled();
      executor.backward(attention, input, dy, dx, run);
    }
  }

  /// Where a gradient goes, and whether its numbers mean nothing yet.
  private record Place(HeadView view, boolean fresh) {}

  /// A gradient may be overwritten where the input views all of an operand that is no other's.
  private static Place place(HeadView view, Tensor operand, Gradients gradients, boolean apart) {
    HeadView.Axes axes = view.axes();
    long size = (long) axes.batch() * axes.heads() * axes.length() * axes.width();
    if (!apart || size != operand.size()) {
      return new Place(like(view, operand, gradients.of(operand)), false);
    }
    Gradients.Sum sum = gradients.sum(operand);
    return new Place(like(view, operand, sum.tensor()), sum.fresh());
  }

  /// The view of `gradient` that `view` is of `operand`.
  @SuppressWarnings("ReferenceEquality") // the same array is meant, not the same numbers
  static HeadView like(HeadView view, Tensor operand, Tensor gradient) {
    if (view.array() != operand.array()) {
      throw new AttentionException(
          "attention: the input views %s in an array that is not that of its operand %s"
              .formatted(view, operand));
    }
    int offset = gradient.offset() + view.offset() - operand.offset();
    return new HeadView(
        gradient.array(),
        offset,
        view.axes(),
        view.batchStride(),
        view.headStride(),
        view.rowStride());
  }
}
