package dev.heed.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LookupTest {
  private static final Lookup SCALAR = new ScalarLookup();
  private static final Lookup VECTOR = new VectorLookup();

  /// A matrix whose rows are further apart than they are wide, at an odd offset.
  private static Matrix matrix(Random random, int rows, int columns) {
    int apart = columns + 3;
    float[] array = new float[5 + rows * apart];
    for (int n = 0; n < array.length; n++) {
      array[n] = (float) random.nextGaussian();
    }
    return new Matrix(array, 5, rows, columns, apart, 1);
  }

  private static Matrix copy(Matrix matrix) {
    return new Matrix(
        matrix.array().clone(),
        matrix.offset(),
        matrix.rows(),
        matrix.columns(),
        matrix.rowStride(),
        1);
  }

  private static void assertClose(Matrix actual, Matrix expected, float tolerance) {
    for (int n = 0; n < expected.array().length; n++) {
      assertThat(actual.array()[n])
          .as("at %d", n)
          .isCloseTo(expected.array()[n], within(tolerance));
    }
  }

  @Test
  void dots_oneQueryTwoKeys_areProducts() {
    Matrix q = Matrix.of(new float[] {1, 2, 3}, 1, 3);
    Matrix k = Matrix.of(new float[] {1, 0, 0, 0, 1, 1}, 2, 3);
    for (Lookup lookup : new Lookup[] {SCALAR, VECTOR}) {
      float[] scores = new float[2];
      lookup.dots(0.5f, q, k, Matrix.of(scores, 1, 2));
      assertThat(scores).containsExactly(0.5f, 2.5f);
    }
  }

  /// Numbers beside the results must stay as they are, so whole arrays are compared.
  @ParameterizedTest
  @CsvSource({
    "1,1,1",
    "2,3,7",
    "3,4,8",
    "4,5,9",
    "5,15,15",
    "7,16,16",
    "8,17,17",
    "3,127,64",
    "6,256,127",
    "5,33,128",
    "3,70,300"
  })
  void everyStep_vector_equalsScalar(int rows, int keys, int width) {
    Random random = new Random(rows * 31L + keys);
    Matrix few = matrix(random, rows, width);
    Matrix many = matrix(random, keys, width);
    Matrix expected = matrix(random, rows, keys);
    Matrix actual = copy(expected);
    SCALAR.dots(0.7f, few, many, expected);
    VECTOR.dots(0.7f, few, many, actual);
    assertClose(actual, expected, 1e-6f * width);

    Matrix sums = matrix(random, rows, width);
    Matrix others = copy(sums);
    SCALAR.mix(expected, many, sums);
    VECTOR.mix(expected, many, others);
    assertClose(others, sums, 2e-6f * keys * (float) Math.sqrt(width));

    float[] a = expected.array().clone();
    float[] b = a.clone();
    float largest = SCALAR.largest(a, 5, keys);
    assertThat(VECTOR.largest(b, 5, keys)).isEqualTo(largest);
    float sum = SCALAR.exponentials(largest, a, 5, keys);
    assertThat(VECTOR.exponentials(largest, b, 5, keys)).isCloseTo(sum, within(1e-6f * keys));
    for (int n = 0; n < a.length; n++) {
      assertThat(b[n]).isCloseTo(a[n], within(1e-6f));
    }
  }

  @Test
  void largest_nanOrNothing_isNanOrMinusInfinity() {
    float[] a = new float[40];
    a[33] = Float.NaN;
    for (Lookup lookup : new Lookup[] {SCALAR, VECTOR}) {
      assertThat(lookup.largest(a, 0, 40)).isNaN();
      assertThat(lookup.largest(a, 20, 20)).isNaN();
      assertThat(lookup.largest(a, 0, 33)).isZero();
      assertThat(lookup.largest(a, 0, 0)).isEqualTo(Float.NEGATIVE_INFINITY);
      assertThat(lookup.exponentials(0, a.clone(), 0, 40)).isNaN();
    }
  }

  @Test
  void exponentials_farBelow_areZero() {
    float[] a = new float[20];
    Arrays.fill(a, -200);
    a[3] = 0;
    for (Lookup lookup : new Lookup[] {SCALAR, VECTOR}) {
      float[] powers = a.clone();
      assertThat(lookup.exponentials(0, powers, 0, 20)).isEqualTo(1);
      assertThat(powers[3]).isEqualTo(1);
    }
  }
}
