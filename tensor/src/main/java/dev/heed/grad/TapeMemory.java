package dev.heed.grad;

import dev.heed.tensor.Shape;
import dev.heed.tensor.Tensor;
import dev.heed.tensor.Workspace;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/// Memory for the results on a tape and for their gradients, kept from step to step: a step of the
/// shapes of the one before allocates no array.
///
/// One tape at a time uses a memory. What it took is given back as its backward passes by, and all
/// of it when the next tape begins. What recent tapes had no use for by far, after longer texts, is
/// left to the collector then.
public final class TapeMemory {
  /// An array may be larger than what is asked for by one part in this many.
  private static final int SLACK = 8;

  /// How many times what recent tapes needed may be held: arrays of other lengths than before add
  /// up.
  private static final int TIMES = 3;

  /// What a tape needed is forgotten by one part in this many a tape.
  private static final int FORGET = 4;

  private final TreeMap<Integer, ArrayDeque<float[]>> free = new TreeMap<>();
  private final Set<float[]> taken = Collections.newSetFromMap(new IdentityHashMap<>());
  private final Workspace workspace = new Workspace();
  private long floats;
  private long out;
  private long most;
  private long needed;

  /// A memory that holds nothing yet.
  public TapeMemory() {}

  /// Bytes held, in use or not.
  public long held() {
    return 4 * floats + workspace.held();
  }

  /// Scratch for the runs that record with this memory.
  Workspace workspace() {
    return workspace;
  }

  /// A tensor of uncleared memory.
  Tensor take(Shape shape) {
    int size = Math.toIntExact(shape.size());
    float[] array = reuse(size);
    taken.add(array);
    out += array.length;
    most = Math.max(most, out);
    return Tensor.over(array, 0, shape);
  }

  private float[] reuse(int size) {
    Map.Entry<Integer, ArrayDeque<float[]>> fitting = free.ceilingEntry(size);
    if (fitting == null || fitting.getKey() - size > size / SLACK) {
      floats += size;
      return new float[size];
    }
    float[] array = fitting.getValue().pop();
    if (fitting.getValue().isEmpty()) {
      free.remove(fitting.getKey());
    }
    return array;
  }

  /// Takes back an array, if it came from here and is out.
  void giveBack(float[] array) {
    if (taken.remove(array)) {
      out -= array.length;
      free.computeIfAbsent(array.length, _ -> new ArrayDeque<>()).push(array);
    }
  }

  /// Takes back everything.
  void reclaim() {
    for (float[] array : taken.toArray(float[][]::new)) {
      giveBack(array);
    }
    needed = Math.max(most, needed - needed / FORGET);
    most = 0;
    if (floats > TIMES * needed) {
      free.clear();
      floats = 0;
    }
  }
}
