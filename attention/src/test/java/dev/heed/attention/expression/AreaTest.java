package dev.heed.attention.expression;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heed.attention.expression.Area.Range;
import dev.heed.attention.expression.Pointwise.At;
import dev.heed.attention.expression.Pointwise.Reads;
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
        "dilated(1); 40; 44; FULL",
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
            new Range(16, 23),
            new Range(low, high),
            new Range(2, 2),
            new Range(Math.floorDiv(low, 8), Math.floorDiv(high, 8)),
            new Range(low, high),
            100,
            0);
    assertThat(area.cover(Parser.truth(mask))).isEqualTo(cover);
  }

  @Test
  void cover_paddingByIndex_ignoresPositions() {
    Truth padding = new Truth.Padding();
    Range any = new Range(-100, 100);
    assertThat(new Area(any, any, any, any, new Range(0, 4), 5, 0).cover(padding))
        .isEqualTo(Cover.FULL);
    assertThat(new Area(any, any, any, any, new Range(5, 9), 5, 0).cover(padding))
        .isEqualTo(Cover.EMPTY);
    assertThat(new Area(any, any, any, any, new Range(3, 5), 5, 0).cover(padding))
        .isEqualTo(Cover.PARTIAL);
  }

  @Test
  void cover_randomExpressionsAndTiles_isSound() {
    Random random = new Random(8);
    int decided = 0;
    for (int n = 0; n < 20_000; n++) {
      Truth truth = Pointwise.truth(random, 4, Reads.EVERYTHING);
      Area area =
          new Area(
              range(random, 60),
              range(random, 60),
              range(random, 3),
              range(random, 3),
              range(random, 20),
              random.nextInt(20),
              random.nextInt(4));
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
    return new At(
        inside(area.i(), random),
        inside(area.j(), random),
        inside(area.docQ(), random),
        inside(area.docK(), random),
        inside(area.index(), random),
        area.length(),
        area.head());
  }

  private static int inside(Range range, Random random) {
    return range.low() + random.nextInt(range.high() - range.low() + 1);
  }
}
