package dev.heed.tensor;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.Supplier;

/// Scratch memory that one call reuses: tensors are taken one after another and given back all at
/// once.
///
/// A tensor taken after [#mark] lives until [#release] to that mark; whoever wants to keep it
/// copies it. Taken memory is not cleared. One thread uses a workspace at a time.
public final class Workspace {
  private static final int SLAB = 1 << 20;

  private final List<float[]> slabs = new ArrayList<>();
  private final float[] room = new float[2048];
  private MemorySegment bytes = MemorySegment.NULL;
  private final Map<Class<?>, Object> kept = new HashMap<>();
  private int slab;
  private int used;

  /// An empty workspace, which takes memory when it is first asked for some.
  public Workspace() {}

  /// A place in the workspace to release to.
  public record Mark(int slab, int used) {}

  public Mark mark() {
    return new Mark(slab, used);
  }

  /// Gives back everything that was taken since `mark`.
  public void release(Mark mark) {
    slab = mark.slab();
    used = mark.used();
  }

  /// A tensor of uncleared scratch memory.
  public Tensor take(Shape shape) {
    int size = shape.arraySize();
    if (slab == slabs.size() || slabs.get(slab).length - used < size) {
      openSlab(size);
    }
    Tensor taken = Tensor.over(slabs.get(slab), used, shape);
    used += Math.min((size + 15) & ~15, slabs.get(slab).length - used);
    return taken;
  }

  /// Moves to the next slab with room for `size` floats, or to a new one in the place of all that
  /// are too small and nobody holds: sizes that grow from call to call do not add up.
  private void openSlab(int size) {
    int free = used == 0 ? slab : slab + 1;
    slab = free;
    while (slab < slabs.size() && slabs.get(slab).length < size) {
      slab++;
    }
    if (slab >= slabs.size()) {
      slabs.subList(Math.min(free, slabs.size()), slabs.size()).clear();
      slab = slabs.size();
      slabs.add(new float[Math.max(SLAB, size)]);
    }
    used = 0;
  }

  public Tensor take(int... shape) {
    return take(Shape.of(shape));
  }

  /// 2048 floats for kernels, to carry vectors from one method to the next. Every call gives the
  /// same array, and nothing in it lasts.
  public float[] room() {
    return room;
  }

  /// `size` bytes of uncleared native memory; the next call gives the same memory.
  public MemorySegment bytes(long size) {
    if (bytes.byteSize() < size) {
      bytes = Arena.ofAuto().allocate(size, 64);
    }
    return bytes.asSlice(0, size);
  }

  /// An object of `type` that stays with this workspace from call to call: the one that is kept
  /// already where it `fits`, else a new one. One user at a time has it.
  public <T> T keep(Class<T> type, Predicate<T> fits, Supplier<T> make) {
    T had = type.cast(kept.get(type));
    if (had != null && fits.test(had)) {
      return had;
    }
    T made = make.get();
    kept.put(type, made);
    return made;
  }

  /// Bytes held, in use or not.
  public long held() {
    return bytes.byteSize() + slabs.stream().mapToLong(slab -> 4L * slab.length).sum();
  }
}
