package dev.heed.data;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heed.tensor.CounterRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class EpochsTest {
  private static final int LENGTH = 7;

  @Test
  void batch_oneEpoch_goesThroughEveryWindowOnce() {
    // 7 * 33 + 1 tokens: 33 windows fill them, 3 rows a batch, 11 batches
    Epochs epochs = epochs(7 * 33 + 1);

    assertThat(epochs.perEpoch()).isEqualTo(33);
    assertThat(epochs.steps(1)).isEqualTo(11);
    assertThat(starts(epochs, 0, 11)).containsExactlyInAnyOrderElementsOf(multiples(33));
    assertThat(starts(epochs, 11, 22)).containsExactlyInAnyOrderElementsOf(multiples(33));
    assertThat(starts(epochs, 0, 11))
        .isNotEqualTo(starts(epochs, 11, 22))
        .isNotEqualTo(multiples(33));
  }

  @Test
  void batch_lengthsThatDoNotDivide_fillEveryBatchAndShiftTheEpochs() {
    Epochs epochs = epochs(7 * 10 + 5);
    List<Integer> starts = starts(epochs, 0, 10);

    assertThat(epochs.steps(2)).isEqualTo(7);
    for (int epoch = 0; epoch < 3; epoch++) {
      List<Integer> once = starts.subList(10 * epoch, 10 * epoch + 10);
      assertThat(new TreeSet<>(once)).hasSize(10);
      int shift = once.getFirst() % LENGTH;
      assertThat(shift).isBetween(0, 4);
      assertThat(once).allMatch(start -> start % LENGTH == shift);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 16, 17, 1000})
  void at_anySize_hitsEveryNumberOnce(long size) {
    Permutation order = new Permutation(size, CounterRandom.of(5));

    assertThat(LongStream.range(0, size).map(order::at).sorted())
        .containsExactlyElementsOf(LongStream.range(0, size).boxed().toList());
  }

  @Test
  void at_hugeSize_staysBelowIt() {
    Permutation order = new Permutation(1L << 40, CounterRandom.of(5));

    assertThat(LongStream.range(0, 1000).map(order::at).boxed().distinct())
        .hasSize(1000)
        .allMatch(number -> number >= 0 && number < 1L << 40)
        .anyMatch(number -> number > 1L << 39);
  }

  private static Epochs epochs(int tokens) {
    TokenData data = TokenData.of(IntStream.range(0, tokens).toArray());
    return Epochs.of(data, new BatchShape(3, LENGTH), CounterRandom.of(11));
  }

  private static List<Integer> multiples(int count) {
    return IntStream.range(0, count).map(i -> i * LENGTH).boxed().toList();
  }

  private static List<Integer> starts(Epochs epochs, int from, int to) {
    List<Integer> starts = new ArrayList<>();
    for (int step = from; step < to; step++) {
      int[] ids = epochs.batch(step).inputs().ids();
      for (int row = 0; row < 3; row++) {
        starts.add(ids[row * LENGTH]);
      }
    }
    return starts;
  }
}
