package dev.heed.grad;

import dev.heed.tensor.HeedException;
import dev.heed.tensor.Operand;
import dev.heed.tensor.Shape;
import dev.heed.tensor.Tensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// The operations of one forward in their order, to be run backwards.
///
/// With a [TapeMemory], results last until the backward has passed their operation; read what you
/// want to keep before. Without one, everything is kept.
public final class Tape {
  private static final class Entry {
    final Operation operation;
    final Tensor result;

    /// How many operations on the tape read the result.
    int readers;

    /// Whether the array of the result is its own and still holds it.
    boolean owns;

    /// Whether a gradient has anywhere to flow to from here.
    boolean wanted;

    Entry(Operation operation, Tensor result) {
      this.operation = operation;
      this.result = result;
    }
  }

  private final Optional<TapeMemory> memory;
  private final Optional<Tape> outer;
  private final List<Entry> entries = new ArrayList<>();
  private final IdentityHashMap<Operand, Entry> byResult = new IdentityHashMap<>();
  private boolean spent;

  /// A tape with nothing on it, which keeps everything.
  public Tape() {
    this(Optional.empty(), Optional.empty());
  }

  /// A tape with nothing on it, over a memory that no other tape uses any more.
  Tape(TapeMemory memory) {
    this(Optional.of(memory), Optional.empty());
    memory.reclaim();
  }

  /// A tape with nothing on it, for a part of what `outer` records, in the same memory.
  Tape(Optional<Tape> outer) {
    this(outer.flatMap(tape -> tape.memory), outer);
  }

  private Tape(Optional<TapeMemory> memory, Optional<Tape> outer) {
    this.memory = memory;
    this.outer = outer;
  }

  @SuppressWarnings("ReferenceEquality") // the same array is meant, not the same numbers
  void record(Operation operation, Tensor result) {
    Entry entry = new Entry(operation, result);
    entry.owns = true;
    for (Operand operand : operation.operands()) {
      if (operand instanceof Tensor tensor) {
        entry.owns &= tensor.array() != result.array();
        Entry made = byResult.get(operand);
        if (made != null) {
          made.readers++;
        }
      }
    }
    entries.add(entry);
    byResult.put(result, entry);
  }

  Tensor allocate(Shape shape) {
    return memory.isPresent() ? memory.get().take(shape) : Tensor.zeros(shape);
  }

  /// Runs the tape backwards from `result`, for the gradients of everything.
  ///
  /// @param dResult the gradient of `result`, of its shape
  public Gradients backward(Tensor result, Tensor dResult, Run run) {
    Gradients gradients = new Gradients();
    backward(result, dResult, gradients, run);
    return gradients;
  }

  /// Runs the tape backwards from a loss.
  ///
  /// @param loss one number
  /// @param into what the gradients are added to
  public void backward(Tensor loss, Gradients into, Run run) {
    if (loss.size() != 1) {
      throw new HeedException(
          "backward: a loss is one number, not %s; with its gradient, %s would do"
              .formatted(loss.shape(), loss.shape()));
    }
    Tensor one = Tensor.zeros(loss.shape());
    one.fill(1);
    backward(loss, one, into, run);
  }

  /// Runs the tape backwards from `result`.
  ///
  /// @param dResult the gradient of `result`, of its shape
  /// @param into what the gradients are added to
  public void backward(Tensor result, Tensor dResult, Gradients into, Run run) {
    if (!result.shape().equals(dResult.shape())) {
      throw new HeedException(
          "backward: the gradient %s does not fit the result %s".formatted(dResult, result));
    }
    if (spent) {
      throw new HeedException(
          "backward: the memory of the tape of %s was given back; record again".formatted(result));
    }
    spent = memory.isPresent();
    Optional<Tape> before = into.enter(this);
    try {
      findWanted(into);
      if (!into.wants(result)) {
        throw new HeedException(
            "backward: no gradient is wanted of anything that %s was computed from; train a weight that it reads"
                .formatted(result));
      }
      into.add(result, dResult, run);
      for (Entry entry : entries.reversed()) {
        backward(entry, into, run);
      }
    } finally {
      into.leave(before);
    }
  }

  private void findWanted(Gradients gradients) {
    for (Entry entry : entries) {
      entry.wanted = entry.operation.operands().stream().anyMatch(gradients::wants);
    }
  }

  private void backward(Entry entry, Gradients gradients, Run run) {
    if (!entry.operation.readsResult()) {
      release(entry);
    }
    Optional<Tensor> dy = gradients.open(entry.result);
    if (dy.isPresent() && entry.wanted) {
      entry.operation.backward(dy.get(), gradients, run);
    }
    release(entry);
    if (memory.isPresent()) {
      gradients.close(entry.result).ifPresent(sum -> memory.get().giveBack(sum.array()));
    }
  }

  private void release(Entry entry) {
    if (entry.owns && memory.isPresent()) {
      entry.owns = false;
      memory.get().giveBack(entry.result.array());
    }
  }

  /// Whether a gradient of `tensor` is of use: of a result, where it has somewhere to flow to.
  boolean wants(Tensor tensor, boolean leaves) {
    Entry made = byResult.get(tensor);
    if (made != null) {
      return made.wanted;
    }
    return outer.isPresent() ? outer.get().wants(tensor, leaves) : leaves;
  }

  /// Forgets everything; the memory of all results but `kept` is free again.
  ///
  /// @return what operations read that no operation on the tape computed
  @SuppressWarnings("ReferenceEquality") // the same array is meant, not the same numbers
  List<Operand> discard(Tensor kept) {
    Set<Operand> leaves = Collections.newSetFromMap(new IdentityHashMap<>());
    List<Operand> inOrder = new ArrayList<>();
    for (Entry entry : entries) {
      for (Operand operand : entry.operation.operands()) {
        if (!byResult.containsKey(operand) && leaves.add(operand)) {
          inOrder.add(operand);
        }
      }
    }
    entries.stream().filter(entry -> entry.result.array() != kept.array()).forEach(this::release);
    entries.clear();
    byResult.clear();
    return inOrder;
  }

  /// Hands the array of a result to its gradient, if one operation alone reads the result: that
  /// operation asks.
  boolean takeOver(Tensor tensor) {
    Entry made = byResult.get(tensor);
    if (made == null || !made.owns || made.readers != 1 || memory.isEmpty()) {
      return false;
    }
    made.owns = made.operation.readsResult();
    return !made.owns;
  }
}
