package dev.heed.attention.expression;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heed.attention.expression.Area.Range;
import dev.heed.attention.expression.Pointwise.At;
import dev.heed.attention.expression.Pointwise.Reads;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AreaTest {
  /// Queries 16 to 23 and keys in a range, documents by eight: what each mask leaves of the tile.
  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "causal; 0; 16; FULL",
        "causal; 10; 17; PARTIAL",
        "causal; 24; 30; EMPTY",
        "window(4); 0; 12; EMPTY",
        "window(4); 0; 13; PARTIAL",
        "window(24); 0; 23; FULL",
        "causal & window(4); 0; 12; EMPTY",
        "global(4); 4; 9; EMPTY",
        "global(4); 0; 3; FULL",
        "global(17); 40; 44; PARTIAL",
        "global(24); 40; 44; FULL",
        "prefix(6); 6; 9; EMPTY",
        "prefix(6); 0; 5; FULL",
        "chunk(8); 16; 23; FULL",
        "chunk(8); 8; 15; EMPTY",
        "chunk(8); 8; 16; PARTIAL",
        "chunk(24); -24; -1; EMPTY",
        "dilated(40); 40; 44; EMPTY",
        "dilated(3); 40; 44; PARTIAL",
        "dilated(16); 0; 0; PARTIAL",
        "dilated(1); 40; 44; FULL",
        "previous(8); 8; 15; FULL",
        "previous(8); 16; 23; EMPTY",
        "previous(8); 8; 16; PARTIAL",
        "strided(20); 40; 50; PARTIAL",
        "strided(40); 64; 90; EMPTY",
        "strided(24); 0; 23; FULL",
        "fixed(8, 2); 16; 23; FULL",
        "fixed(8, 2); 24; 29; EMPTY",
        "fixed(8, 2); 30; 31; FULL",
        "fixed(8, 2); 30; 32; PARTIAL",
        "grid(100, 3); 110; 122; PARTIAL",
        "grid(100, 3); 127; 190; EMPTY",
        "grid(100, 7); 116; 223; PARTIAL",
        "grid(100, 7); 116; 123; FULL",
        "grid(20, 1); 0; 15; PARTIAL",
        "grid(20, 1); 6; 14; EMPTY",
        "random(1, 8, 5, 1); 0; 7; FULL",
        "random(1, 8, 5, 1); 8; 15; EMPTY",
        "random(3, 8, 5); -8; 23; PARTIAL",
        "random(3, 8, 5); 0; 23; FULL",
        "random(3, 8, 5); 24; 31; EMPTY",
        "document; 16; 23; FULL",
        "document; 8; 15; EMPTY",
        "document; 8; 16; PARTIAL",
        "!causal; 24; 30; FULL",
        "!causal & !window(4); 30; 40; FULL",
        "j <= i; 0; 16; FULL",
        "abs(i - j) < 4; 0; 12; EMPTY",
        "floor(i / 8) = floor(j / 8); 16; 23; FULL",
        "floor(i / 8) = floor(j / 8); -8; -1; EMPTY",
        "doc_q = doc_k; 8; 15; EMPTY",
        "i mod 8 < 8; 16; 23; FULL",
        "i mod 32 >= 16; 0; 5; FULL",
        "log(j) > 3; -9; 5; EMPTY",
        "exp(i) > 1000; 0; 5; FULL"
      })
  void cover_tile_isDecided(String mask, int low, int high, Cover cover) {
    Area area =
        new Area(
            new Area.Queries(new Range(16, 23), new Range(2, 2), new Range(16, 23)),
            new Area.Keys(
                new Range(low, high),
                new Range(Math.floorDiv(low, 8), Math.floorDiv(high, 8)),
                new Range(low, high)),
            new Area.Head(0, 0, 100, VisibleSet.NONE));
    assertThat(area.cover(Parser.truth(mask))).isEqualTo(cover);
  }

  @Test
  void cover_paddingByIndex_ignoresPositions() {
    Truth padding = new Truth.Padding();
    assertThat(keys(0, 4).cover(padding)).isEqualTo(Cover.FULL);
    assertThat(keys(5, 9).cover(padding)).isEqualTo(Cover.EMPTY);
    assertThat(keys(3, 5).cover(padding)).isEqualTo(Cover.PARTIAL);
  }

  /// 4000 draws of 3 of 10: each block comes about 1200 times, with a standard deviation of 29.
  @Test
  void draw_manyBlocks_isEvenAndWithoutRepetition() {
    Truth.RandomBlocks random = new Truth.RandomBlocks(3, 16, 42, 10);
    int[] times = new int[10];
    int[] drawn = new int[3];
    for (int block = 0; block < 4000; block++) {
      assertThat(random.draw(block, drawn)).isEqualTo(3);
      assertThat(drawn).doesNotHaveDuplicates();
      for (int one : drawn) {
        times[one]++;
      }
    }
    assertThat(Arrays.stream(times).min().getAsInt()).isGreaterThan(1200 - 6 * 29);
    assertThat(Arrays.stream(times).max().getAsInt()).isLessThan(1200 + 6 * 29);
    assertThat(new Truth.RandomBlocks(3, 16, 42, 0).draw(1, drawn)).isEqualTo(2);
    assertThat(new Truth.RandomBlocks(3, 16, 42, 0).draw(-1, drawn)).isZero();
  }

  private static Area keys(int first, int last) {
    Range any = new Range(-100, 100);
    return new Area(
        new Area.Queries(any, any, any),
        new Area.Keys(any, any, new Range(first, last)),
        new Area.Head(0, 0, 5, VisibleSet.NONE));
  }

  @Test
  void cover_visibleSet_isExact() {
    Random random = new Random(9);
    VisibleSet.Axes axes = new VisibleSet.Axes(2, 3, 7, 700);
    for (int n = 0; n < 3000; n++) {
      int pace = 1 + random.nextInt(300);
      int salt = random.nextInt();
      VisibleSet.Test test = (b, h, t, s) -> ((b * 7 + h * 5 + t / 2 + s / pace + salt) & 3) < 2;
      VisibleSet set = VisibleSet.of(axes, test);
      Range t = inside(random, 7);
      Range s = inside(random, 700);
      int places = (t.high() - t.low() + 1) * (s.high() - s.low() + 1);
      int b = random.nextInt(2);
      int h = random.nextInt(3);
      int visible = 0;
      for (int place = 0; place < places; place++) {
        int row = t.low() + place % (t.high() - t.low() + 1);
        int key = s.low() + place / (t.high() - t.low() + 1);
        assertThat(set.isVisible(b, h, row, key)).isEqualTo(test.isVisible(b, h, row, key));
        visible += test.isVisible(b, h, row, key) ? 1 : 0;
      }
      assertThat(set.cover(b, h, t, s))
          .isEqualTo(visible == 0 ? Cover.EMPTY : visible == places ? Cover.FULL : Cover.PARTIAL);
    }
  }

  private static Range inside(Random random, int length) {
    int low = random.nextInt(length);
    return new Range(low, low + random.nextInt(length - low));
  }

  private static final VisibleSet GIVEN =
      VisibleSet.of(new VisibleSet.Axes(1, 4, 60, 40), (_, h, t, s) -> Pointwise.isGiven(h, t, s));

  @Test
  void cover_randomExpressionsAndTiles_isSound() {
    Random random = new Random(8);
    int decided = 0;
    for (int n = 0; n < 20_000; n++) {
      Truth truth = Pointwise.truth(random, 4, Reads.EVERYTHING);
      Area area =
          new Area(
              new Area.Queries(range(random, 60), range(random, 3), inside(random, 60)),
              new Area.Keys(range(random, 60), range(random, 3), inside(random, 40)),
              new Area.Head(0, random.nextInt(4), random.nextInt(20), GIVEN));
      Cover cover = area.cover(truth);
      decided += cover == Cover.PARTIAL ? 0 : 1;
      for (int place = 0; place < 20 && cover != Cover.PARTIAL; place++) {
        At at = inside(area, random);
        assertThat(Pointwise.isTrue(truth, at))
            .as("%s in %s at %s", truth, area, at)
            .isEqualTo(cover == Cover.FULL);
      }
    }
    assertThat(decided).isGreaterThan(4000);
  }

  private static Range range(Random random, int size) {
    int low = random.nextInt(2 * size) - size;
    return new Range(low, low + random.nextInt(size));
  }

  private static At inside(Area area, Random random) {
    int index = inside(area.keys().index(), random);
    int head = area.head().h();
    return new At(
        inside(area.queries().i(), random),
        inside(area.keys().j(), random),
        inside(area.queries().doc(), random),
        inside(area.keys().doc(), random),
        index,
        area.head().length(),
        head,
        Pointwise.isGiven(head, inside(area.queries().index(), random), index));
  }

  private static int inside(Range range, Random random) {
    return range.low() + random.nextInt(range.high() - range.low() + 1);
  }
}
