package dev.heed.attention;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heed.kernel.Kernels;
import dev.heed.kernel.Matrix;
import dev.heed.kernel.QueryBlock;
import dev.heed.tensor.Workspace;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class VisibleKeysTest {
  private static final Kernels KERNELS = Kernels.scalar();
  private static final int TILE = 50;

  @Test
  void of_generatedCalls_isWhatTheMaskSaysForEachHead() {
    Workspace scratch = new Workspace();
    for (int seed = 0; seed < 120; seed++) {
      Calls.Call call = Calls.random(seed, new Calls.Size(70, 400));
      BoundCall bound = BoundCall.of(call.attention(), call.input());
      AttentionShape shape = bound.shape;
      VisibleBlocks blocks = new VisibleBlocks(bound);
      for (int row = 0; row < shape.batch() * shape.heads(); row++) {
        int t0 = (seed + row) % (shape.queries() / 32 + 1) * 32;
        int t1 = Math.min(shape.queries(), t0 + 32);
        if (t0 < t1) {
          int h = row % shape.heads();
          MapTile queries = new MapTile(row / shape.heads(), h, t0, t1, 0, shape.keys());
          int[] expected = new int[queries.queries() * shape.keys()];
          bound.mask.reader(shape.keys()).fill(queries, expected);
          assertThat(rows(blocks.of(queries, scratch), queries))
              .as("%s, head %d", call, h)
              .isEqualTo(expected);
        }
      }
    }
  }

  /// -1 where a query sees a key, through the tiles.
  private static int[] rows(VisibleKeys visible, MapTile queries) {
    int keys = queries.keys();
    int[] rows = new int[queries.queries() * keys];
    QueryBlock block = new QueryBlock(1, 1);
    KERNELS.attention().start(block, zeros(queries.queries()), 1, Float.NEGATIVE_INFINITY);
    visible.visit(
        TILE,
        (from, to, stretch) -> {
          assertThat(to - from).isBetween(1, TILE);
          KERNELS.attention().score(block, zeros(to - from));
          visible.hide(KERNELS.attention(), block, from, stretch);
          for (int s = from; s < to; s++) {
            float[] seen = new float[QueryBlock.QUERIES];
            KERNELS
                .observers()
                .addScores(block, s - from, 1, new float[QueryBlock.QUERIES], seen, 0);
            for (int t = 0; t < queries.queries(); t++) {
              rows[t * keys + s] = seen[t] == 0 ? 0 : -1;
            }
          }
        });
    return rows;
  }

  private static Matrix zeros(int rows) {
    return Matrix.of(new float[rows], rows, 1);
  }

  @Test
  void addPartial_gaps_areLeftOutWhereTheyAreLong() {
    VisibleKeys visible = new VisibleKeys();
    visible.addFull(3, 7);
    int[] rows = new int[2 * 40];
    for (int s : new int[] {4, 15, 28, 70}) {
      rows[s] = -1;
    }
    visible.addPartial(10, 40, rows, 2);
    List<String> tiles = new ArrayList<>();
    visible.visit(TILE, (from, to, _) -> tiles.add(from + " to " + to));
    assertThat(tiles).containsExactly("3 to 7", "14 to 26", "38 to 41");
    assertThat(visible.count()).isEqualTo(4 + 12 + 3);
  }
}
