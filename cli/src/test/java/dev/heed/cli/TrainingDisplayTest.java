package dev.heed.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heed.train.StepReport;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class TrainingDisplayTest {
  private final StringWriter written = new StringWriter();
  private final PrintWriter err = new PrintWriter(written);

  private static StepReport report(long step, double seconds, OptionalDouble validation) {
    return new StepReport(step, 2.5, 1e-3, 1, 400, validation, seconds, 7L << 20);
  }

  @Test
  void stepped_first_doesNotGuessSpeedNorTimeLeft() {
    new TrainingDisplay(err, 50, false).stepped(report(11, 3.0, OptionalDouble.empty()));
    assertThat(written.toString())
        .contains("step 11/50", "loss 2.5000", "warming up", "7 MB")
        .doesNotContain("tokens/s", "left");
  }

  @Test
  void stepped_later_countsTheStepsThatAreLeft() {
    TrainingDisplay display = new TrainingDisplay(err, 50, false);
    display.stepped(report(11, 3.0, OptionalDouble.empty()));
    display.stepped(report(12, 5.0, OptionalDouble.of(2.25)));
    assertThat(written.toString()).contains("validation 2.2500", "400 tokens/s", "1:16 left");
  }

  @Test
  void stepped_last_hasNothingLeft() {
    new TrainingDisplay(err, 1, false).stepped(report(1, 3.0, OptionalDouble.empty()));
    assertThat(written.toString()).contains("step 1/1", "400 tokens/s").doesNotContain("warming");
  }
}
