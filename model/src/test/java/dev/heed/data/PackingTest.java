package dev.heed.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heed.tensor.CounterRandom;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

final class PackingTest {
  // documents 10 11 12 | 20 21 | 30 31 32 33 34, all of them in one crop
  private static final TokenData DATA =
      TokenData.of(
          new int[] {10, 11, 12, 20, 21, 30, 31, 32, 33, 34}, new Documents(new long[] {0, 3, 5}));

  @Test
  void batch_masked_numbersDocumentsAndHasNoTargetAcross() {
    Batch batch = crops().packed(Packing.MASKED).batch(0);

    assertThat(Arrays.copyOf(batch.inputs().ids(), 9))
        .containsExactly(10, 11, 12, 20, 21, 30, 31, 32, 33);
    assertThat(Arrays.copyOf(batch.targets().ids(), 9))
        .containsExactly(11, 12, -1, 21, -1, 31, 32, 33, 34);
    assertThat(row(batch.documents().orElseThrow().array()))
        .containsExactly(0, 0, 0, 1, 1, 2, 2, 2, 2);
    assertThat(batch.positions()).isEmpty();
  }

  @Test
  void batch_restarted_countsPositionsFromEachDocument() {
    Batch batch = crops().packed(Packing.RESTARTED).batch(3);

    assertThat(row(batch.positions().orElseThrow().array()))
        .containsExactly(0, 1, 2, 0, 1, 0, 1, 2, 3);
    assertThat(row(batch.documents().orElseThrow().array()))
        .containsExactly(0, 0, 0, 1, 1, 2, 2, 2, 2);
  }

  @Test
  void batch_ignored_saysNothingOfDocuments() {
    Batch batch = crops().batch(0);

    assertThat(batch.documents()).isEmpty();
    assertThat(Arrays.copyOf(batch.targets().ids(), 9))
        .containsExactly(11, 12, 20, 21, 30, 31, 32, 33, 34);
  }

  @Test
  void batch_dataWithoutDocuments_isOneDocument() {
    TokenData data = TokenData.of(5, 6, 7, 8);
    Batch batch =
        RandomCrops.of(data, new BatchShape(2, 3), CounterRandom.of(1))
            .packed(Packing.RESTARTED)
            .batch(0);

    assertThat(batch.targets().ids()).containsExactly(6, 7, 8, 6, 7, 8);
    assertThat(batch.documents().orElseThrow().array()).containsOnly(0);
    assertThat(batch.positions().orElseThrow().array()).containsExactly(0, 1, 2, 0, 1, 2);
  }

  @Test
  void slice_insideDocuments_keepsTheirBeginnings() {
    TokenData part = DATA.slice(4, 8);

    assertThat(part.documents().starts()).containsExactly(0, 1);
    assertThat(part.documents().at(0)).isZero();
    assertThat(part.documents().at(3)).isEqualTo(1);
    assertThat(DATA.slice(2, 2).documents().count()).isZero();
  }

  @Test
  void documents_thatDoNotAscend_areRefused() {
    assertThatThrownBy(() -> new Documents(new long[] {0, 4, 4})).isInstanceOf(DataException.class);
    assertThatThrownBy(() -> new Documents(new long[] {2})).isInstanceOf(DataException.class);
  }

  private static RandomCrops crops() {
    return RandomCrops.of(DATA, new BatchShape(2, 9), CounterRandom.of(1));
  }

  private static int[] row(int[] array) {
    return Arrays.copyOf(array, 9);
  }
}
