package dev.heed.attention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heed.tensor.ShapeException;
import dev.heed.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CacheTest {
  private static final CacheShape SHAPE = CacheSequence.SHAPE;
  private static final int HEADS = CacheSequence.HEADS;

  private static Cache growing() {
    return new GrowingCache(SHAPE, 1000);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 7, 64, 200})
  void append_growingInPieces_equalsWhole(int piece) {
    CacheSequence sequence = CacheSequence.random(1, 200);
    Attention attention = Attention.causal().withModifier(Modifier.alibi());
    GoldenAttentionTest.assertClose(
        "pieces of " + piece,
        sequence.through(growing(), attention, piece),
        sequence.whole(attention),
        4e-6,
        4e-5);
  }

  @Test
  void append_positionsOfTheirOwnInEachBatch_equalsWhole() {
    CacheSequence sequence = CacheSequence.random(7, 90);
    // where a batch stands decides what of the prefix it sees, so mixed up batches would show
    Attention attention =
        Attention.full().withMask(Mask.parse("causal & (window(20) | prefix(50))"));
    Positions all = staggered(0, 90);
    AttentionInput whole =
        AttentionInput.of(
            HeadView.of(sequence.q()),
            HeadView.of(sequence.k()),
            HeadView.of(sequence.v()),
            all,
            all);
    float[] expected = CacheSequence.run(attention, whole);
    for (int piece : new int[] {1, 7, 40}) {
      Tensor out = Tensor.zeros(2, HEADS, 90, 7);
      Cache cache = growing();
      for (int from = 0; from < 90; from += piece) {
        int to = Math.min(90, from + piece);
        Positions positions = staggered(from, to);
        Cache.Contents contents =
            cache.append(
                CacheSequence.part(sequence.k(), from, to),
                CacheSequence.part(sequence.v(), from, to),
                positions);
        HeadView queries = CacheSequence.part(sequence.q(), from, to);
        CacheSequence.put(
            CacheSequence.run(attention, contents.input(queries, positions)), out, from, to);
      }
      GoldenAttentionTest.assertClose("pieces of " + piece, out.array(), expected, 4e-6, 4e-5);
    }
  }

  /// Positions of two batches, the second 37 behind the first.
  private static Positions staggered(int from, int to) {
    return Positions.rows(
        IntStream.range(from, to).toArray(), IntStream.range(from + 37, to + 37).toArray());
  }

  @Test
  void append_nothing_changesNothing() {
    CacheSequence sequence = CacheSequence.random(8, 30);
    for (Cache cache : List.of(growing(), new SlidingCache(SHAPE, 9, 2))) {
      sequence.through(cache, Attention.full().withMask(Mask.parse("causal & window(9)")), 11);
      float[] before = dense(cache.contents().k().whole());

      cache.append(
          CacheSequence.part(sequence.k(), 30, 30),
          CacheSequence.part(sequence.v(), 30, 30),
          Positions.range(30, 0));

      assertThat(cache.length()).isEqualTo(30);
      assertThat(dense(cache.contents().k().whole())).isEqualTo(before);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 40, 63, 64, 65, 400})
  void append_slidingInPieces_equalsWhole(int piece) {
    CacheSequence sequence = CacheSequence.random(2, 400);
    Attention windowed = Attention.full().withMask(Mask.parse("causal & window(30)"));
    Attention sinks = Attention.full().withMask(Mask.parse("causal & (window(30) | prefix(4))"));
    for (int[] pieces : List.of(new int[] {piece}, new int[] {150, piece}, new int[] {piece, 1})) {
      String label = Arrays.toString(pieces);
      GoldenAttentionTest.assertClose(
          label,
          sequence.through(new SlidingCache(SHAPE, 30, 0), windowed, pieces),
          sequence.whole(windowed),
          4e-6,
          4e-5);
      GoldenAttentionTest.assertClose(
          label,
          sequence.through(new SlidingCache(SHAPE, 30, 4), sinks, pieces),
          sequence.whole(sinks),
          4e-6,
          4e-5);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 40, 63, 150})
  void append_ringInPieces_equalsWhole(int piece) {
    CacheSequence sequence = CacheSequence.random(2, 400);
    Attention windowed = Attention.full().withMask(Mask.parse("causal & window(30)"));
    Attention sinks = Attention.full().withMask(Mask.parse("causal & (window(30) | prefix(4))"));
    for (int[] pieces : List.of(new int[] {piece}, new int[] {150, piece}, new int[] {piece, 1})) {
      RingCache ring = new RingCache(SHAPE, 30, 0, 150);
      long fresh = ring.bytes();
      String label = Arrays.toString(pieces);
      GoldenAttentionTest.assertClose(
          label, sequence.through(ring, windowed, pieces), sequence.whole(windowed), 4e-6, 4e-5);
      GoldenAttentionTest.assertClose(
          label,
          sequence.through(new RingCache(SHAPE, 30, 4, 150), sinks, pieces),
          sequence.whole(sinks),
          4e-6,
          4e-5);
      assertThat(ring.bytes()).isEqualTo(fresh).isEqualTo(4 * (2 * 3 * (5 + 7) + 2) * 179);
    }
  }

  @Test
  void append_longerThanTheRingWasMadeFor_isRefused() {
    CacheSequence sequence = CacheSequence.random(2, 40);
    Attention windowed = Attention.full().withMask(Mask.parse("causal & window(30)"));
    assertThatThrownBy(() -> sequence.through(new RingCache(SHAPE, 30, 0, 9), windowed, 10))
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining("an append of 10 positions to a ring made for 9");
    assertThatThrownBy(() -> new RingCache(SHAPE, 0, 0, 9)).isInstanceOf(ShapeException.class);
  }

  @Test
  void append_sliding_memoryStaysBounded() {
    CacheSequence sequence = CacheSequence.random(3, 301);
    Attention attention = Attention.full().withMask(Mask.parse("causal & window(30)"));
    SlidingCache cache = new SlidingCache(SHAPE, 30, 0);
    long fresh = cache.bytes();
    sequence.through(cache, attention, 300, 1);
    assertThat(cache.bytes()).isEqualTo(fresh).isEqualTo(4 * (2 * 3 * (5 + 7) + 2) * 94);
    assertThat(cache.length()).isEqualTo(301);
    assertThat(cache.contents().kPos().length()).isBetween(30, 94);
  }

  @Test
  void forward_maskSeesWhatWasLost_isRefused() {
    CacheSequence sequence = CacheSequence.random(4, 200);
    for (String mask :
        List.of("causal", "causal & window(31)", "causal & (window(30) | prefix(1))", "")) {
      Attention attention = Attention.full().withMask(Mask.parse(mask));
      assertThatThrownBy(() -> sequence.through(new RingCache(SHAPE, 30, 0, 1), attention, 1))
          .as(mask)
          .isInstanceOf(UnsupportedCombinationException.class);
      assertThatThrownBy(() -> sequence.through(new SlidingCache(SHAPE, 30, 0), attention, 1))
          .as(mask)
          .isInstanceOf(UnsupportedCombinationException.class)
          .hasMessageContaining("a cache that let positions 0 to ")
          .hasMessageContaining("growing cache");
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {4, 15, 150})
  void truncate_thenAppendAgain_equalsUnbroken(int broken) {
    CacheSequence sequence = CacheSequence.random(5, 190);
    Attention attention = Attention.full().withMask(Mask.parse("causal & window(20)"));
    for (Supplier<Cache> make :
        List.<Supplier<Cache>>of(
            CacheTest::growing,
            () -> new SlidingCache(SHAPE, 20, 0),
            () -> new RingCache(SHAPE, 20, 0, 10),
            () -> new PagedCache(PagePool.holding(SHAPE, 8, 300), 2, 300))) {
      Tensor out = Tensor.zeros(2, HEADS, 190, 7);
      Cache cache = make.get();
      for (int from = 0; from < 190; from++) {
        if (from == broken) {
          append(cache, sequence, 3, 12);
          cache.truncate(broken);
        }
        Cache.Contents contents = append(cache, sequence, from, from + 1);
        HeadView q = CacheSequence.part(sequence.q(), from, from + 1);
        float[] row = CacheSequence.run(attention, contents.input(q, Positions.range(from, 1)));
        CacheSequence.put(row, out, from, from + 1);
      }
      GoldenAttentionTest.assertClose(
          cache + " broken at " + broken, out.array(), sequence.whole(attention), 4e-6, 4e-5);
    }
  }

  private static Cache.Contents append(Cache cache, CacheSequence sequence, int from, int to) {
    return cache.append(
        CacheSequence.part(sequence.k(), from, to),
        CacheSequence.part(sequence.v(), from, to),
        Positions.range(from, to - from));
  }

  private static float[] dense(HeadView view) {
    int count = view.axes().length() * view.axes().width();
    return Arrays.copyOfRange(view.array(), view.row(0, 0, 0), view.row(0, 0, 0) + count);
  }

  @Test
  void truncate_beyondWhatIsHeld_isRefused() {
    Cache cache = growing();
    CacheSequence sequence = CacheSequence.random(6, 100);
    sequence.through(cache, Attention.causal(), 10);
    assertThatThrownBy(() -> cache.truncate(101))
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining("101")
        .hasMessageContaining("100");
    SlidingCache sliding = new SlidingCache(SHAPE, 20, 2);
    Attention attention =
        Attention.full().withMask(Mask.parse("causal & (window(20) | prefix(2))"));
    sequence.through(sliding, attention, 1);
    assertThatThrownBy(() -> sliding.truncate(10))
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining("a window of 20 must be left");
  }

  @Test
  void append_otherShape_namesBoth() {
    Cache cache = growing();
    HeadView k = HeadView.of(Tensor.zeros(2, 3, 4, 5));
    HeadView v = HeadView.of(Tensor.zeros(2, 3, 4, 7));
    HeadView other = HeadView.of(Tensor.zeros(2, 2, 4, 5));
    assertThatThrownBy(() -> cache.append(other, v, Positions.range(0, 4)))
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining("[2, 2, 4, 5]")
        .hasMessageContaining("[2, 3, T, 5]");
    assertThatThrownBy(() -> cache.append(k, v, Positions.range(0, 3)))
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining("positions [3]");
    assertThatThrownBy(() -> new GrowingCache(SHAPE, 3).append(k, v, Positions.range(0, 4)))
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining("the limit is 3");
  }
}
