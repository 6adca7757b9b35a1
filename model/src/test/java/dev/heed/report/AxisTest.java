package dev.heed.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class AxisTest {
  @Test
  void marks_linear_areRound() {
    assertThat(new Axis(Axis.Kind.LINEAR, 0, 2000).marks(8))
        .containsExactly(0.0, 250.0, 500.0, 750.0, 1000.0, 1250.0, 1500.0, 1750.0, 2000.0);
    assertThat(new Axis(Axis.Kind.LINEAR, 6.1, 9.2).marks(4)).containsExactly(7.0, 8.0, 9.0);
  }

  @Test
  void marks_logarithmic_areTheDensestThatFit() {
    assertThat(new Axis(Axis.Kind.LOGARITHMIC, 0.3, 12).marks(4))
        .containsExactly(0.5, 1.0, 2.0, 5.0, 10.0);
    assertThat(new Axis(Axis.Kind.LOGARITHMIC, 1.55, 4.3).marks(7))
        .containsExactly(1.6, 1.8, 2.0, 2.5, 3.0, 3.5, 4.0);
    // no two of the set lie in so narrow a range
    assertThat(new Axis(Axis.Kind.LOGARITHMIC, 2.01, 2.09).marks(4)).hasSizeGreaterThan(2);
  }

  @Test
  void place_logarithmic_halvesAtTheGeometricMean() {
    assertThat(new Axis(Axis.Kind.LOGARITHMIC, 2, 8).place(4)).isCloseTo(0.5, within(1e-12));
    assertThat(new Axis(Axis.Kind.LINEAR, 2, 8).place(5)).isEqualTo(0.5);
  }

  @Test
  void around_valuesAlike_hasRoomAndNoNegativeSide() {
    Axis axis = Axis.around(Axis.Kind.LINEAR, 0, 0);

    assertThat(axis.low()).isZero();
    assertThat(axis.high()).isPositive();
    assertThat(Axis.around(Axis.Kind.LOGARITHMIC, 0, 3).kind()).isEqualTo(Axis.Kind.LINEAR);
  }

  @ParameterizedTest
  @CsvSource({
    "0,0",
    "1.50,1.5",
    "2000,2000",
    "12500,12.5k",
    "2.6e8,260M",
    "3e9,3G",
    "5e-4,5e-4",
    "-0.25,-0.25",
    "1.25e-7,1.25e-7"
  })
  void label_value_isShort(double value, String expected) {
    assertThat(Axis.label(value)).isEqualTo(expected);
  }
}
