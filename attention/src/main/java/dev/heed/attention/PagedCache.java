package dev.heed.attention;

import dev.heed.tensor.ShapeException;
import java.util.Arrays;

/// A cache whose rows lie in pages of a [PagePool]: it takes memory as it grows, page by page, and
/// sequences share what they have in common. [#fork] and [#reorder] copy tables, not rows; a page
/// that others read is copied before it is written to.
///
/// Close it to give its pages back.
public final class PagedCache implements Cache, AutoCloseable {
  private final CacheShape shape;
  private final PagePool pool;
  private final int limit;

  /// The pages of each batch; those in use come first.
  private int[][] table;

  private int[] positions = {};
  private int capacity;
  private int pages;
  private int length;

  /// @param batch sequences
  /// @param limit the most positions that it may hold
  public PagedCache(PagePool pool, int batch, int limit) {
    if (limit < 1) {
      throw new ShapeException("cache: a limit of %d positions; at least 1".formatted(limit));
    }
    CacheShape page = pool.shape();
    this.shape =
        new CacheShape(batch, page.groups(), page.width(), page.valueWidth(), page.numbers());
    this.pool = pool;
    this.limit = limit;
    this.table = new int[batch][0];
  }

  @Override
  public Contents append(HeadView k, HeadView v, Positions at) {
    shape.check(k, v, at);
    int longer = length + k.axes().length();
    if (longer > limit) {
      throw new ShapeException(
          "cache: %d more positions do not fit after %d; the limit is %d"
              .formatted(k.axes().length(), length, limit));
    }
    makeRoom(longer);
    for (int t = 0; t < k.axes().length(); t++) {
      put(k, v, at, t);
    }
    length = longer;
    return contents();
  }

  /// Makes the page that is written to next the cache's own, and takes pages for `longer`
  /// positions; all or nothing.
  private void makeRoom(int longer) {
    int wanted = (longer + pool.rows() - 1) / pool.rows();
    boolean begun = longer > length && length % pool.rows() > 0;
    int last = length / pool.rows();
    int needed = (wanted - pages) * shape.batch() + (begun ? copiesOf(last) : 0);
    pool.checkFree(needed);
    for (int b = 0; b < shape.batch(); b++) {
      if (begun) {
        table[b][last] = pool.own(table[b][last]);
      }
      if (wanted > table[b].length) {
        table[b] = Arrays.copyOf(table[b], Math.max(wanted, 2 * table[b].length));
      }
      for (int page = pages; page < wanted; page++) {
        table[b][page] = pool.take();
      }
    }
    pages = wanted;
    growPositions(longer);
  }

  /// How many pages number `place` of the sequences are copied before each can be written to: all
  /// but one of those that share a page which nobody else reads.
  private int copiesOf(int place) {
    int copies = 0;
    for (int b = 0; b < shape.batch(); b++) {
      int page = table[b][place];
      int owners = pool.owners(page);
      for (int before = 0; before < b; before++) {
        owners -= table[before][place] == page ? 1 : 0;
      }
      copies += owners > 1 ? 1 : 0;
    }
    return copies;
  }

  private void growPositions(int longer) {
    if (longer <= capacity) {
      return;
    }
    int wider = Math.max(longer, 2 * capacity);
    int[] moved = new int[Math.multiplyExact(shape.batch(), wider)];
    for (int b = 0; b < shape.batch(); b++) {
      System.arraycopy(positions, b * capacity, moved, b * wider, length);
    }
    positions = moved;
    capacity = wider;
  }

  private void put(HeadView k, HeadView v, Positions at, int t) {
    int place = length + t;
    for (int b = 0; b < shape.batch(); b++) {
      int page = table[b][place / pool.rows()];
      for (int g = 0; g < shape.groups(); g++) {
        int row = g * pool.rows() + place % pool.rows();
        pool.keys[page].put(k.array(), k.row(b, g, t), row);
        pool.values[page].put(v.array(), v.row(b, g, t), row);
      }
      positions[b * capacity + place] = at.at(b, t);
    }
  }

  @Override
  public Contents contents() {
    return new Contents(
        new PagedRows(pool.keys, table, axes(shape.width()), pool.rows(), shape.numbers()),
        new PagedRows(pool.values, table, axes(shape.valueWidth()), pool.rows(), shape.numbers()),
        new Positions(positions, 0, shape.batch(), length, capacity),
        Lost.NONE);
  }

  private HeadView.Axes axes(int width) {
    return new HeadView.Axes(shape.batch(), shape.groups(), length, width);
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
    int kept = (length + pool.rows() - 1) / pool.rows();
    for (int[] sequence : table) {
      for (int page = kept; page < pages; page++) {
        pool.release(sequence[page]);
      }
    }
    pages = kept;
    this.length = length;
  }

  @Override
  public void reorder(int... order) {
    shape.checkOrder(order);
    int[][] old = table;
    table = sharing(order);
    for (int[] sequence : old) {
      for (int page = 0; page < pages; page++) {
        pool.release(sequence[page]);
      }
    }
    positions = positionsOf(order);
  }

  /// A cache of the sequences `order`, each as often as it is named, which shares all pages with
  /// this one.
  public PagedCache fork(int... order) {
    for (int from : order) {
      shape.checkBatch(from);
    }
    PagedCache fork = new PagedCache(pool, order.length, limit);
    fork.table = sharing(order);
    fork.positions = positionsOf(order);
    fork.capacity = capacity;
    fork.pages = pages;
    fork.length = length;
    return fork;
  }

  private int[][] sharing(int[] order) {
    int[][] shared = new int[order.length][];
    for (int b = 0; b < order.length; b++) {
      shared[b] = table[order[b]].clone();
      for (int page = 0; page < pages; page++) {
        pool.share(shared[b][page]);
      }
    }
    return shared;
  }

  private int[] positionsOf(int[] order) {
    int[] ordered = new int[order.length * capacity];
    for (int b = 0; b < order.length; b++) {
      System.arraycopy(positions, order[b] * capacity, ordered, b * capacity, length);
    }
    return ordered;
  }

  /// Bytes of the pages that it reads, also where others read them, and of its positions.
  @Override
  public long bytes() {
    long used =
        Arrays.stream(table).flatMapToInt(row -> Arrays.stream(row, 0, pages)).distinct().count();
    return used * pool.rows() * (shape.bytesOfPosition() / shape.batch()) + 4L * positions.length;
  }

  /// Gives all pages back; the cache is empty then.
  @Override
  public void close() {
    truncate(0);
  }
}
