package dev.heed.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class StopFilterTest {
  @Test
  void accept_noStops_passesAtOnce() {
    assertThat(new StopFilter(List.of()).accept("a piece")).isEqualTo("a piece");
  }

  @Test
  void accept_stopInsidePiece_cutsBeforeIt() {
    StopFilter filter = new StopFilter(List.of("###"));
    assertThat(filter.accept("end### more")).isEqualTo("end");
    assertThat(filter.stopped()).isTrue();
    assertThat(filter.accept("later")).isEmpty();
  }

  @Test
  void accept_stopAcrossPieces_neverShowsItsBeginning() {
    StopFilter filter = new StopFilter(List.of("\n\nUser:"));
    assertThat(filter.accept("yes\n")).isEqualTo("yes");
    assertThat(filter.accept("\nUs")).isEmpty();
    assertThat(filter.accept("er: hi")).isEmpty();
    assertThat(filter.stopped()).isTrue();
    assertThat(filter.finish()).isEmpty();
  }

  @Test
  void accept_falseStart_releasesIt() {
    StopFilter filter = new StopFilter(List.of("abac"));
    assertThat(filter.accept("aba")).isEmpty();
    assertThat(filter.accept("bac")).isEqualTo("ab");
    assertThat(filter.stopped()).isTrue();
  }

  @Test
  void accept_twoStops_cutsAtTheEarlier() {
    StopFilter filter = new StopFilter(List.of("two", "one"));
    assertThat(filter.accept("zero one two")).isEqualTo("zero ");
  }

  @Test
  void finish_heldTail_isShown() {
    StopFilter filter = new StopFilter(List.of("stop"));
    assertThat(filter.accept("non-st")).isEqualTo("non-");
    assertThat(filter.finish()).isEqualTo("st");
    assertThat(filter.stopped()).isFalse();
  }

  @Test
  void stopFilter_emptyStop_isRefused() {
    assertThatThrownBy(() -> GenerationSettings.greedy(3).withStops("end", ""))
        .isInstanceOf(GenerationException.class)
        .hasMessageContaining("empty");
  }
}
