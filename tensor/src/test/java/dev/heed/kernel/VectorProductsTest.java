package dev.heed.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.heed.tensor.ShapeException;
import dev.heed.tensor.Workspace;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class VectorProductsTest {
  private static final Products PRODUCTS = new VectorProducts();

  @Test
  void multiply_twoByTwo_isWhatOneComputesByHand() {
    Matrix a = Matrix.of(new float[] {1, 2, 3, 4}, 2, 2);
    Matrix b = Matrix.of(new float[] {5, 6, 7, 8}, 2, 2);
    Matrix c = Matrix.of(new float[4], 2, 2);
    try (Workers workers = Workers.of(1)) {
      PRODUCTS.multiply(a, b, c, workers);
      assertThat(c.array()).containsExactly(19, 22, 43, 50);
      PRODUCTS.multiplyAdd(a, b.transpose(), c, workers);
      assertThat(c.array()).containsExactly(19 + 17, 22 + 23, 43 + 39, 50 + 53);
    }
  }

  /// Rows, summed length and columns on both sides of every block: tile, task, panel, depth.
  @ParameterizedTest
  @CsvSource({
    "1,1,1",
    "1,7,5",
    "1,300,70",
    "2,16,33",
    "3,257,31",
    "5,9,64",
    "7,127,1",
    "8,2,3",
    "11,513,47",
    "12,256,32",
    "13,255,65",
    "23,31,129",
    "24,600,6",
    "97,40,35",
    "200,64,300",
    "130,530,90",
    "17,801,1600",
    "6,5,4200"
  })
  void multiply_everyTranspose_equalsTheScalarTwin(int m, int k, int n) {
    try (Workers workers = Workers.of(2)) {
      for (Layout left : Layout.values()) {
        for (Layout right : Layout.values()) {
          check(left.matrix(m, k, 1), right.matrix(k, n, 2), workers);
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 5, 12, 150})
  void multiply_anyNumberOfThreads_givesTheSameBits(int m) {
    Matrix a = Layout.PADDED.matrix(m, 700, 1);
    Matrix b = Layout.TRANSPOSED.matrix(700, 333, 2);
    Matrix alone = Matrix.of(new float[m * 333], m, 333);
    try (Workers one = Workers.of(1)) {
      PRODUCTS.multiply(a, b, alone, one);
    }
    for (int threads : new int[] {2, 3, 7}) {
      Matrix together = Matrix.of(new float[m * 333], m, 333);
      try (Workers many = Workers.of(threads)) {
        PRODUCTS.multiply(a, b, together, many);
      }
      assertThat(together.array()).isEqualTo(alone.array());
    }
  }

  @Test
  void multiply_nothingToSum_writesZeros() {
    Matrix c = Layout.PADDED.matrix(3, 40, 3);
    try (Workers workers = Workers.of(1)) {
      PRODUCTS.multiply(matrix(3, 0), matrix(0, 40), c, workers);
    }
    assertThat(at(c, 2, 39)).isZero();
  }

  @Test
  void multiply_noRowsOrColumns_doesNothing() {
    try (Workers workers = Workers.of(2)) {
      PRODUCTS.multiply(matrix(0, 5), matrix(5, 3), matrix(0, 3), workers);
      PRODUCTS.multiply(matrix(4, 5), matrix(5, 0), matrix(4, 0), workers);
    }
  }

  @Test
  void multiply_notANumber_staysInItsRow() {
    Matrix a = Layout.PLAIN.matrix(14, 20, 1);
    a.array()[3 * 20 + 7] = Float.NaN;
    Matrix c = Matrix.of(new float[14 * 35], 14, 35);
    try (Workers workers = Workers.of(1)) {
      PRODUCTS.multiply(a, Layout.PLAIN.matrix(20, 35, 2), c, workers);
    }
    for (int row = 0; row < 14; row++) {
      assertThat(Float.isNaN(at(c, row, 34))).isEqualTo(row == 3);
    }
  }

  @Test
  void multiply_shapesThatDoNotFit_namesAllThree() {
    try (Workers workers = Workers.of(1)) {
      assertThatThrownBy(() -> PRODUCTS.multiply(matrix(2, 3), matrix(4, 5), matrix(2, 5), workers))
          .isInstanceOf(ShapeException.class)
          .hasMessageContaining("a [2, 3] times b [4, 5]")
          .hasMessageContaining("c [2, 5]");
    }
  }

  private static void check(Matrix a, Matrix b, Workers workers) {
    Matrix c = Layout.PADDED.matrix(a.rows(), b.columns(), 3);
    float[] before = c.array().clone();
    PRODUCTS.multiply(a, b, c, workers);
    compare(a, b, c, before, 0);
    PRODUCTS.multiplyAdd(a, b, c, workers);
    compare(a, b, c, before, 1);
    for (Products products : List.of(PRODUCTS, new ScalarProducts())) {
      Workspace scratch = new Workspace();
      products.multiply(a, b, c, scratch);
      compare(a, b, c, before, 0);
      products.multiplyAdd(a, b, c, scratch);
      compare(a, b, c, before, 1);
    }
  }

  /// `c` is `1 + added` times `a b` inside, as before outside.
  private static void compare(Matrix a, Matrix b, Matrix c, float[] before, int added) {
    double tolerance = 2 * 6e-8 * a.columns() * Math.sqrt(a.columns() + 4.0);
    for (int row = 0; row < c.rows(); row++) {
      for (int column = 0; column < c.rowStride(); column++) {
        if (column < c.columns()) {
          double expected = (1 + added) * product(a, b, row, column);
          assertThat((double) at(c, row, column))
              .as("%s %s at %d %d", a, b, row, column)
              .isCloseTo(expected, within(tolerance));
        } else {
          int outside = c.offset() + row * c.rowStride() + column;
          assertThat(c.array()[outside]).isEqualTo(before[outside]);
        }
      }
    }
  }

  private static double product(Matrix a, Matrix b, int row, int column) {
    double sum = 0;
    for (int k = 0; k < a.columns(); k++) {
      sum += (double) at(a, row, k) * at(b, k, column);
    }
    return sum;
  }

  private static float at(Matrix m, int row, int column) {
    return m.array()[m.offset() + row * m.rowStride() + column * m.columnStride()];
  }

  private static Matrix matrix(int rows, int columns) {
    return Matrix.of(new float[rows * columns], rows, columns);
  }

  /// How a matrix lies in its array.
  enum Layout {
    PLAIN,
    PADDED,
    TRANSPOSED,
    SCATTERED;

    Matrix matrix(int rows, int columns, int seed) {
      float[] array = new float[3 + 3 * (rows + 2) * (columns + 3)];
      Random random = new Random(seed);
      for (int i = 0; i < array.length; i++) {
        array[i] = 2 * random.nextFloat() - 1;
      }
      return switch (this) {
        case PLAIN -> new Matrix(array, 0, rows, columns, columns, 1);
        case PADDED -> new Matrix(array, 3, rows, columns, columns + 3, 1);
        case TRANSPOSED -> new Matrix(array, 2, rows, columns, 1, rows + 1);
        case SCATTERED -> new Matrix(array, 1, rows, columns, 3 * columns, 3);
      };
    }
  }
}
