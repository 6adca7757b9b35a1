package dev.heed.lens;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.heed.model.Decoder;
import dev.heed.tensor.CounterRandom;
import java.util.Arrays;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TextStatisticsTest {
  private static final Sites MAPS = Sites.matching("blocks.*.attn.pattern");
  private static final int TOP = 3;

  private static int[] text(int length) {
    int[] text = new int[length];
    CounterRandom random = CounterRandom.of(8);
    Arrays.setAll(text, t -> random.below(11, t));
    return text;
  }

  /// Windows as they are read, each with the token 7 before it where `begins`.
  private static int[] window(int[] text, int from, int to, OptionalInt beginning) {
    int first = beginning.isPresent() ? 1 : 0;
    int[] window = new int[first + to - from];
    window[0] = beginning.orElse(0);
    System.arraycopy(text, from, window, first, to - from);
    return window;
  }

  @ParameterizedTest
  @CsvSource({
    "50, 13, false, {}",
    "52, 13, true, {}",
    "64, 64, false, {`mixer`: {`mask`: `causal & window(5)`}}",
    "1300, 700, true, {`max_position_embeddings`: 2000}",
    "1300, 600, false, '{`max_position_embeddings`: 2000, `mixer`: {`mask`: `causal & window(9)`}}'"
  })
  void of_text_saysWhatItsMapsSay(int length, int window, boolean begins, String changes) {
    Lens lens = TestModels.lens(TestModels.decoder(changes));
    OptionalInt beginning = begins ? OptionalInt.of(7) : OptionalInt.empty();
    int[] text = text(length);
    TextStatistics.Settings settings = new TextStatistics.Settings(window, TOP, beginning);

    TextStatistics read = TextStatistics.of(lens, text, settings);

    HeadStatistics.Sum sum = new HeadStatistics.Sum();
    int room = window - (begins ? 1 : 0);
    double top = 0;
    double[] received = new double[Math.min(window, TextStatistics.STRETCHES)];
    double[] seen = new double[received.length];
    for (int from = 0; from < length; from += room) {
      int[] part = window(text, from, Math.min(length, from + room), beginning);
      Pattern map = lens.trace(part, MAPS).pattern(1, 4);
      sum.add(map);
      for (int q = 0; q < part.length; q++) {
        float[] row = map.row(q);
        for (int k = 0; k <= q; k++) {
          int stretch = k * received.length / window;
          received[stretch] += row[k];
          seen[stretch] += map.sees(q, k) ? 1 : 0;
        }
        Arrays.sort(row);
        for (int n = 1; n <= TOP && map.visible(q) >= 2 && n <= row.length; n++) {
          top += row[row.length - n];
        }
      }
    }
    TextStatistics.Head head = read.heads().get(10);
    HeadStatistics expected = sum.mean();
    assertThat(head.id()).hasToString("L1H4");
    assertThat(read.windows()).isEqualTo(Math.ceilDiv(length, room));
    assertThat(head.statistics().queries()).isEqualTo(expected.queries());
    assertThat(head.statistics().entropy()).isCloseTo(expected.entropy(), within(1e-4));
    assertThat(head.statistics().entropyRatio()).isCloseTo(expected.entropyRatio(), within(1e-4));
    assertThat(head.statistics().span()).isCloseTo(expected.span(), within(1e-2));
    assertThat(head.statistics().max()).isCloseTo(expected.max(), within(1e-5));
    assertThat(head.statistics().sink()).isCloseTo(expected.sink(), within(1e-5));
    assertThat(head.statistics().distance()).isCloseTo(expected.distance(), within(1e-2));
    assertThat(head.top()).isCloseTo(top / expected.queries(), within(1e-4));
    for (int n = 0; n < received.length; n++) {
      double mean = seen[n] == 0 ? 0 : received[n] / seen[n];
      assertThat(head.coverage().get(n)).as("stretch %d", n).isCloseTo(mean, within(1e-5));
    }
  }

  @Test
  void of_lastWindowOfOneToken_leavesItOut() {
    Decoder decoder = TestModels.decoder("{}");
    TextStatistics.Settings settings = new TextStatistics.Settings(5, 1, OptionalInt.empty());
    TextStatistics read = TextStatistics.of(TestModels.lens(decoder), text(11), settings);
    assertThat(read.windows()).isEqualTo(2);
    assertThat(read.heads()).hasSize(12);
    assertThat(read.heads().getFirst().statistics().queries()).isEqualTo(8);
  }

  @Test
  void of_windowBeyondTheContext_namesIt() {
    Lens lens = TestModels.lens(TestModels.decoder("{}"));
    TextStatistics.Settings settings = new TextStatistics.Settings(65, 1, OptionalInt.empty());
    assertThatThrownBy(() -> TextStatistics.of(lens, text(11), settings))
        .isInstanceOf(LensException.class)
        .hasMessageContainingAll("windows of 65", "up to 64");
    assertThatThrownBy(() -> new TextStatistics.Settings(2, 1, OptionalInt.of(3)))
        .isInstanceOf(LensException.class)
        .hasMessageContaining("windows of 2");
  }
}
