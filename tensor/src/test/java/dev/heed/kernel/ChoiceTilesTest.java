package dev.heed.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.heed.tensor.Tensor;
import dev.heed.testing.Allocation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The tiles of normalizers, observers, modifiers and the additive score on their own: what the
/// fast ones do equals what the scalar ones do, which are the definitions. Whole calls are compared
/// where they are put together.
class ChoiceTilesTest {
  private static final int QUERIES = QueryBlock.QUERIES;
  private static final int FIRST = 5;
  private static final WeightRule SPARSE = new WeightRule.Ramp(1, 1, 1);

  /// What tiles do, one call each.
  @SuppressWarnings("ImmutableEnumChecker") // calls hold no state
  enum Step {
    WEIGH_EXPONENTIAL((kernels, tile) -> weigh(kernels, tile, new WeightRule.Exponential())),
    WEIGH_LOGISTIC((kernels, tile) -> weigh(kernels, tile, new WeightRule.Logistic(-1.5f))),
    WEIGH_LINE((kernels, tile) -> weigh(kernels, tile, new WeightRule.Ramp(1, 1, 0.1f))),
    WEIGH_SQUARE((kernels, tile) -> weigh(kernels, tile, new WeightRule.Ramp(0.5f, 2, 1))),
    WEIGH_POWER((kernels, tile) -> weigh(kernels, tile, new WeightRule.Ramp(0.3f, 1 / 0.3f, 1))),
    RATE_EXPONENTIAL((kernels, tile) -> rate(kernels, tile, new WeightRule.Exponential())),
    RATE_LOGISTIC((kernels, tile) -> rate(kernels, tile, new WeightRule.Logistic(-1.5f))),
    RATE_LINE((kernels, tile) -> rate(kernels, tile, new WeightRule.Ramp(1, 1, 0.1f))),
    RATE_SQUARE((kernels, tile) -> rate(kernels, tile, new WeightRule.Ramp(0.5f, 2, 1))),
    RATE_POWER((kernels, tile) -> rate(kernels, tile, new WeightRule.Ramp(0.3f, 1 / 0.3f, 1))),
    SETTLE_LINE((kernels, tile) -> settle(kernels, tile, 1)),
    SETTLE_SQUARE((kernels, tile) -> settle(kernels, tile, 2)),
    SETTLE_POWER((kernels, tile) -> settle(kernels, tile, 3.3f)),
    LEAVE((kernels, tile) -> kernels.normalizers().leave(tile.block, 3, 60, 0x5a5a1234)),
    ADD_STATISTICS((kernels, tile) -> {
      weigh(kernels, tile, SPARSE);
      kernels.normalizers().addStatistics(tile.back, tile.keySums, FIRST);
    }),
    ADD_RATES((kernels, tile) -> {
      rate(kernels, tile, new WeightRule.Logistic(0));
      kernels.normalizers().add(tile.back);
    }),
    ADD_LOGARITHMS((kernels, tile) -> {
      rate(kernels, tile, SPARSE);
      kernels.normalizers().addInformation(tile.back);
    }),
    CHAIN((kernels, tile) -> {
      rate(kernels, tile, new WeightRule.Logistic(0));
      tile.back.sloped = true;
      kernels.normalizers().chain(tile.back);
    }),
    OBSERVE_ENTROPY((kernels, tile) -> {
      observe(kernels, tile);
      kernels.observers().addInformation(tile.block, tile.querySums);
    }),
    OBSERVE_MAXIMUM((kernels, tile) -> {
      observe(kernels, tile);
      kernels.observers().raise(tile.block, tile.querySums);
    }),
    OBSERVE_DISTANCE((kernels, tile) -> {
      observe(kernels, tile);
      kernels.observers().addDistance(tile.block, tile.i, 2, tile.j, FIRST, tile.querySums);
    }),
    OBSERVE_KEYS((kernels, tile) -> {
      observe(kernels, tile);
      kernels.observers().addKeys(tile.block, tile.keySums, FIRST);
    }),
    OBSERVE_QUERIES((kernels, tile) -> {
      observe(kernels, tile);
      kernels.observers().addQueries(tile.block, 7, 33, tile.querySums, 0);
    }),
    OBSERVE_SCORES((kernels, tile) ->
        kernels.observers().addScores(tile.block, 7, 33, tile.querySums, tile.counts, 0)),
    ADD_ROWS((kernels, tile) -> kernels.modifiers().addRows(tile.block, tile.rows())),
    ADD_WINDOWS(
        (kernels, tile) -> kernels.modifiers().addWindows(tile.block, tile.table, tile.starts)),
    ADD_SUMS((kernels, tile) ->
        kernels.modifiers().addSums(tile.block, tile.querySums, tile.keySums, FIRST)),
    COPY((kernels, tile) -> kernels.modifiers().copy(tile.block, tile.panel)),
    SLOPES((kernels, tile) -> kernels.modifiers().slopes(tile.block, 2.5f, tile.panel)),
    MULTIPLY((kernels, tile) -> kernels.modifiers().multiply(tile.back, tile.panel)),
    SUM_ROWS((kernels, tile) -> kernels.modifiers().sumRows(tile.back, 0.7f, tile.rows())),
    SUM_WINDOWS(
        (kernels, tile) -> kernels.modifiers().sumWindows(tile.back, tile.table, tile.starts)),
    SUM_SUMS((kernels, tile) ->
        kernels.modifiers().sumSums(tile.back, tile.querySums, 0.7f, tile.sums, FIRST)),
    DOT((kernels, tile) -> tile.sums[0] = kernels.modifiers().dot(tile.back, tile.panel)),
    ADDITIVE_SCORE((kernels, tile) -> kernels.additive().score(tile.block, tile.k, tile.v)),
    ADDITIVE_BACK((kernels, tile) ->
        kernels.additive().back(tile.back, tile.k, tile.v, tile.layer, tile.collected, FIRST));

    private final Call call;

    Step(Call call) {
      this.call = call;
    }

    private interface Call {
      void run(Kernels kernels, Tile tile);
    }

    private static void weigh(Kernels kernels, Tile tile, WeightRule rule) {
      kernels.normalizers().weigh(tile.block, rule);
    }

    private static void observe(Kernels kernels, Tile tile) {
      weigh(kernels, tile, SPARSE);
      kernels.observers().clean(tile.block);
    }

    private static void rate(Kernels kernels, Tile tile, WeightRule rule) {
      kernels.normalizers().weigh(tile.back, rule);
    }

    private static void settle(Kernels kernels, Tile tile, float power) {
      tile.reach.start(power);
      kernels.normalizers().collect(tile.block, tile.reach);
      WeightRule.Ramp rule = new WeightRule.Ramp(1 / power, power, 1);
      kernels.normalizers().settle(tile.block, tile.reach, rule);
    }
  }

  /// A block of queries and a tile of keys of which some are hidden from some.
  private static final class Tile {
    static final int COUNT = 29;
    static final int KEYS = 101;
    static final int WIDTH = 37;

    final BackwardBlock back = new BackwardBlock(WIDTH, 3);
    final QueryBlock block = back.queries();
    final Matrix k;
    final float[] v;
    final float[] querySums;
    final float[] counts = new float[QUERIES];
    final float[] keySums;
    final float[] table;
    final float[] panel;
    final double[] sums = new double[FIRST + KEYS];
    final int[] i;
    final int[] j;
    final int[] starts;
    final AdditiveTiles.Sums layer = new AdditiveTiles.Sums(WIDTH);
    final KeyGradients collected =
        new KeyGradients(Tensor.zeros(KeyGradients.size(110, WIDTH, 3)), 110, WIDTH, 3);
    final Reach reach = new Reach();
    private final float[] scores;
    private final float[] gradients;
    private final int[] visible;

    Tile(Kernels kernels, int seed) {
      Random random = new Random(seed);
      this.k = Matrix.of(numbers(random, KEYS * WIDTH), KEYS, WIDTH);
      this.v = numbers(random, WIDTH);
      this.querySums = numbers(random, QUERIES);
      this.keySums = numbers(random, FIRST + KEYS);
      this.table = numbers(random, COUNT * KEYS + QUERIES);
      this.panel = numbers(random, QueryBlock.KEYS * QUERIES);
      this.scores = numbers(random, KEYS * QUERIES);
      this.gradients = numbers(random, KEYS * QUERIES);
      this.i = random.ints(2 + COUNT, 1 << 29, (1 << 29) + 500).toArray();
      this.j = random.ints(FIRST + KEYS, 1 << 29, (1 << 29) + 500).toArray();
      this.starts = random.ints(KEYS, 0, 300).toArray();
      this.visible = random.ints(COUNT * KEYS, 0, 4).map(n -> n == 0 ? 0 : -1).toArray();
      System.arraycopy(numbers(random, KEYS * QUERIES), 0, back.slopes, 0, KEYS * QUERIES);
      Matrix q = Matrix.of(numbers(random, COUNT * WIDTH), COUNT, WIDTH);
      Matrix out = Matrix.of(numbers(random, COUNT * 3), COUNT, 3);
      kernels.attention().start(block, q, 0.3f, Float.NEGATIVE_INFINITY);
      kernels.backward().start(back, q, 1, out, out);
      float[] numbers = numbers(random, 3 * COUNT);
      for (int t = 0; t < COUNT; t++) {
        block.row(t, 0.3f * numbers[t], 0.2f + 0.1f * numbers[COUNT + t]);
        back.delta(t, numbers[2 * COUNT + t]);
        back.entropy(t, numbers[t]);
      }
      kernels.attention().score(block, k);
    }

    /// Gives the tile the same scores and gradients again.
    Tile begin(Kernels kernels) {
      System.arraycopy(scores, 0, block.scores, 0, scores.length);
      System.arraycopy(gradients, 0, back.gradients, 0, gradients.length);
      kernels.attention().hide(block, 0, KEYS, visible, KEYS);
      for (int n = 0; n < KEYS * QUERIES; n++) {
        boolean there = n % QUERIES < COUNT && block.sees(n % QUERIES, n / QUERIES);
        back.gradients[n] = there ? gradients[n] : 0; // as the steps before leave them
      }
      return this;
    }

    Matrix rows() {
      return new Matrix(table, 3, COUNT, KEYS, KEYS, 1);
    }

    /// What a step may write, at places of queries that see the key.
    List<float[]> state() {
      List<float[]> all = new ArrayList<>();
      for (float[] each : List.of(block.scores, back.gradients, back.rates, panel)) {
        float[] seen = new float[KEYS * QUERIES];
        for (int n = 0; n < seen.length; n++) {
          boolean there = n % QUERIES < COUNT && block.sees(n % QUERIES, n / QUERIES);
          seen[n] = there ? each[n] : 0;
        }
        all.add(seen);
      }
      for (float[] each :
          List.of(
              querySums,
              counts,
              block.origins,
              block.offsets,
              back.rateSums,
              back.rateGradients,
              back.weightGradients,
              back.information,
              back.informationGradients)) {
        all.add(Arrays.copyOf(each, COUNT));
      }
      float[] rounded = new float[sums.length];
      IntStream.range(0, sums.length).forEach(n -> rounded[n] = (float) sums[n]);
      for (float[] each :
          List.of(keySums, table, rounded, layer.queries(), layer.v(), collected.array)) {
        all.add(each.clone());
      }
      return all;
    }
  }

  private static float[] numbers(Random random, int count) {
    float[] numbers = new float[count];
    for (int n = 0; n < count; n++) {
      numbers[n] = (float) random.nextGaussian();
    }
    return numbers;
  }

  @ParameterizedTest
  @EnumSource
  void run_fastTile_equalsTheScalarOne(Step step) {
    for (int seed = 0; seed < 3; seed++) {
      Tile expected = new Tile(Kernels.scalar(), seed);
      Tile actual = new Tile(Kernels.best(), seed);
      List<float[]> before = expected.begin(Kernels.scalar()).state();
      step.call.run(Kernels.scalar(), expected);
      step.call.run(Kernels.best(), actual.begin(Kernels.best()));
      List<float[]> after = expected.state();
      List<float[]> fast = actual.state();
      boolean changed = false;
      for (int n = 0; n < after.size(); n++) {
        changed |= !Arrays.equals(before.get(n), after.get(n));
        assertClose("%s array %d".formatted(step, n), fast.get(n), after.get(n));
      }
      assertThat(changed).as("%s does something", step).isTrue();
    }
  }

  /// Sums of up to 101 numbers near 1, and functions good to some 1e-6.
  private static void assertClose(String label, float[] actual, float[] expected) {
    assertThat(actual).as(label).hasSameSizeAs(expected);
    for (int n = 0; n < actual.length; n++) {
      float number = expected[n];
      boolean close = Math.abs(actual[n] - number) <= 1e-5 * (1 + Math.abs(number));
      if (!close && actual[n] != number) { // ∞ is
        assertThat(actual[n]).as(label + " at " + n).isEqualTo(number);
      }
    }
  }

  @Tag("allocation")
  @Test
  void run_manyTimes_allocatesNothing() {
    Kernels kernels = Kernels.best();
    Tile tile = new Tile(kernels, 9);
    TopKeys top = new TopKeys();
    // A boxed vector of 16 lanes takes 96 bytes, and each step of a tile has 202 of them or more;
    // the search for the numbers of a row has an object of 40 bytes.
    long enough = 100 * 8000;
    long bytes =
        Allocation.leastBytes(
            enough,
            () -> {
              for (int n = 0; n < 100; n++) {
                for (Step step : Step.values()) {
                  step.call.run(kernels, tile.begin(kernels));
                }
                top.start(9, Float.NEGATIVE_INFINITY);
                kernels.observers().collect(tile.begin(kernels).block, top, FIRST);
                top.settle(tile.block);
                kernels.normalizers().select(tile.block, FIRST);
              }
            });
    assertThat(bytes).as("bytes of 100 rounds").isLessThanOrEqualTo(enough);
  }

  /// Zeros of either sign are equal, too.
  @Test
  void select_manyEqualScores_leavesTheFirstOfTheLargest() {
    for (Kernels kernels : List.of(Kernels.scalar(), Kernels.best())) {
      for (int most : new int[] {1, 2, 7, 60, 300}) {
        TopKeys top = new TopKeys();
        top.start(most, Float.NEGATIVE_INFINITY);
        List<Tile> tiles = List.of(new Tile(kernels, 1), new Tile(kernels, 2));
        for (int n = 0; n < 2; n++) {
          Tile tile = tiles.get(n);
          for (int at = 0; at < tile.scores.length; at++) {
            tile.scores[at] = at % 3 == 0 ? -0f : (float) Math.rint(tile.scores[at]);
          }
          kernels.observers().collect(tile.begin(kernels).block, top, n * Tile.KEYS);
        }
        tiles.forEach(tile -> top.settle(tile.block));
        for (int t = 0; t < Tile.COUNT; t++) {
          int query = t;
          List<Integer> expected =
              IntStream.range(0, 2 * Tile.KEYS)
                  .filter(s -> score(tiles, query, s) > Float.NEGATIVE_INFINITY)
                  .boxed()
                  .sorted(Comparator.comparingDouble(s -> 0.0 - score(tiles, query, s)))
                  .limit(most)
                  .sorted()
                  .toList();
          List<Integer> actual = new ArrayList<>();
          for (int n = 0; n < 2; n++) {
            Tile tile = tiles.get(n);
            kernels.normalizers().select(tile.block, n * Tile.KEYS);
          }
          for (int s = 0; s < 2 * Tile.KEYS; s++) {
            if (score(tiles, query, s) > Float.NEGATIVE_INFINITY) {
              actual.add(s);
            }
          }
          assertThat(actual).as("%s %d of query %d", kernels.name(), most, t).isEqualTo(expected);
          tiles.forEach(tile -> tile.begin(kernels));
        }
      }
    }
  }

  /// The score of a key of two tiles, -∞ where it is hidden.
  private static float score(List<Tile> tiles, int query, int key) {
    Tile tile = tiles.get(key / Tile.KEYS);
    int s = key % Tile.KEYS;
    return tile.block.sees(query, s)
        ? tile.block.scores[s * QUERIES + query]
        : Float.NEGATIVE_INFINITY;
  }

  @Test
  void weigh_anyRule_hasTheRateOfADifference() {
    float step = 0x1p-8f;
    for (Step rate : List.of(Step.RATE_LOGISTIC, Step.RATE_SQUARE, Step.RATE_POWER)) {
      Step weigh = Step.valueOf(rate.name().replace("RATE", "WEIGH"));
      Tile tile = new Tile(Kernels.scalar(), 4);
      rate.call.run(Kernels.scalar(), tile.begin(Kernels.scalar()));
      float[] rates = tile.state().get(2);
      double[] above = weights(tile, weigh, step);
      double[] below = weights(tile, weigh, -step);
      for (int n = 0; n < rates.length; n++) {
        if ((above[n] == 0) != (below[n] == 0)) {
          continue; // a ramp begins here
        }
        // truncation h² f''' / 6 and rounding 1e-7 / h are each below 1e-4
        double expected = (above[n] - below[n]) / (2 * step);
        assertThat((double) rates[n]).as("%s at %d", rate, n).isCloseTo(expected, within(3e-4));
      }
    }
  }

  private static double[] weights(Tile tile, Step weigh, float more) {
    tile.begin(Kernels.scalar());
    for (int n = 0; n < Tile.KEYS * QUERIES; n++) {
      tile.block.scores[n] += more;
    }
    weigh.call.run(Kernels.scalar(), tile);
    float[] weights = tile.state().get(0);
    return IntStream.range(0, weights.length).mapToDouble(n -> weights[n]).toArray();
  }
}
