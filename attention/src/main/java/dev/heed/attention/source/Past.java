package dev.heed.attention.source;

import dev.heed.attention.CacheShape;
import dev.heed.attention.HeadView;
import dev.heed.attention.Positions;
import dev.heed.attention.Source;
import dev.heed.attention.UnsupportedCombinationException;
import dev.heed.attention.mixer.MixerException;
import dev.heed.kernel.Lookup;
import dev.heed.tensor.ShapeException;
import dev.heed.tensor.Tensor;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// What a text has said: the segment that is being read, and a memory of the segments before it.
/// One text, or batch of texts, uses it.
public final class Past {
  private final CacheShape shape;
  private final Source.Past source;
  private final Tensor keys;
  private final Tensor values;
  private @Nullable NeighbourMemory memory;
  private int length;

  public Past(CacheShape shape, Source.Past source) {
    this.shape = shape;
    this.source = source;
    keys = Tensor.zeros(shape.batch(), shape.groups(), source.segment(), shape.width());
    values = Tensor.zeros(shape.batch(), shape.groups(), source.segment(), shape.valueWidth());
  }

  CacheShape shape() {
    return shape;
  }

  /// How many positions were read.
  public int length() {
    return length;
  }

  /// The first of `count` positions to come that has a segment before its own, counted from the
  /// first of them.
  int firstWithPast(int count) {
    return Math.clamp(source.segment() - length, 0, count);
  }

  /// Checks that the next positions are those that follow.
  void check(Positions positions) {
    for (int b = 0; b < positions.batch(); b++) {
      for (int t = 0; t < positions.length(); t++) {
        if (positions.at(b, t) != length + t) {
          throw new UnsupportedCombinationException(
              "source " + source.text(),
              "position %d after %d positions".formatted(positions.at(b, t), length + t),
              "segments are counted: positions 0, 1, 2, ... would fit");
        }
      }
    }
  }

  /// Begins to read: the memory computes with `lookup`.
  NeighbourMemory open(Lookup lookup) {
    if (memory == null) {
      memory = new NeighbourMemory(shape, source.capacity(), ExactIndex.factory(lookup));
    }
    return memory;
  }

  /// Reads a position of a head; the segment before goes to the memory where one begins. Several
  /// heads may be read at once.
  ///
  /// @param t the position, counted from the first that was not read
  /// @return where queries of the position may look
  List<NeighbourMemory.Block> read(int head, int t, HeadView k, HeadView v) {
    NeighbourMemory open = Objects.requireNonNull(memory);
    int position = length + t;
    int place = position % source.segment();
    if (place == 0 && position > 0) {
      open.add(head, HeadView.of(keys), HeadView.of(values));
    }
    put(k, head, t, keys, place);
    put(v, head, t, values, place);
    return open.blocks(head);
  }

  private void put(HeadView from, int head, int t, Tensor to, int place) {
    int width = to.axis(3);
    int row = head * source.segment() + place;
    System.arraycopy(
        from.array(),
        from.row(head / shape.groups(), head % shape.groups(), t),
        to.array(),
        to.offset() + row * width,
        width);
  }

  /// Says that `positions` more were read, of all heads.
  void advance(int positions) {
    length += positions;
  }

  /// Rolls back to the first `other` positions: to nothing, or within the segment that is being
  /// read.
  public void truncate(int other) {
    if (other < 0 || other > length) {
      throw new ShapeException(
          "cache: cannot roll back to %d positions; it holds %d".formatted(other, length));
    }
    int begun = length == 0 ? 0 : (length - 1) / source.segment() * source.segment();
    if (other == 0) {
      memory = null;
    } else if (other != length && other <= begun) {
      throw new MixerException(
          "cache: a past of %d positions in segments of %d cannot be rolled back to %d; to 0, or to more than %d it can"
              .formatted(length, source.segment(), other, begun));
    }
    length = other;
  }

  /// Bytes of keys and values held.
  public long bytes() {
    return 4L * (keys.size() + values.size()) + (memory == null ? 0 : memory.bytes());
  }
}
