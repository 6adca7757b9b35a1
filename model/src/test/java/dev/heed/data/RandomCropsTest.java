package dev.heed.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heed.tensor.CounterRandom;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class RandomCropsTest {
  private static final BatchShape SHAPE = new BatchShape(3, 5);

  @Test
  void batch_anyStep_isConsecutiveWithTargetsOneFurther() {
    Batches crops = crops(IntStream.range(0, 40).toArray(), 7);

    for (int step = 0; step < 20; step++) {
      Batch batch = crops.batch(step);
      assertThat(batch.inputs().batch()).isEqualTo(3);
      assertThat(batch.inputs().length()).isEqualTo(5);
      for (int i = 0; i < 15; i++) {
        int input = batch.inputs().ids()[i];
        assertThat(batch.targets().ids()[i]).isEqualTo(input + 1);
        assertThat(input).isEqualTo(batch.inputs().ids()[i - i % 5] + i % 5);
      }
    }
  }

  @Test
  void batch_shortestData_hasOneBeginning() {
    Batch batch = crops(new int[] {4, 8, 15, 16, 23, 42}, 7).batch(12);

    assertThat(Arrays.copyOf(batch.inputs().ids(), 5)).containsExactly(4, 8, 15, 16, 23);
    assertThat(Arrays.copyOf(batch.targets().ids(), 5)).containsExactly(8, 15, 16, 23, 42);
  }

  @Test
  void batch_sameStep_isTheSameInAnyOrderAndAnotherForAnotherSeed() {
    int[] ids = IntStream.range(0, 1000).toArray();

    assertThat(crops(ids, 7).batch(3)).usingRecursiveComparison().isEqualTo(crops(ids, 7).batch(3));
    assertThat(crops(ids, 8).batch(3).inputs().ids())
        .isNotEqualTo(crops(ids, 7).batch(3).inputs().ids());
    assertThat(crops(ids, 7).batch(4).inputs().ids())
        .isNotEqualTo(crops(ids, 7).batch(3).inputs().ids());
  }

  // 3000 draws of 10 beginnings: 300 each, standard deviation sqrt(3000 * 0.1 * 0.9) = 16.4
  @Test
  void batch_manySteps_beginsEverywhereEquallyOften() {
    Batches crops = crops(IntStream.range(0, 15).toArray(), 7);
    int[] counts = new int[10];

    for (int step = 0; step < 1000; step++) {
      int[] inputs = crops.batch(step).inputs().ids();
      for (int row = 0; row < 3; row++) {
        counts[inputs[5 * row]]++;
      }
    }

    assertThat(Arrays.stream(counts).boxed()).allMatch(count -> Math.abs(count - 300) < 5 * 16.4);
  }

  @Test
  void of_dataOfOneContext_saysWhatWouldFit() {
    assertThatThrownBy(() -> crops(new int[5], 7))
        .isInstanceOf(DataException.class)
        .hasMessage(
            "data: 5 tokens are too few for a context of 5; at least 6 fit, or a shorter context");
  }

  @Test
  void slice_view_readsItsPartAlone() {
    TokenData part = TokenData.of(1, 2, 3, 4, 5, 6).slice(2, 5);

    assertThat(part.size()).isEqualTo(3);
    assertThat(part.read(1, 2)).containsExactly(4, 5);
    assertThatThrownBy(() -> part.read(1, 3)).isInstanceOf(IndexOutOfBoundsException.class);
  }

  private static Batches crops(int[] ids, long seed) {
    return RandomCrops.of(TokenData.of(ids), SHAPE, CounterRandom.of(seed));
  }
}
