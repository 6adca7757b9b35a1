package dev.heed.attention.source;

import dev.heed.attention.CacheShape;
import dev.heed.attention.HeadView;
import dev.heed.attention.Positions;
import dev.heed.tensor.ShapeException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/// Keys and values of a text long past, without gradients, in which the nearest are looked up, [Wu
/// et al. 2022](https://arxiv.org/abs/2203.08913).
///
/// Each key/value head of each batch has a memory of its own, in a few blocks that are filled one
/// after another; when there is no room, the oldest block is let go as a whole. What is in a block
/// never changes, so that a backward pass finds what its forward pass found.
public final class NeighbourMemory {
  private static final int BLOCKS = 4;

  private final CacheShape shape;
  private final int rows;
  private final NeighbourIndex.Factory factory;
  private final List<List<Block>> heads = new ArrayList<>();

  /// Some positions of one head.
  static final class Block {
    final float[] keys;
    final float[] values;
    final NeighbourIndex index;
    int count;

    Block(CacheShape shape, int rows, NeighbourIndex.Factory factory) {
      this.keys = new float[Math.multiplyExact(rows, shape.width())];
      this.values = new float[Math.multiplyExact(rows, shape.valueWidth())];
      this.index = factory.over(keys, shape.width());
    }
  }

  /// @param capacity positions that it holds at most, of each batch
  /// @param factory makes an index for each block
  public NeighbourMemory(CacheShape shape, int capacity, NeighbourIndex.Factory factory) {
    if (capacity < BLOCKS) {
      throw new ShapeException(
          "memory: a capacity of %d positions; at least %d".formatted(capacity, BLOCKS));
    }
    this.shape = shape;
    this.rows = capacity / BLOCKS;
    this.factory = factory;
    for (int head = 0; head < shape.batch() * shape.groups(); head++) {
      heads.add(new ArrayList<>());
    }
  }

  CacheShape shape() {
    return shape;
  }

  /// The blocks of a head, the oldest first, as they are from now on.
  ///
  /// @param head batch times `G` plus the key/value head
  List<Block> blocks(int head) {
    return Collections.unmodifiableList(heads.get(head));
  }

  /// Remembers copies of keys `[B, G, T, E]` and values `[B, G, T, W]`.
  public void add(HeadView k, HeadView v) {
    shape.check(k, v, Positions.range(0, k.axes().length()));
    for (int head = 0; head < heads.size(); head++) {
      add(head, k, v);
    }
  }

  /// Remembers copies of the rows of one head. Several heads may be written to at once.
  void add(int head, HeadView k, HeadView v) {
    int b = head / shape.groups();
    int g = head % shape.groups();
    List<Block> blocks = heads.get(head);
    for (int t = 0; t < k.axes().length(); t++) {
      Block block = open(blocks);
      put(k, k.row(b, g, t), block.keys, block.count);
      put(v, v.row(b, g, t), block.values, block.count);
      block.count++;
    }
    blocks.forEach(block -> block.index.extend(block.count));
  }

  /// A block with room for a row.
  private Block open(List<Block> blocks) {
    if (blocks.isEmpty() || blocks.getLast().count == rows) {
      if (blocks.size() == BLOCKS) {
        blocks.removeFirst();
      } else if (!blocks.isEmpty()) {
        blocks.getLast().index.extend(rows);
      }
      blocks.add(new Block(shape, rows, factory));
    }
    return blocks.getLast();
  }

  private static void put(HeadView from, int at, float[] to, int row) {
    int width = from.axes().width();
    System.arraycopy(from.array(), at, to, row * width, width);
  }

  /// Forgets what a batch has seen: at the start of a document.
  public void clear(int b) {
    shape.checkBatch(b);
    for (int group = 0; group < shape.groups(); group++) {
      heads.get(b * shape.groups() + group).clear();
    }
  }

  /// How many positions of a batch it holds.
  public int length(int b) {
    shape.checkBatch(b);
    return heads.get(b * shape.groups()).stream().mapToInt(block -> block.count).sum();
  }

  /// Bytes of keys and values held, indexes aside.
  public long bytes() {
    return heads.stream()
        .flatMap(List::stream)
        .mapToLong(block -> 4L * (block.keys.length + block.values.length))
        .sum();
  }
}
