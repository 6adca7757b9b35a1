package dev.heed.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heed.tensor.CounterRandom;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class TaskDataTest {
  private static final CounterRandom RANDOM = CounterRandom.of(5);

  private static int[] row(int[] all, int row, int length) {
    return Arrays.copyOfRange(all, row * length, (row + 1) * length);
  }

  @Test
  void recall_everyKey_isAskedOnceAndItsValueIsTheTarget() {
    Batches recall = new AssociativeRecall(22, new BatchShape(40, 26), 5, RANDOM);
    for (int step = 0; step < 5; step++) {
      Batch batch = recall.batch(step);
      for (int row = 0; row < 40; row++) {
        int[] inputs = row(batch.inputs().ids(), row, 26);
        int[] targets = row(batch.targets().ids(), row, 26);
        Map<Integer, Integer> pairs = new HashMap<>();
        for (int pair = 0; pair < 10; pair += 2) {
          assertThat(inputs[pair]).isBetween(1, 10);
          assertThat(inputs[pair + 1]).isBetween(11, 21);
          pairs.put(inputs[pair], inputs[pair + 1]);
        }
        assertThat(pairs).hasSize(5);
        for (int i = 0; i < 26; i++) {
          if (targets[i] >= 0) {
            assertThat(i).isGreaterThanOrEqualTo(10).matches(place -> place % 2 == 0);
            assertThat(pairs.remove(inputs[i])).isEqualTo(targets[i]);
          }
        }
        assertThat(pairs).isEmpty();
      }
    }
  }

  // weights 1, 1/2, 1/3, 1/4 nearly: the first of four places takes 12/25 of the draws, with a
  // standard deviation of sqrt(4000 * .48 * .52) = 32; the last 3/25 with one of 21
  @Test
  void recall_places_followThePowerLaw() {
    Batch batch = new AssociativeRecall(8, new BatchShape(4000, 10), 1, RANDOM).batch(0);
    int[] asked = new int[10];
    for (int i = 0; i < 40_000; i++) {
      asked[i % 10] += batch.targets().ids()[i] >= 0 ? 1 : 0;
    }
    assertThat(asked[2]).isBetween(1920 - 130, 1920 + 130);
    assertThat(asked[8]).isBetween(480 - 90, 480 + 90);
  }

  @Test
  void marker_everyRow_asksForTheTokenAfterTheOnlyMarker() {
    Batch batch = new MarkedToken(9, new BatchShape(50, 7), RANDOM).batch(2);
    int[] places = new int[7];
    for (int row = 0; row < 50; row++) {
      int[] inputs = row(batch.inputs().ids(), row, 7);
      int[] targets = row(batch.targets().ids(), row, 7);
      assertThat(inputs[0]).isEqualTo(MarkedToken.ASKS);
      assertThat(inputs).containsOnlyOnce(MarkedToken.MARKS, MarkedToken.ASKS);
      int marker = 1;
      while (inputs[marker] != MarkedToken.MARKS) {
        marker++;
      }
      places[marker]++;
      assertThat(targets).containsExactly(inputs[marker + 1], -1, -1, -1, -1, -1, -1);
    }
    assertThat(Arrays.copyOfRange(places, 1, 6)).doesNotContain(0);
  }

  @Test
  void passage_everyRow_endsWithWhatStoodBefore() {
    Batches data = new RepeatedPassage(32, new BatchShape(60, 40), 8, 12, RANDOM);
    int[] lengths = new int[13];
    int[] beginnings = new int[40];
    Batch batch = data.batch(3);
    for (int row = 0; row < 60; row++) {
      int[] inputs = row(batch.inputs().ids(), row, 40);
      int[] targets = row(batch.targets().ids(), row, 40);
      int counting = 0;
      while (targets[counting] < 0) {
        counting++;
      }
      int second = counting - 1;
      int passage = 40 - second;
      lengths[passage]++;
      int[] end = Arrays.copyOfRange(inputs, second, 40);
      int first = 0;
      while (!Arrays.equals(end, Arrays.copyOfRange(inputs, first, first + passage))) {
        first++;
      }
      beginnings[first]++;
      assertThat(first).isLessThanOrEqualTo(second - passage);
      assertThat(Arrays.copyOfRange(targets, counting, 39))
          .isEqualTo(Arrays.copyOfRange(inputs, counting + 1, 40));
      assertThat(targets[39]).isNegative();
    }
    assertThat(Arrays.copyOfRange(lengths, 8, 13)).doesNotContain(0);
    assertThat(Arrays.stream(beginnings).filter(count -> count > 0).count()).isGreaterThan(10);
  }

  @Test
  void batch_ofAnyTask_dependsOnSeedAndStepAlone() {
    for (int seed = 0; seed < 2; seed++) {
      CounterRandom random = CounterRandom.of(seed);
      Batches recall = new AssociativeRecall(256, new BatchShape(2, 64), 4, random);
      Batches passage = new RepeatedPassage(32, new BatchShape(2, 40), 8, 12, random);
      for (Batches task : new Batches[] {recall, passage}) {
        assertThat(task.batch(7).inputs().ids())
            .isEqualTo(task.batch(7).inputs().ids())
            .isNotEqualTo(task.batch(8).inputs().ids());
      }
    }
  }

  @Test
  void task_thatDoesNotFit_isRefused() {
    BatchShape shape = new BatchShape(3, 14);
    assertThatThrownBy(() -> new AssociativeRecall(20, shape, 4, RANDOM))
        .isInstanceOf(DataException.class)
        .hasMessageContainingAll("4 pairs", "20", "14");
    assertThatThrownBy(() -> new RepeatedPassage(20, shape, 5, 8, RANDOM))
        .isInstanceOf(DataException.class)
        .hasMessageContainingAll("5 to 8", "3 to 7");
  }
}
