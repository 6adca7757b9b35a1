package dev.heed.attention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heed.tensor.ShapeException;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PagedCacheTest {
  private static final CacheShape SHAPE = CacheSequence.SHAPE;

  private static Cache.Contents append(Cache cache, CacheSequence sequence, int from, int to) {
    return cache.append(
        CacheSequence.part(sequence.k(), from, to),
        CacheSequence.part(sequence.v(), from, to),
        Positions.range(from, to - from));
  }

  private static float[] keys(Cache cache) {
    return HeadRows.copy(cache.contents().k()).array();
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "1, 7", "5, 1", "5, 64", "16, 3", "64, 200", "300, 1"})
  void append_inPieces_equalsWhole(int rows, int piece) {
    CacheSequence sequence = CacheSequence.random(1, 290);
    Attention attention = Attention.causal().withModifier(Modifier.alibi());
    PagedCache cache = new PagedCache(PagePool.holding(SHAPE, rows, 290), 2, 290);
    GoldenAttentionTest.assertClose(
        "pages of %d, pieces of %d".formatted(rows, piece),
        sequence.through(cache, attention, piece),
        sequence.whole(attention),
        4e-6,
        4e-5);
  }

  @Test
  void append_windowOverPages_equalsWhole() {
    CacheSequence sequence = CacheSequence.random(2, 150);
    Attention attention =
        Attention.full().withMask(Mask.parse("causal & (window(9) | dilated(7))"));
    PagedCache cache = new PagedCache(PagePool.holding(SHAPE, 4, 150), 2, 150);
    GoldenAttentionTest.assertClose(
        "window", sequence.through(cache, attention, 1, 20), sequence.whole(attention), 4e-6, 4e-5);
  }

  @Test
  void fork_thenAppendDifferently_neitherSeesTheOther() {
    CacheSequence one = CacheSequence.random(3, 30);
    CacheSequence other = CacheSequence.random(4, 30);
    PagePool pool = new PagePool(SHAPE, 4, 100);
    PagedCache cache = new PagedCache(pool, 2, 50);
    append(cache, one, 0, 10);
    PagedCache fork = cache.fork(0, 1);
    assertThat(pool.usedPages()).as("a fork takes no pages").isEqualTo(2 * 3);
    append(cache, one, 10, 30);
    append(fork, other, 10, 30);
    assertThat(pool.usedPages()).as("two full pages are shared").isEqualTo(2 * (2 + 2 * 6));

    GrowingCache straight = new GrowingCache(SHAPE, 50);
    append(straight, one, 0, 30);
    assertThat(keys(cache)).isEqualTo(keys(straight));
    GrowingCache mixed = new GrowingCache(SHAPE, 50);
    append(mixed, one, 0, 10);
    append(mixed, other, 10, 30);
    assertThat(keys(fork)).isEqualTo(keys(mixed));

    fork.close();
    cache.close();
    assertThat(pool.freePages()).isEqualTo(100);
  }

  @Test
  void reorder_thenAppend_equalsCacheThatCopies() {
    CacheSequence sequence = CacheSequence.random(5, 40);
    PagePool pool = new PagePool(SHAPE, 8, 20);
    PagedCache paged = new PagedCache(pool, 2, 50);
    GrowingCache copying = new GrowingCache(SHAPE, 50);
    SlidingCache sliding = new SlidingCache(SHAPE, 50, 0);
    for (Cache cache : new Cache[] {paged, copying, sliding}) {
      append(cache, sequence, 0, 13);
      cache.reorder(1, 1);
      append(cache, sequence, 13, 27);
      cache.reorder(1, 0);
      cache.truncate(20);
      append(cache, sequence, 20, 33);
    }
    assertThat(keys(paged)).isEqualTo(keys(copying)).isEqualTo(keys(sliding));
    assertThat(Arrays.stream(paged.contents().kPos().array()).limit(33)).contains(0, 19, 32);
    assertThat(pool.usedPages()).isEqualTo(2 + 2 * 3 + 1);
  }

  @Test
  void append_beyondThePool_failsAndChangesNothing() {
    CacheSequence sequence = CacheSequence.random(6, 40);
    PagePool pool = new PagePool(SHAPE, 4, 7);
    PagedCache cache = new PagedCache(pool, 2, 100);
    append(cache, sequence, 0, 10);
    assertThatThrownBy(() -> append(cache, sequence, 10, 17))
        .isInstanceOf(CacheFullException.class)
        .hasMessage(
            "page pool: 4 more pages of 4 positions do not fit beside 6 of 7; free some, or make the pool larger");
    PagedCache fork = cache.fork(1);
    assertThatThrownBy(() -> append(cache, sequence, 10, 13))
        .as("a copy of the shared page and two new ones")
        .isInstanceOf(CacheFullException.class)
        .hasMessageContaining("3 more pages");
    fork.close();
    assertThat(cache.length()).isEqualTo(10);
    append(cache, sequence, 10, 12);
    assertThat(pool.usedPages()).isEqualTo(6);
  }

  @Test
  void append_pageOfOwnBatchesAlone_copiesAllButOne() {
    CacheSequence sequence = CacheSequence.random(7, 40);
    PagePool pool = new PagePool(SHAPE, 4, 4);
    PagedCache cache = new PagedCache(pool, 2, 100);
    append(cache, sequence, 0, 6);
    cache.reorder(0, 0);
    assertThat(pool.usedPages()).isEqualTo(2);
    append(cache, sequence, 6, 7);
    assertThat(pool.usedPages()).as("the first page is shared still").isEqualTo(3);
  }

  @Test
  void bytes_pagesInUse_areCounted() {
    CacheSequence sequence = CacheSequence.random(8, 40);
    PagePool pool = new PagePool(SHAPE, 4, 50);
    PagedCache cache = new PagedCache(pool, 2, 100);
    append(cache, sequence, 0, 9);
    assertThat(pool.bytes()).isEqualTo(2 * 3 * 4 * 3 * 4L * (5 + 7));
    assertThat(cache.bytes()).isEqualTo(pool.bytes() + 4 * 2 * 9);
    cache.truncate(4);
    assertThat(cache.bytes()).isEqualTo(2 * 4 * 3 * 4L * (5 + 7) + 4 * 2 * 9);
  }

  @Test
  void reorder_ofOtherBatches_isRefused() {
    PagedCache cache = new PagedCache(new PagePool(SHAPE, 4, 50), 2, 100);
    assertThatThrownBy(() -> cache.reorder(0))
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining("an order of 1 does not fit batch 2");
    assertThatThrownBy(() -> cache.reorder(0, 2))
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining("no batch 2");
    assertThatThrownBy(() -> new PagePool(SHAPE, 0, 3)).isInstanceOf(ShapeException.class);
  }
}
