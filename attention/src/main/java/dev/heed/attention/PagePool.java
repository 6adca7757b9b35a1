package dev.heed.attention;

import dev.heed.tensor.ShapeException;
import java.util.Arrays;

/// Memory in pages that caches of one shape share, [Kwon et al.
/// 2023](https://arxiv.org/abs/2309.06180): a page holds the keys and values of a fixed number of
/// positions of one sequence. A page may belong to several sequences, as long as none writes to it.
///
/// The number of pages is bounded, so is the memory; a page that was freed is used again. Caches
/// over one pool are used by one thread at a time.
public final class PagePool {
  private final CacheShape shape;
  private final int rows;
  final RowStore[] keys;
  final RowStore[] values;

  /// How many sequences a page belongs to.
  private final int[] owners;

  /// The numbers of the free pages, from 0 to `free`.
  private final int[] stack;

  private int free;
  private int made;

  /// @param shape of the caches; its batch does not matter
  /// @param rows positions of a page
  /// @param pages the most pages there may be
  public PagePool(CacheShape shape, int rows, int pages) {
    if (rows < 1 || pages < 1) {
      throw new ShapeException(
          "page pool: %d pages of %d positions; at least 1 of at least 1".formatted(pages, rows));
    }
    this.shape = shape;
    this.rows = rows;
    this.keys = new RowStore[pages];
    this.values = new RowStore[pages];
    this.owners = new int[pages];
    this.stack = new int[pages];
    for (int page = 0; page < pages; page++) {
      stack[page] = pages - 1 - page;
    }
    this.free = pages;
  }

  /// A pool for caches of `shape` that hold up to `limit` positions each, with nothing shared.
  public static PagePool holding(CacheShape shape, int rows, int limit) {
    long pages = (long) shape.batch() * ((limit + rows - 1L) / rows);
    return new PagePool(shape, rows, Math.toIntExact(pages));
  }

  CacheShape shape() {
    return shape;
  }

  /// Positions of a page.
  public int rows() {
    return rows;
  }

  public int freePages() {
    return free;
  }

  public int usedPages() {
    return owners.length - free;
  }

  /// Bytes held, by pages in use and by those that were.
  public long bytes() {
    long page = shape.groups() * (long) rows;
    long numbers = shape.numbers().bytes(shape.width()) + shape.numbers().bytes(shape.valueWidth());
    return made * page * numbers;
  }

  /// Fails where fewer than `count` pages are free.
  void checkFree(int count) {
    if (count > free) {
      throw new CacheFullException(
          "page pool: %d more pages of %d positions do not fit beside %d of %d; free some, or make the pool larger"
              .formatted(count, rows, usedPages(), owners.length));
    }
  }

  /// A free page, for one owner.
  int take() {
    checkFree(1);
    int page = stack[--free];
    owners[page] = 1;
    if (keys[page] == null) {
      keys[page] = RowStore.of(shape.numbers(), shape.width());
      keys[page].resize(shape.groups(), 0, rows);
      values[page] = RowStore.of(shape.numbers(), shape.valueWidth());
      values[page].resize(shape.groups(), 0, rows);
      made++;
    }
    return page;
  }

  /// Says that a page has another owner.
  void share(int page) {
    owners[page]++;
  }

  int owners(int page) {
    return owners[page];
  }

  /// Says that a page has an owner less; without any it is free.
  void release(int page) {
    if (--owners[page] == 0) {
      stack[free++] = page;
    }
  }

  /// A page of one's own with what `page` holds, which has an owner less.
  int own(int page) {
    if (owners[page] == 1) {
      return page;
    }
    int copy = take();
    keys[copy].copy(keys[page], 0, 0, shape.groups() * rows);
    values[copy].copy(values[page], 0, 0, shape.groups() * rows);
    release(page);
    return copy;
  }

  @Override
  public String toString() {
    return "pool of %d pages of %d positions, %d free, owners %s"
        .formatted(owners.length, rows, free, Arrays.stream(owners).summaryStatistics());
  }
}
