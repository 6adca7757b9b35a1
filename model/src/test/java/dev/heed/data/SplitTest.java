package dev.heed.data;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class SplitTest {
  @Test
  void of_lengthThatTenDoesNotDivide_cutsAfterTheFloor() {
    assertThat(Split.TRAIN.of("abcdefghijk")).isEqualTo("abcdefghi");
    assertThat(Split.VALIDATION.of("abcdefghijk")).isEqualTo("jk");
    assertThat(Split.ALL.of("abcdefghijk")).isEqualTo("abcdefghijk");
  }

  @Test
  void of_charactersBeyondThePlane_countsEachOnce() {
    String text = "😀".repeat(10);

    assertThat(Split.TRAIN.of(text)).isEqualTo("😀".repeat(9));
    assertThat(Split.VALIDATION.of(text)).isEqualTo("😀");
  }

  @Test
  void of_oneCharacter_leavesTrainingEmpty() {
    assertThat(Split.TRAIN.of("a")).isEmpty();
    assertThat(Split.VALIDATION.of("a")).isEqualTo("a");
  }
}
