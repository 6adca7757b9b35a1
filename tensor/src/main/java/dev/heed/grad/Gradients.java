package dev.heed.grad;

import dev.heed.tensor.Operand;
import dev.heed.tensor.Tensor;
import dev.heed.tensor.Weight;
import java.util.Arrays;
import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Gradients by the identity of the operand they belong to.
///
/// [#Gradients()] gathers those of everything; [#of(Collection)] those of the weights that are
/// trained, in memory that lasts from step to step.
public final class Gradients {
  private final IdentityHashMap<Operand, Slot> slots = new IdentityHashMap<>();
  private final Optional<List<Weight>> trained;
  private @Nullable Tape tape;
  private @Nullable Slot current;

  /// The gradient of one operand.
  private static final class Slot {
    Tensor sum;
    Buffer buffer;

    /// Whether what `sum` holds means nothing yet and counts as zeros.
    boolean fresh = true;

    Slot(Tensor sum, Buffer buffer) {
      this.sum = sum;
      this.buffer = buffer;
    }

    Slot(Tensor sum) {
      this(sum, new Buffer());
    }
  }

  /// How many gradients are in one array: those that are equal share it until one of them is added
  /// to.
  private static final class Buffer {
    int owners = 1;
  }

  /// Where to add a gradient to.
  ///
  /// @param tensor of the operand's shape
  /// @param fresh whether its numbers mean nothing yet, so that it is to be overwritten
  public record Sum(Tensor tensor, boolean fresh) {
    /// Clears the numbers `from` to `to` where they mean nothing yet.
    public void begin(int from, int to) {
      if (fresh) {
        Arrays.fill(tensor.array(), tensor.offset() + from, tensor.offset() + to, 0);
      }
    }
  }

  private Gradients(Optional<List<Weight>> trained) {
    this.trained = trained;
  }

  /// Gradients of everything that can have one, of nothing yet.
  public Gradients() {
    this(Optional.empty());
  }

  /// Gradients of `trained` alone; zeros. Backward passes add to them until [#clear].
  public static Gradients of(Collection<Weight> trained) {
    Gradients gradients = new Gradients(Optional.of(List.copyOf(trained)));
    for (Weight weight : trained) {
      gradients.slots.put(weight, new Slot(Tensor.zeros(weight.shape())));
    }
    return gradients;
  }

  /// Whether a gradient of `operand` is of use; one that is not need not be computed.
  public boolean wants(Operand operand) {
    return switch (operand) {
      case Weight weight ->
          trained.isPresent() ? slots.containsKey(weight) : weight.array().isPresent();
      case Tensor tensor ->
          tape == null ? trained.isEmpty() : tape.wants(tensor, trained.isEmpty());
    };
  }

  /// The gradient of `operand` to add to; zeros when first asked for.
  public Tensor of(Operand operand) {
    Sum sum = sum(operand);
    sum.begin(0, sum.tensor().size());
    return sum.tensor();
  }

  /// The gradient of `operand` to add to, or to overwrite where it is fresh; from now on it is not.
  public Sum sum(Operand operand) {
    Slot slot = slots.computeIfAbsent(operand, of -> new Slot(allocate(of)));
    if (slot.buffer.owners > 1) {
      unshare(slot);
    }
    Sum sum = new Sum(slot.sum, slot.fresh);
    slot.fresh = false;
    return sum;
  }

  /// As [#sum], and in the place of the numbers of `operand` where nobody will read them again: for
  /// an operation that computes its gradient element by element.
  public Sum sumInPlace(Tensor operand) {
    if (tape != null && !slots.containsKey(operand) && tape.takeOver(operand)) {
      slots.put(operand, new Slot(operand));
    }
    return sum(operand);
  }

  private Tensor allocate(Operand operand) {
    return tape == null ? Tensor.zeros(operand.shape()) : tape.allocate(operand.shape());
  }

  private void unshare(Slot slot) {
    Tensor own = allocate(slot.sum);
    Tensor shared = slot.sum;
    System.arraycopy(shared.array(), shared.offset(), own.array(), own.offset(), shared.size());
    slot.buffer.owners--;
    slot.buffer = new Buffer();
    slot.sum = own;
  }

  /// Adds `amount` to the gradient of `operand`, if it is wanted; without a copy where `amount` is
  /// the gradient that the operation was given and nothing was added before.
  public void add(Operand operand, Tensor amount, Run run) {
    if (!wants(operand)) {
      return;
    }
    if (operand instanceof Tensor && !slots.containsKey(operand) && isCurrent(amount)) {
      share(operand, amount);
      return;
    }
    Sum sum = sum(operand);
    Tensor total = sum.tensor();
    Spread.elements(
        total,
        run,
        (from, to, _) -> {
          sum.begin(from, to);
          run.kernels()
              .rows()
              .addScaled(
                  1,
                  amount.array(),
                  amount.offset() + from,
                  total.array(),
                  total.offset() + from,
                  to - from);
        });
  }

  @SuppressWarnings("ReferenceEquality") // the same tensor is meant, not the same numbers
  private boolean isCurrent(Tensor amount) {
    return current != null && current.sum == amount;
  }

  private void share(Operand operand, Tensor amount) {
    Buffer buffer = Objects.requireNonNull(current).buffer;
    buffer.owners++;
    Slot slot = new Slot(Tensor.over(amount.array(), amount.offset(), operand.shape()), buffer);
    slot.fresh = false;
    slots.put(operand, slot);
  }

  /// The gradient of `operand`, if anything flowed to it.
  public Optional<Tensor> find(Operand operand) {
    Slot slot = slots.get(operand);
    if (slot == null) {
      return Optional.empty();
    }
    if (slot.fresh) {
      slot.sum.fill(0);
      slot.fresh = false;
    }
    return Optional.of(slot.sum);
  }

  /// Begins anew: the gradients of trained weights count as zeros, their memory is kept.
  public void clear() {
    slots.keySet().removeIf(operand -> trained.isEmpty() || operand instanceof Tensor);
    slots.values().forEach(slot -> slot.fresh = true);
  }

  /// Begins a backward pass over `recorded`; returns what it is a part of, for [#leave].
  Optional<Tape> enter(Tape recorded) {
    Optional<Tape> before = Optional.ofNullable(tape);
    tape = recorded;
    return before;
  }

  /// The gradient of a result, while the backward of its operation runs.
  Optional<Tensor> open(Tensor result) {
    current = slots.get(result);
    return find(result);
  }

  /// The backward of the operation of `result` is over; returns what memory became free, if the
  /// gradient need not be kept.
  Optional<Tensor> close(Tensor result) {
    current = null;
    Slot slot = slots.remove(result);
    return slot != null && --slot.buffer.owners == 0 ? Optional.of(slot.sum) : Optional.empty();
  }

  /// Ends a backward pass and goes on with the one that it was a part of.
  void leave(Optional<Tape> before) {
    tape = before.orElse(null);
    current = null;
  }
}
