package dev.heed.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.heed.checkpoint.Settings;
import dev.heed.train.Schedule.Constant;
import dev.heed.train.Schedule.Cosine;
import dev.heed.train.Schedule.Linear;
import dev.heed.train.Schedule.OneCycle;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ScheduleTest {
  private static final Offset<Double> ROUNDING = within(1e-14);

  static Schedule[] all() {
    return new Schedule[] {
      new Constant(3), new Cosine(7, 0.1), new Linear(5, 0.4, 0.02), new OneCycle(0.3, 0.04, 4e-6)
    };
  }

  @Test
  void factor_constantAfterWarmup_staysAtThePeak() {
    Schedule schedule = new Constant(3);
    assertThat(schedule.factor(0, 9)).isCloseTo(0.25, ROUNDING);
    assertThat(schedule.factor(2, 9)).isCloseTo(0.75, ROUNDING);
    assertThat(schedule.factor(3, 9)).isEqualTo(1);
    assertThat(schedule.factor(8, 9)).isEqualTo(1);
  }

  @Test
  void factor_cosine_fallsFromThePeakOverTheMiddleToTheFloor() {
    // as nanoGPT: (step + 1) / (warmup + 1), then half a cosine from the warm-up to the end
    Schedule schedule = new Cosine(100, 0.1);
    assertThat(schedule.factor(0, 2100)).isCloseTo(1 / 101.0, ROUNDING);
    assertThat(schedule.factor(100, 2100)).isCloseTo(1, ROUNDING);
    assertThat(schedule.factor(1100, 2100)).isCloseTo(0.55, ROUNDING);
    assertThat(schedule.factor(2100, 2100)).isCloseTo(0.1, ROUNDING);
    assertThat(schedule.factor(9000, 2100)).isCloseTo(0.1, ROUNDING);
  }

  @Test
  void factor_linear_staysAndThenFallsEvenly() {
    Schedule schedule = new Linear(4, 0.5, 0.2);
    assertThat(schedule.factor(1, 40)).isCloseTo(0.4, ROUNDING);
    assertThat(schedule.factor(20, 40)).isCloseTo(1, ROUNDING);
    assertThat(schedule.factor(30, 40)).isCloseTo(0.6, ROUNDING);
    assertThat(schedule.factor(40, 40)).isCloseTo(0.2, ROUNDING);
  }

  @Test
  void factor_oneCycle_risesToThePeakAndFallsToTheFloor() {
    Schedule schedule = new OneCycle(0.25, 0.2, 0.1);
    assertThat(schedule.factor(0, 80)).isCloseTo(0.2, ROUNDING);
    assertThat(schedule.factor(10, 80)).isCloseTo(0.6, ROUNDING);
    assertThat(schedule.factor(20, 80)).isCloseTo(1, ROUNDING);
    assertThat(schedule.factor(50, 80)).isCloseTo(0.55, ROUNDING);
    assertThat(schedule.factor(80, 80)).isCloseTo(0.1, ROUNDING);
  }

  @ParameterizedTest
  @MethodSource("all")
  void of_whatJsonWrites_isTheSame(Schedule schedule) {
    assertThat(Schedule.of(new Settings(schedule.json()))).isEqualTo(schedule);
  }

  @Test
  void of_unknownOrUnfitting_isRefused() {
    assertThatThrownBy(() -> Schedule.of(new Settings(new Cosine(3, 0.5).json().with("type", "x"))))
        .isInstanceOf(TrainingException.class)
        .hasMessageContaining("schedule 'x' is not known; constant, cosine");
    assertThatThrownBy(() -> new Cosine(3, 1.5)).hasMessageContaining("schedule.floor is 1.5");
    assertThatThrownBy(() -> new Linear(3, 0, 1)).hasMessageContaining("schedule.decay is 0.0");
    assertThatThrownBy(() -> new Constant(-1)).hasMessageContaining("schedule.warmup is -1");
  }
}
