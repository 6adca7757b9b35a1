package dev.heed.attention;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.OptionalInt;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MaskReachTest {
  @ParameterizedTest
  @CsvSource({
    "causal & window(5), 5",
    "window(7) & (causal & window(3)), 3",
    "window(4), 4",
    "causal & chunk(6), 6",
    "previous(6), 12",
    "'grid(10, 2) & causal', 23",
    "'grid(2000000000, 7)', -1",
    "causal & (chunk(6) | previous(6)), -1",
    "causal, -1",
    "'', -1",
    "causal & (window(5) | global(2)), -1",
    "!window(5), -1"
  })
  void reach_mask_isTheNarrowestWindowThatHoldsForAllKeys(String mask, int reach) {
    assertThat(Mask.parse(mask).reach())
        .isEqualTo(reach < 0 ? OptionalInt.empty() : OptionalInt.of(reach));
  }
}
