package dev.heed.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class ShapeTest {
  @Test
  void rows_anyShape_isTheProductOfAllAxesButTheLast() {
    assertThat(Shape.of(3, 5, 7).rows()).isEqualTo(15);
    assertThat(Shape.of(7).rows()).isEqualTo(1);
    assertThat(Shape.of(5, 0).rows()).isEqualTo(5);
    assertThat(Shape.of(0, 5).rows()).isZero();
  }

  @Test
  void arraySize_moreThanAnArrayHolds_saysHowMany() {
    assertThatThrownBy(() -> Shape.of(1 << 16, 1 << 16).arraySize())
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining("4294967296");
  }
}
