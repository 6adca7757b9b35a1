package dev.heed.attention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CacheChoiceTest {
  @ParameterizedTest
  @ValueSource(strings = {"fitting", "fitting int8", "paged(64)", "paged(3) int8", "ring(256,4)"})
  void parse_asItIsWritten_roundTrips(String text) {
    assertThat(CacheChoice.parse(text).toString()).isEqualTo(text);
  }

  @Test
  void parse_eightBitsAlone_fitTheMask() {
    CacheChoice choice = CacheChoice.parse(" int8 ");
    assertThat(choice.toString()).isEqualTo("fitting int8");
    Cache cache = choice.make(CacheSequence.SHAPE, Mask.parse("causal & window(9)"), 100, 5);
    assertThat(cache).isInstanceOf(SlidingCache.class);
    assertThat(cache.contents().k().rounded()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "paged", "paged(x)", "paged(0)", "ring(0,1)", "ring(3,-1)", "int4"})
  void parse_otherText_isRefused(String text) {
    assertThatThrownBy(() -> CacheChoice.parse(text)).isInstanceOf(AttentionException.class);
  }
}
