package dev.heed.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.heed.tensor.CounterRandom;
import dev.heed.tensor.ShapeException;
import dev.heed.tensor.Tensor;
import dev.heed.testing.Allocation;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The tiles of the backward pass on their own; whole calls are compared where they are put
/// together.
class BackwardTilesTest {
  /// Both kinds of kernels.
  @SuppressWarnings("ImmutableEnumChecker") // kernels hold no state
  enum Twin {
    SCALAR(new ScalarAttentionTiles(), new ScalarBackwardTiles(), new ScalarChanceTiles()),
    VECTOR(new VectorAttentionTiles(), new VectorBackwardTiles(), new VectorChanceTiles());

    final AttentionTiles tiles;
    final BackwardTiles backward;
    final ChanceTiles chance;

    Twin(AttentionTiles tiles, BackwardTiles backward, ChanceTiles chance) {
      this.tiles = tiles;
      this.backward = backward;
      this.chance = chance;
    }
  }

  private static Matrix rows(Random random, int rows, int columns) {
    float[] array = new float[2 + rows * (columns + 3)];
    for (int n = 0; n < array.length; n++) {
      array[n] = (float) random.nextGaussian();
    }
    return new Matrix(array, 2, rows, columns, columns + 3, 1);
  }

  private static float at(Matrix matrix, int row, int column) {
    return matrix.array()[matrix.offset() + row * matrix.rowStride() + column];
  }

  /// A block of queries, a tile of keys behind `first` others, and a soft cap.
  private static final class Tile {
    static final float CAP = 2.5f;
    static final float SCALE = 0.4f;
    static final float LOG_SUM = 1.7f;

    final Matrix q;
    final Matrix k;
    final Matrix v;
    final Matrix out;
    final Matrix dOut;
    final int first = 5;

    Tile(int queries, int keys, int width, int valueWidth) {
      Random random = new Random(queries + 31L * keys);
      q = rows(random, queries, width);
      k = rows(random, keys, width);
      v = rows(random, keys, valueWidth);
      out = rows(random, queries, valueWidth);
      dOut = rows(random, queries, valueWidth);
    }

    /// Runs all steps; returns the gradients of queries, keys and values.
    float[][] computed(Twin twin, RowDraws draws, float factor) {
      BackwardBlock block = new BackwardBlock(q.columns(), v.columns());
      int all = first + k.rows() + 2;
      Tensor memory = Tensor.zeros(KeyGradients.size(all, q.columns(), v.columns()));
      KeyGradients sums = new KeyGradients(memory, all, q.columns(), v.columns());
      twin.backward.start(block, q, SCALE, dOut, out);
      twin.tiles.start(block.queries(), q, SCALE, Float.NEGATIVE_INFINITY);
      for (int t = 0; t < q.rows(); t++) {
        block.queries().row(t, (float) (LOG_SUM * QueryBlock.LOG2_E), 0);
      }
      twin.tiles.score(block.queries(), k);
      twin.tiles.softCap(block.queries(), CAP);
      twin.backward.slope(block, CAP);
      twin.backward.gradients(block, v);
      twin.chance.drop(block, draws, first, factor);
      twin.backward.weigh(block);
      twin.chance.drop(block.queries(), draws, first, factor);
      twin.backward.addQueries(block, k);
      twin.backward.addKeys(block, sums, first);
      float[][] results = {
        new float[q.rows() * q.columns()],
        new float[k.rows() * k.columns()],
        new float[v.rows() * v.columns()]
      };
      twin.backward.finish(block, Matrix.of(results[0], q.rows(), q.columns()));
      Matrix dk = Matrix.of(results[1], k.rows(), k.columns());
      Matrix dv = Matrix.of(results[2], v.rows(), v.columns());
      twin.backward.finish(sums, first, dk, dv);
      return results;
    }

    /// The same by definition, in double precision.
    double[][] expected(RowDraws draws, float factor) {
      double[][] results = {
        new double[q.rows() * q.columns()],
        new double[k.rows() * k.columns()],
        new double[v.rows() * v.columns()]
      };
      for (int t = 0; t < q.rows(); t++) {
        double delta = dot(dOut, t, out, t);
        for (int s = 0; s < k.rows(); s++) {
          double score = CAP * Math.tanh(SCALE * dot(q, t, k, s) / CAP);
          double weight = Math.exp(score - LOG_SUM);
          double kept = draws.drops(t, first + s) ? 0 : factor;
          double slope = 1 - score / CAP * (score / CAP);
          double ds = weight * (kept * dot(dOut, t, v, s) - delta) * slope * SCALE;
          for (int e = 0; e < q.columns(); e++) {
            results[0][t * q.columns() + e] += ds * at(k, s, e);
            results[1][s * k.columns() + e] += ds * at(q, t, e);
          }
          for (int w = 0; w < v.columns(); w++) {
            results[2][s * v.columns() + w] += weight * kept * at(dOut, t, w);
          }
        }
      }
      return results;
    }

    private static double dot(Matrix a, int row, Matrix b, int other) {
      double sum = 0;
      for (int n = 0; n < a.columns(); n++) {
        sum += (double) at(a, row, n) * at(b, other, n);
      }
      return sum;
    }
  }

  private static RowDraws draws(double share) {
    RowDraws draws = new RowDraws();
    draws.begin((int) (share * (1 << 24)));
    for (int t = 0; t < QueryBlock.QUERIES; t++) {
      draws.row(t, CounterRandom.of(9).stream(t));
    }
    return draws;
  }

  @ParameterizedTest
  @EnumSource
  void finish_raggedShapes_equalsTheDefinition(Twin twin) {
    int[][] shapes = {{3, 2, 5, 7}, {31, 37, 8, 24}, {32, 108, 64, 80}, {17, 90, 33, 16}};
    for (int[] shape : shapes) {
      Tile tile = new Tile(shape[0], shape[1], shape[2], shape[3]);
      for (double share : new double[] {0, 0.3}) {
        float[][] computed = tile.computed(twin, draws(share), 1.25f);
        double[][] expected = tile.expected(draws(share), 1.25f);
        for (int n = 0; n < 3; n++) {
          for (int i = 0; i < expected[n].length; i++) {
            // sums of up to 108 products of a few units, each with an error of some 1e-7
            assertThat((double) computed[n][i])
                .as("%s gradient %d of %s at %d", twin, n, Arrays.toString(shape), i)
                .isCloseTo(expected[n][i], within(4e-5 * (1 + Math.abs(expected[n][i]))));
          }
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void hide_drawnKeys_countNowhere(Twin twin) {
    QueryBlock block = new QueryBlock(6, 3);
    Random random = new Random(3);
    Matrix k = rows(random, 40, 6);
    RowDraws draws = draws(0.4);
    twin.tiles.start(block, rows(random, 29, 6), 1, Float.NEGATIVE_INFINITY);
    twin.tiles.score(block, k);
    twin.chance.hide(block, draws, 7);
    twin.tiles.weigh(block);
    for (int t = 0; t < 29; t++) {
      for (int s = 0; s < 40; s++) {
        assertThat(block.sees(t, s)).isEqualTo(!draws.drops(t, 7 + s));
        assertThat(block.scores[s * QueryBlock.QUERIES + t] == 0).isEqualTo(draws.drops(t, 7 + s));
      }
    }
  }

  @Test
  void drops_share_isTheOneAskedFor() {
    RowDraws draws = draws(0.3);
    int dropped = 0;
    for (int s = 0; s < 10_000; s++) {
      dropped += draws.drops(s % QueryBlock.QUERIES, s) ? 1 : 0;
    }
    // 10,000 coins: the deviation is √(0.3 · 0.7 · 10,000) = 46
    assertThat(dropped).isBetween(3000 - 230, 3000 + 230);
  }

  @Tag("allocation")
  @Test
  void tile_manyTimes_allocatesNothing() {
    Tile tile = new Tile(32, 108, 64, 64);
    BackwardBlock block = new BackwardBlock(64, 64);
    KeyGradients sums = new KeyGradients(Tensor.zeros(KeyGradients.size(120, 64, 64)), 120, 64, 64);
    RowDraws draws = draws(0.1);
    Matrix dq = Matrix.of(new float[32 * 64], 32, 64);
    Matrix dk = Matrix.of(new float[108 * 64], 108, 64);
    // A boxed vector of 16 lanes takes 96 bytes, and each step of a tile has 216 of them.
    long enough = 100 * 2000;
    long bytes =
        Allocation.leastBytes(
            enough,
            () -> {
              for (int i = 0; i < 100; i++) {
                step(Twin.VECTOR, tile, block, sums, draws);
                Twin.VECTOR.backward.finish(block, dq);
                Twin.VECTOR.backward.finish(sums, 5, dk, dk);
              }
            });
    assertThat(bytes).as("bytes of 100 tiles").isLessThanOrEqualTo(enough);
  }

  private static void step(
      Twin twin, Tile tile, BackwardBlock block, KeyGradients sums, RowDraws draws) {
    twin.backward.start(block, tile.q, 1, tile.dOut, tile.out);
    twin.tiles.start(block.queries(), tile.q, 1, Float.NEGATIVE_INFINITY);
    twin.tiles.score(block.queries(), tile.k);
    twin.tiles.softCap(block.queries(), 3);
    twin.backward.slope(block, 3);
    twin.chance.hide(block.queries(), draws, 5);
    twin.backward.gradients(block, tile.v);
    twin.chance.drop(block, draws, 5, 1.1f);
    twin.backward.weigh(block);
    twin.chance.drop(block.queries(), draws, 5, 1.1f);
    twin.backward.addQueries(block, tile.k);
    twin.backward.addKeys(block, sums, 5);
  }

  @Test
  void start_otherShapes_saysWhatWouldFit() {
    for (Twin twin : Twin.values()) {
      BackwardBlock block = new BackwardBlock(4, 6);
      Matrix q = Matrix.of(new float[5 * 4], 5, 4);
      Matrix wrong = Matrix.of(new float[4 * 6], 4, 6);
      assertThatThrownBy(() -> twin.backward.start(block, q, 1, wrong, wrong))
          .isInstanceOf(ShapeException.class)
          .hasMessageContaining("dOut [4, 6]")
          .hasMessageContaining("[5, 6]");
      Matrix many = Matrix.of(new float[33 * 4], 33, 4);
      assertThatThrownBy(() -> twin.backward.start(block, many, 1, wrong, wrong))
          .isInstanceOf(ShapeException.class)
          .hasMessageContaining("[33, 4]")
          .hasMessageContaining("[32, 4]");
    }
  }
}
