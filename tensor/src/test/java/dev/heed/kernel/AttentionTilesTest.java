package dev.heed.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.heed.tensor.ShapeException;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class AttentionTilesTest {
  private static final double SCALE = 0.3;
  private static final double NO_SINK = Double.NEGATIVE_INFINITY;

  enum Twin {
    SCALAR,
    VECTOR;

    AttentionTiles tiles() {
      return this == SCALAR ? new ScalarAttentionTiles() : new VectorAttentionTiles();
    }
  }

  /// Who sees what.
  interface Sight {
    boolean sees(int query, int key);
  }

  /// One head: some queries, keys and values with more space between rows than they need.
  private static final class Head {
    final Matrix q;
    final Matrix k;
    final Matrix v;
    Sight sight = (_, _) -> true;
    double sink = NO_SINK;
    double cap;
    double slope;

    Head(int queries, int keys, int width, int valueWidth, double size) {
      Random random = new Random(queries + 31L * keys + 7L * width);
      q = rows(random, queries, width, size);
      k = rows(random, keys, width, 1);
      v = rows(random, keys, valueWidth, 1);
    }

    private static Matrix rows(Random random, int rows, int columns, double size) {
      float[] array = new float[3 + rows * (columns + 5)];
      for (int n = 0; n < array.length; n++) {
        array[n] = (float) (size * random.nextGaussian());
      }
      return new Matrix(array, 3, rows, columns, columns + 5, 1);
    }

    double score(int t, int s) {
      double sum = 0;
      for (int e = 0; e < q.columns(); e++) {
        sum += (double) at(q, t, e) * at(k, s, e);
      }
      sum *= SCALE;
      sum = cap == 0 ? sum : cap * Math.tanh(sum / cap);
      return sum - slope * Math.abs(t + 100 - s);
    }

    /// The definition, in double precision; the last number of a row is its log sum.
    double[][] expected() {
      double[][] out = new double[q.rows()][v.columns() + 1];
      for (int t = 0; t < q.rows(); t++) {
        double maximum = sink;
        for (int s = 0; s < k.rows(); s++) {
          maximum = sight.sees(t, s) ? Math.max(maximum, score(t, s)) : maximum;
        }
        double total = sink == NO_SINK ? 0 : Math.exp(sink - maximum);
        for (int s = 0; s < k.rows(); s++) {
          double weight = sight.sees(t, s) ? Math.exp(score(t, s) - maximum) : 0;
          total += weight;
          for (int w = 0; w < v.columns() && weight > 0; w++) {
            out[t][w] += weight * at(v, s, w);
          }
        }
        for (int w = 0; w < v.columns(); w++) {
          out[t][w] = total == 0 ? 0 : out[t][w] / total;
        }
        out[t][v.columns()] = total == 0 ? Double.POSITIVE_INFINITY : maximum + Math.log(total);
      }
      return out;
    }

    /// What the tiles make of it with `tile` keys at a time.
    double[][] computed(AttentionTiles tiles, int tile, boolean hides) {
      QueryBlock block = new QueryBlock(q.columns(), v.columns());
      tiles.start(block, q, (float) SCALE, (float) sink);
      for (int s0 = 0; s0 < k.rows(); s0 += tile) {
        int count = Math.min(tile, k.rows() - s0);
        tiles.score(block, part(k, s0, count));
        modify(tiles, block, s0, count);
        if (hides) {
          // In two halves: what is hidden adds up within a tile.
          hide(tiles, block, s0, 0, count / 2);
          hide(tiles, block, s0, count / 2, count - count / 2);
        }
        tiles.weigh(block);
        tiles.sum(block, part(v, s0, count));
      }
      float[] out = new float[q.rows() * v.columns()];
      tiles.finish(block, Matrix.of(out, q.rows(), v.columns()));
      double[][] rows = new double[q.rows()][v.columns() + 1];
      for (int t = 0; t < q.rows(); t++) {
        for (int w = 0; w < v.columns(); w++) {
          rows[t][w] = out[t * v.columns() + w];
        }
        rows[t][v.columns()] = block.logSum(t);
      }
      return rows;
    }

    private void modify(AttentionTiles tiles, QueryBlock block, int s0, int count) {
      if (cap != 0) {
        tiles.softCap(block, (float) cap);
      }
      if (slope != 0) {
        int[] i = new int[2 + q.rows()];
        int[] j = new int[1 + count];
        Arrays.setAll(i, t -> t - 2 + 100);
        Arrays.setAll(j, s -> s - 1 + s0);
        tiles.subtractDistance(block, (float) slope, i, 2, j, 1);
      }
    }

    private void hide(AttentionTiles tiles, QueryBlock block, int s0, int first, int count) {
      int[] visible = new int[count + 2];
      for (int t = 0; t < q.rows(); t++) {
        for (int n = 0; n < count; n++) {
          visible[2 + n] |= sight.sees(t, s0 + first + n) ? 1 << t : 0;
        }
      }
      tiles.hide(block, first, count, visible, 2);
    }

    private static Matrix part(Matrix rows, int from, int count) {
      int offset = rows.offset() + from * rows.rowStride();
      return new Matrix(rows.array(), offset, count, rows.columns(), rows.rowStride(), 1);
    }
  }

  private static float at(Matrix matrix, int row, int column) {
    return matrix.array()[matrix.offset() + row * matrix.rowStride() + column];
  }

  private static void assertSame(double[][] computed, double[][] expected, double tolerance) {
    for (int t = 0; t < expected.length; t++) {
      for (int w = 0; w < expected[t].length; w++) {
        if (Double.isInfinite(expected[t][w])) {
          assertThat(computed[t][w]).isEqualTo(expected[t][w]);
        } else {
          assertThat(computed[t][w])
              .as("query %d, column %d", t, w)
              .isCloseTo(expected[t][w], within(tolerance * Math.max(1, Math.abs(expected[t][w]))));
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void finish_twoKeys_weighsByExpOfScore(Twin twin) {
    QueryBlock block = new QueryBlock(1, 1);
    twin.tiles().start(block, Matrix.of(new float[] {1}, 1, 1), 1, Float.NEGATIVE_INFINITY);
    twin.tiles().score(block, Matrix.of(new float[] {0, 1}, 2, 1));
    twin.tiles().weigh(block);
    twin.tiles().sum(block, Matrix.of(new float[] {0, 1}, 2, 1));
    float[] out = new float[1];
    twin.tiles().finish(block, Matrix.of(out, 1, 1));
    assertThat((double) out[0]).isCloseTo(Math.E / (1 + Math.E), within(1e-6));
    assertThat((double) block.logSum(0)).isCloseTo(Math.log(1 + Math.E), within(1e-6));
  }

  @ParameterizedTest
  @EnumSource
  void finish_raggedShapes_equalsTheDefinition(Twin twin) {
    int[][] shapes = {{3, 2, 5, 7}, {31, 37, 8, 24}, {32, 253, 64, 80}, {17, 600, 33, 16}};
    for (int[] shape : shapes) {
      Head head = new Head(shape[0], shape[1], shape[2], shape[3], 1);
      double[][] expected = head.expected();
      for (int tile : new int[] {2, 13, 24, 252}) {
        assertSame(head.computed(twin.tiles(), tile, false), expected, 2e-6);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void finish_causalWithRowsThatSeeNothing_givesZerosThere(Twin twin) {
    Head head = new Head(29, 45, 11, 13, 1);
    head.sight = (t, s) -> s <= t - 5;
    double[][] computed = head.computed(twin.tiles(), 12, true);
    assertSame(computed, head.expected(), 2e-6);
    assertThat(Arrays.copyOf(computed[4], 13)).containsOnly(0);
    assertThat(computed[4][13]).isEqualTo(Double.POSITIVE_INFINITY);
  }

  @ParameterizedTest
  @EnumSource
  void finish_sinkAndModifiers_equalsTheDefinition(Twin twin) {
    Head head = new Head(21, 130, 16, 10, 3);
    head.sink = -1.7;
    head.cap = 4;
    head.slope = 0.03;
    head.sight = (t, s) -> (t + s) % 3 != 0 && t != 9;
    double[][] computed = head.computed(twin.tiles(), 60, true);
    assertSame(computed, head.expected(), 4e-6);
    assertThat(Arrays.copyOf(computed[9], 10)).containsOnly(0);
  }

  @ParameterizedTest
  @EnumSource
  void finish_largeScores_neitherOverflowNorVanish(Twin twin) {
    Head head = new Head(19, 150, 24, 9, 3000);
    // A score of a few thousand is rounded by up to 2^-13 for each of 24 products.
    assertSame(head.computed(twin.tiles(), 48, false), head.expected(), 2e-2);
  }

  @ParameterizedTest
  @EnumSource
  void finish_nanAndInfinityBehindTheMask_changeNothing(Twin twin) {
    Head head = new Head(23, 90, 17, 19, 1);
    head.sight = (t, s) -> s % 10 != 3 && (s % 10 != 7 || t == 5);
    double[][] expected = head.expected();
    for (int s = 3; s < 90; s += 10) {
      for (int e = 0; e < 17; e++) {
        head.k.array()[head.k.offset() + s * head.k.rowStride() + e] = Float.NaN;
      }
      head.v.array()[head.v.offset() + s * head.v.rowStride() + s % 19] = Float.NEGATIVE_INFINITY;
      head.v.array()[head.v.offset() + (s + 4) * head.v.rowStride() + 18] = Float.NaN;
    }
    double[][] computed = head.computed(twin.tiles(), 36, true);
    assertThat(computed[5][18]).isNaN();
    computed[5][18] = expected[5][18];
    assertSame(computed, expected, 2e-6);
  }

  @Test
  void finish_visibleNan_staysNanInItsRowAlone() {
    for (Twin twin : Twin.values()) {
      Head head = new Head(7, 40, 6, 5, 1);
      double[][] expected = head.expected();
      Arrays.fill(
          head.q.array(),
          head.q.offset() + 2 * head.q.rowStride(),
          head.q.offset() + 2 * head.q.rowStride() + 6,
          Float.NaN);
      double[][] computed = head.computed(twin.tiles(), 24, false);
      assertThat(computed[2]).containsOnly(Double.NaN);
      computed[2] = expected[2];
      assertSame(computed, expected, 2e-6);
    }
  }

  @Test
  void score_moreKeysThanATileHolds_saysWhatWouldFit() {
    for (Twin twin : Twin.values()) {
      QueryBlock block = new QueryBlock(4, 6);
      assertThatThrownBy(() -> twin.tiles().score(block, Matrix.of(new float[253 * 4], 253, 4)))
          .isInstanceOf(ShapeException.class)
          .hasMessageContaining("[253, 4]")
          .hasMessageContaining("[252, 4]");
      assertThatThrownBy(() -> twin.tiles().start(block, Matrix.of(new float[6], 2, 3), 1, 0))
          .isInstanceOf(ShapeException.class)
          .hasMessageContaining("[2, 3]")
          .hasMessageContaining("[32, 4]");
    }
  }
}
