package dev.heed.attention;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heed.attention.expression.Cover;
import dev.heed.attention.expression.VisibleSet;
import dev.heed.tensor.Tensor;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PlanTest {
  private static final AttentionShape LONG = new AttentionShape(1, 8, 2, 4096, 4096, 64, 64);

  @Test
  void explain_causalWindow_countsWhatIsVisible() {
    Attention attention =
        Attention.full()
            .withModifier(Modifier.softCap(50))
            .withMask(Mask.parse("causal & window(256)"));
    Plan plan = attention.explain(LONG);
    assertThat(plan.formula())
        .isEqualTo("softmax(50 tanh((q·k/√E) / 50) where causal & window(256)) v");
    assertThat(plan.executor()).isEqualTo(new Tiled());
    Plan.Tiles tiles = plan.tiles();
    long visible = 8L * (256 * 4096 - 256 * 255 / 2);
    assertThat(tiles.scores()).isBetween(visible, 2 * visible);
    assertThat(tiles.empty()).isGreaterThan(tiles.visited());
    assertThat(plan.flops()).isEqualTo(2 * tiles.scores() * 128);
    assertThat(plan.toString())
        .contains("B 1, H 8 over G 2, T 4096, S 4096, E 64, W 64")
        .contains("executor  Tiled")
        .contains("result    exact");
  }

  /// Keys that a query sees, and those that its tile visits at most: of blocks no more, and 32
  /// places of a picture look at 7 rows of 38 places, which are in runs of 32.
  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "causal & window(256); 256; 320",
        "chunk(256); 256; 256",
        "chunk(64) | previous(64); 128; 128",
        "random(3, 64, 7); 192; 192",
        "random(3, 64, 7, 64) & causal; 96; 192",
        "global(8) | window(64); 136; 260",
        "grid(128, 3); 49; 720",
        "document; 512; 564"
      })
  void explain_sparseMask_growsLinearly(String mask, int visible, int most) {
    Attention attention = Attention.full().withMask(Mask.parse(mask));
    for (int length : new int[] {4096, 16384}) {
      AttentionShape shape = new AttentionShape(1, 2, 1, length, length, 8, 8);
      HeadView q = HeadView.of(Tensor.zeros(1, 2, length, 8));
      HeadView k = HeadView.of(Tensor.zeros(1, 1, length, 8));
      Positions positions = Positions.range(0, length);
      AttentionInput input = AttentionInput.of(q, k, k, positions, positions);
      if (mask.equals("document")) {
        int[] documents = IntStream.range(0, length).map(n -> n / 512).toArray();
        input = input.withDocuments(Positions.of(documents), Positions.of(documents));
      }
      long scores = attention.explain(input, new Tiled()).tiles().scores() / 2 / length;
      assertThat(scores).as("%s of %s", mask, shape).isBetween(visible - 8L, (long) most);
    }
  }

  @Test
  void explain_visibleSetOfBlocks_countsItsBlocks() {
    int length = 1152;
    VisibleSet blocks =
        VisibleSet.of(
            new VisibleSet.Axes(1, 1, length, length), (_, _, t, s) -> (t / 32 + s / 64) % 5 == 0);
    HeadView heads = HeadView.of(Tensor.zeros(1, 2, length, 8));
    Positions positions = Positions.range(0, length);
    AttentionInput input =
        AttentionInput.of(heads, heads, heads, positions, positions).withVisible(blocks);
    Plan.Tiles tiles =
        Attention.full().withMask(Mask.parse("given")).explain(input, new Tiled()).tiles();
    assertThat(tiles.partial()).isZero();
    assertThat(tiles.scores()).isBetween(2L * 1152 * 1152 / 6, 2L * 1152 * 1152 / 4);
  }

  @Test
  void explain_fewQueries_decodes() {
    Plan plan = Attention.causal().explain(new AttentionShape(1, 8, 2, 1, 4000, 64, 48));
    assertThat(plan.executor()).isEqualTo(new Decode());
    assertThat(plan.tiles().full()).isEqualTo(8 * 16);
    assertThat(plan.bytes().inputs()).isEqualTo(4 * (8 * 64 + 2 * 4000 * (64 + 48)));
    assertThat(plan.bytes().output()).isEqualTo(4 * 8 * 48);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 16, 64})
  void find_generatedCalls_equalsCoverOfEachTile(int length) {
    for (int seed = 0; seed < 150; seed++) {
      Calls.Call call = Calls.random(seed, new Calls.Size(30, 200));
      BoundCall bound = BoundCall.of(call.attention(), call.input());
      KeyTiles tiles = new KeyTiles(bound, length);
      AttentionShape shape = call.input().shape();
      Random random = new Random(seed);
      int t0 = random.nextInt(shape.queries());
      MapTile row =
          new MapTile(
              random.nextInt(shape.batch()),
              random.nextInt(shape.heads()),
              t0,
              t0 + 1 + random.nextInt(shape.queries() - t0),
              0,
              shape.keys());
      int[] found = new int[tiles.count()];
      int count = tiles.find(row, found);
      TreeMap<Integer, Boolean> full = new TreeMap<>();
      for (int n = 0; n < count; n++) {
        full.put(found[n] < 0 ? ~found[n] : found[n], found[n] < 0);
      }
      assertThat(full).hasSize(count);
      for (int tile = 0; tile < tiles.count(); tile++) {
        Cover cover = bound.mask.cover(row.withKeys(tiles.start(tile), tiles.end(tile)));
        // A larger range may be full or empty as a whole only where each tile of it is.
        assertThat(full.containsKey(tile))
            .as("%s tile %d", call, tile)
            .isEqualTo(cover != Cover.EMPTY);
        assertThat(full.getOrDefault(tile, false)).isEqualTo(cover == Cover.FULL);
      }
    }
  }
}
