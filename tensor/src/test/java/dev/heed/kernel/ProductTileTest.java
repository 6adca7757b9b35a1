package dev.heed.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ProductTileTest {
  private static final int K = 37;
  private static final int C_STRIDE = 41;

  /// The three widths, all of which compute the same on any machine.
  enum Lanes {
    FOUR,
    EIGHT,
    SIXTEEN;

    void multiply(ProductTile s, int rows, float[] a, float[] panel, float[] c) {
      switch (this) {
        case FOUR -> Lane4Tile.multiply(s, rows, K, a, 3, panel, 5, c, 7);
        case EIGHT -> Lane8Tile.multiply(s, rows, K, a, 3, panel, 5, c, 7);
        case SIXTEEN -> Lane16Tile.multiply(s, rows, K, a, 3, panel, 5, c, 7);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void multiply_everyNumberOfRows_writesTheProductAndNothingElse(Lanes lanes) {
    for (int rows = 1; rows <= 27; rows++) {
      check(lanes, rows, ProductTile.writing(K + 2, 1, C_STRIDE));
      check(lanes, rows, ProductTile.writing(1, rows + 2, C_STRIDE));
      check(lanes, rows, ProductTile.adding(K + 2, 1, C_STRIDE));
    }
  }

  @ParameterizedTest
  @EnumSource
  void multiply_panelToPanel_writesTheProductAndNothingElse(Lanes lanes) {
    for (int rows = 1; rows <= 27; rows++) {
      check(lanes, rows, ProductTile.writing(K + 2, 1, ProductTile.COLUMNS));
      check(lanes, rows, ProductTile.adding(1, rows + 2, ProductTile.COLUMNS));
    }
  }

  @Test
  void multiply_preferredLanes_equalsEveryWidthBitForBit() {
    ProductTile tile = ProductTile.writing(K, 1, C_STRIDE);
    float[] a = random(3 + 19 * K, 1);
    float[] panel = random(5 + K * ProductTile.COLUMNS, 2);
    float[] expected = new float[7 + 19 * C_STRIDE];
    tile.multiply(19, K, a, 3, panel, 5, expected, 7);

    for (Lanes lanes : Lanes.values()) {
      float[] c = new float[expected.length];
      lanes.multiply(tile, 19, a, panel, c);
      assertThat(c).isEqualTo(expected);
    }
  }

  @Test
  void multiply_nothingToSum_writesZeros() {
    float[] c = random(3 * C_STRIDE, 1);
    ProductTile.writing(1, 1, C_STRIDE).multiply(3, 0, new float[1], 0, new float[1], 0, c, 0);

    assertThat(Arrays.copyOf(c, ProductTile.COLUMNS)).containsOnly(0);
  }

  private static void check(Lanes lanes, int rows, ProductTile tile) {
    float[] a = random(3 + rows * (K + 2) + K * (rows + 2), rows);
    float[] panel = random(5 + K * ProductTile.COLUMNS, 99);
    float[] before = random(7 + (rows + 1) * C_STRIDE, 7);
    float[] c = before.clone();
    lanes.multiply(tile, rows, a, panel, c);
    double[] expected = product(tile, rows, a, panel, before);
    for (int i = 0; i < c.length; i++) {
      // Float sum of K products of numbers in (-1, 1), each step half an ulp of at most K.
      assertThat((double) c[i])
          .as("%s rows %d at %d", lanes, rows, i)
          .isCloseTo(expected[i], within(6e-8 * K * 8));
    }
  }

  private static double[] product(
      ProductTile tile, int rows, float[] a, float[] panel, float[] before) {
    double[] c = new double[before.length];
    for (int i = 0; i < c.length; i++) {
      c[i] = before[i];
    }
    for (int row = 0; row < rows; row++) {
      for (int column = 0; column < ProductTile.COLUMNS; column++) {
        int at = 7 + row * tile.cRowStride() + column;
        double sum = tile.adds() ? c[at] : 0;
        for (int k = 0; k < K; k++) {
          sum +=
              (double) a[3 + row * tile.aRowStride() + k * tile.aColumnStride()]
                  * panel[5 + k * ProductTile.COLUMNS + column];
        }
        c[at] = sum;
      }
    }
    return c;
  }

  private static float[] random(int length, int seed) {
    Random random = new Random(seed);
    float[] numbers = new float[length];
    for (int i = 0; i < length; i++) {
      numbers[i] = 2 * random.nextFloat() - 1;
    }
    return numbers;
  }
}
