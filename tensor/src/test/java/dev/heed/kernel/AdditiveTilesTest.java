package dev.heed.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.heed.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The additive score where its tangents are 1 to the last bit, and where their exponentials are no
/// floats any more.
class AdditiveTilesTest {
  private static final int COUNT = 29;
  private static final int KEYS = 70;

  /// An error of `q + k` of `2^-23 |q|` is one of its tangent; `v` is below 4, and so are
  /// gradients.
  @ParameterizedTest
  @CsvSource({"3, 1", "6, 5", "5, 16.9", "7, 60"})
  void scoreAndBack_largeNumbers_equalTheFormula(int width, float largest) {
    Tile expected = new Tile(width, largest);
    Tile actual = new Tile(width, largest);
    expected.run(Kernels.scalar());
    actual.run(Kernels.best());
    float rounding = 4 * width * (2 + largest) * 0x1p-23f;
    assertClose(actual.block.scores, expected.block.scores, rounding);
    assertClose(actual.sums.v(), expected.sums.v(), KEYS * rounding);
    assertClose(actual.sums.queries(), expected.sums.queries(), 4 * KEYS * rounding);
    assertClose(actual.ofKeys.array, expected.ofKeys.array, 4 * COUNT * rounding);
    assertThat(Math.abs(expected.sums.v()[0])).isGreaterThan(100 * rounding);
  }

  @Test
  void scoreAndBack_besideALargeKeyAndNoNumber_keepTheirBits() {
    Tile alone = new Tile(6, 5);
    Tile beside = new Tile(6, 5);
    for (Tile tile : List.of(alone, beside)) { // nobody sees keys 3 and 4
      Arrays.fill(tile.back.gradients, 3 * QueryBlock.QUERIES, 5 * QueryBlock.QUERIES, 0);
    }
    beside.keys.array()[3 * 6] = 100;
    beside.keys.array()[4 * 6 + 1] = Float.NaN;
    alone.run(Kernels.best());
    beside.run(Kernels.best());
    int from = 5 * QueryBlock.QUERIES;
    int to = KEYS * QueryBlock.QUERIES;
    assertThat(Arrays.copyOfRange(beside.block.scores, from, to))
        .isEqualTo(Arrays.copyOfRange(alone.block.scores, from, to));
    assertThat(beside.sums.queries()).isEqualTo(alone.sums.queries());
    assertThat(beside.ofKeys.array).isEqualTo(alone.ofKeys.array);
    assertThat(beside.sums.v()).isEqualTo(alone.sums.v());
  }

  private static void assertClose(float[] actual, float[] expected, float rounding) {
    for (int n = 0; n < expected.length; n++) {
      boolean there = actual.length < KEYS * QueryBlock.QUERIES || n % QueryBlock.QUERIES < COUNT;
      if (there) {
        assertThat(actual[n]).as("number %d", n).isCloseTo(expected[n], within(rounding));
      }
    }
  }

  /// A tile of keys, one of whose numbers is as large as given and of either sign.
  private static final class Tile {
    final BackwardBlock back;
    final QueryBlock block;
    final Matrix keys;
    final float[] v;
    final AdditiveTiles.Sums sums;
    final KeyGradients ofKeys;

    Tile(int width, float largest) {
      Random random = new Random(width);
      this.back = new BackwardBlock(width, 3);
      this.block = back.queries();
      this.keys = Matrix.of(numbers(random, KEYS * width, largest), KEYS, width);
      this.v = numbers(random, width, 1);
      this.sums = new AdditiveTiles.Sums(width);
      this.ofKeys =
          new KeyGradients(Tensor.zeros(KeyGradients.size(KEYS, width, 3)), KEYS, width, 3);
      Matrix q = Matrix.of(numbers(random, COUNT * width, largest), COUNT, width);
      Matrix out = Matrix.of(new float[COUNT * 3], COUNT, 3);
      Kernels.scalar().attention().start(block, q, 1, Float.NEGATIVE_INFINITY);
      Kernels.scalar().backward().start(back, q, 1, out, out);
      float[] gradients = numbers(random, KEYS * QueryBlock.QUERIES, 1);
      System.arraycopy(gradients, 0, back.gradients, 0, gradients.length);
    }

    void run(Kernels kernels) {
      kernels.additive().score(block, keys, v);
      kernels.additive().back(back, keys, v, sums, ofKeys, 0);
    }

    /// Numbers of which half are near zero, and the others near the largest.
    private static float[] numbers(Random random, int count, float largest) {
      float[] numbers = new float[count];
      for (int n = 0; n < count; n++) {
        float size = random.nextBoolean() ? 1 : largest;
        numbers[n] = size * (2 * random.nextFloat() - 1);
      }
      return numbers;
    }
  }
}
