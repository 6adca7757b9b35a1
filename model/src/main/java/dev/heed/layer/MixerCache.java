package dev.heed.layer;

import dev.heed.attention.Cache;
import dev.heed.attention.PagedCache;
import dev.heed.attention.UnsupportedCombinationException;
import dev.heed.attention.mixer.MixerException;
import dev.heed.attention.source.Past;
import dev.heed.tensor.ShapeException;
import dev.heed.tensor.Tensor;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/// What the mixer of one block keeps of the positions that it has seen, so that decoding goes on
/// from there.
public sealed interface MixerCache {
  /// How many positions were read and not rolled back.
  int length();

  /// Rolls back to the first `length` positions, where that can be.
  void truncate(int length);

  /// Goes on with sequence `order[b]` in the place of each sequence `b`.
  void reorder(int... order);

  /// A cache of the sequences `order`, each as often as it is named, that goes on apart from this
  /// one.
  MixerCache fork(int... order);

  /// Bytes held.
  long bytes();

  /// Gives back what others may use.
  default void close() {}

  /// Keys and values of positions.
  ///
  /// @param past what the text has said, where attention looks into it
  /// @param sums the sums of forget gates of the same positions, in the place of keys, where a
  ///   mixer has such gates
  record KeysAndValues(Cache rows, Optional<Past> past, Optional<Cache> sums)
      implements MixerCache {
    /// Of an attention that looks into no past.
    public KeysAndValues(Cache rows) {
      this(rows, Optional.empty());
    }

    /// Of a mixer without forget gates.
    public KeysAndValues(Cache rows, Optional<Past> past) {
      this(rows, past, Optional.empty());
    }

    @Override
    public int length() {
      return rows.length();
    }

    @Override
    public void truncate(int length) {
      past.ifPresent(memory -> memory.truncate(length));
      rows.truncate(length);
      sums.ifPresent(each -> each.truncate(length));
    }

    @Override
    public void reorder(int... order) {
      refusePast("another order of its sequences");
      rows.reorder(order);
      sums.ifPresent(each -> each.reorder(order));
    }

    private void refusePast(String what) {
      if (past.isPresent()) {
        throw new UnsupportedCombinationException(
            "source past", what, "each sequence has a memory of its own; decode one by one");
      }
    }

    @Override
    public MixerCache fork(int... order) {
      refusePast("fork");
      return new KeysAndValues(fork(rows, order), past, sums.map(each -> fork(each, order)));
    }

    private static Cache fork(Cache cache, int... order) {
      if (!(cache instanceof PagedCache paged)) {
        throw new UnsupportedCombinationException(
            cache.getClass().getSimpleName(), "fork", "a paged cache shares its pages");
      }
      return paged.fork(order);
    }

    @Override
    public long bytes() {
      return rows.bytes() + past.map(Past::bytes).orElse(0L) + sums.map(Cache::bytes).orElse(0L);
    }

    @Override
    public void close() {
      close(rows);
      sums.ifPresent(KeysAndValues::close);
    }

    private static void close(Cache cache) {
      if (cache instanceof PagedCache paged) {
        paged.close();
      }
    }
  }

  /// Nothing: what a mixer reads, the cache of another block keeps.
  record Nothing() implements MixerCache {
    @Override
    public int length() {
      return 0;
    }

    @Override
    public void truncate(int length) {}

    @Override
    public void reorder(int... order) {}

    @Override
    public MixerCache fork(int... order) {
      return this;
    }

    @Override
    public long bytes() {
      return 0;
    }
  }

  /// A state of fixed size, in one or several parts. It cannot be rolled back but to nothing: what
  /// was written to it is not to be told apart.
  final class States implements MixerCache {
    private final List<Tensor> parts;
    private final List<Tensor> beginnings;
    private int length;

    /// @param parts as they are before the first position
    public States(List<Tensor> parts) {
      this(parts, parts.stream().map(Tensor::copy).toList(), 0);
    }

    private States(List<Tensor> parts, List<Tensor> beginnings, int length) {
      this.parts = List.copyOf(parts);
      this.beginnings = beginnings;
      this.length = length;
    }

    /// A part, to be read and written by its mixer.
    public Tensor part(int index) {
      return parts.get(index);
    }

    /// Says that `positions` more were read.
    public void advance(int positions) {
      length += positions;
    }

    @Override
    public int length() {
      return length;
    }

    @Override
    public void truncate(int length) {
      if (length < 0 || length > this.length) {
        throw new ShapeException(
            "cache: cannot roll back to %d positions; it holds %d".formatted(length, this.length));
      }
      if (length == this.length) {
        return;
      }
      if (length > 0) {
        throw new MixerException(
            "cache: a state of %d positions cannot be rolled back to %d; to 0 it can"
                .formatted(this.length, length));
      }
      for (int i = 0; i < parts.size(); i++) {
        Tensor part = parts.get(i);
        System.arraycopy(beginnings.get(i).array(), 0, part.array(), part.offset(), part.size());
      }
      this.length = 0;
    }

    @Override
    public void reorder(int... order) {
      for (Tensor part : parts) {
        Tensor moved = chosen(part, order);
        System.arraycopy(moved.array(), 0, part.array(), part.offset(), part.size());
      }
    }

    @Override
    public MixerCache fork(int... order) {
      return new States(chosen(parts, order), chosen(beginnings, order), length);
    }

    private static List<Tensor> chosen(List<Tensor> parts, int... order) {
      return parts.stream().map(part -> chosen(part, order)).toList();
    }

    private static Tensor chosen(Tensor part, int... order) {
      int[] shape = part.shape().toArray();
      int size = shape[0] == 0 ? 0 : part.size() / shape[0];
      for (int from : order) {
        Objects.checkIndex(from, shape[0]);
      }
      shape[0] = order.length;
      Tensor all = Tensor.zeros(shape);
      for (int b = 0; b < order.length; b++) {
        int from = part.offset() + order[b] * size;
        System.arraycopy(part.array(), from, all.array(), b * size, size);
      }
      return all;
    }

    @Override
    public long bytes() {
      return parts.stream().mapToLong(part -> 4L * part.size()).sum();
    }
  }
}
