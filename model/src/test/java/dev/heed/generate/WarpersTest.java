package dev.heed.generate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Probabilities after penalty, temperature and cuts, against those of the logits processors of
/// Hugging Face transformers 5.18 in their usual order, on the same logits and history.
class WarpersTest {
  private static final float[] LOGITS = numbers("1.5 -0.25 3 2 -4 0.5 2.75 0 1 -1 2.5");
  private static final List<Integer> HISTORY = List.of(2, 4, 6, 2, 1);

  private static float[] numbers(String text) {
    String[] words = text.strip().split(" +");
    float[] numbers = new float[words.length];
    for (int i = 0; i < words.length; i++) {
      numbers[i] = Float.parseFloat(words[i]);
    }
    return numbers;
  }

  /// Penalty, temperature, top-k, top-p, min-p; then the probability of each token.
  @ParameterizedTest
  @ValueSource(
      strings = {
        "1 0.7 6 0.9 0 | 0 0 .4117149 .0986679 0 0 .2880656 0 0 0 .2015516",
        "1 1.3 0 .75 0 | 0 0 .3367985 .1560621 0 0 .2778766 0 0 0 .2292629",
        "1 1 0 1 0.3   | 0 0 .3632123 .1336183 0 0 .28287 0 0 0 .2202994",
        "1 2 9 .95 0.2 | .1022946 0 .2165576 .1313488 0 .0620448 .1911114 .0483205 .0796671 0 .1686552",
        "1.3 0.9 4 1 0 | 0 0 .2662219 .1891329 0 0 .2150037 0 0 0 .3296415",
        "0.8 1 0 1 0   | .0429784 .0078514 .4077674 .0708594 .0003909 .0158109 .298329 .0095898 .0260677 .0035279 .1168273"
      })
  void candidates_penaltyTemperatureAndCuts_areThoseOfTheReference(String line) {
    float[] s = numbers(line.split("\\|")[0]);
    float[] expected = numbers(line.split("\\|")[1]);
    Sampling sampling = new Sampling(s[0], s[1], (int) s[2], s[3], s[4], 0);
    float[] logits = LOGITS.clone();
    new TokenSampler(sampling).penalize(logits, HISTORY);
    Candidates candidates = Candidates.of(logits, sampling);
    double total = Arrays.stream(candidates.weights()).limit(candidates.count()).sum();
    float[] actual = new float[LOGITS.length];
    for (int i = 0; i < candidates.count(); i++) {
      actual[candidates.ids()[i]] = (float) (candidates.weights()[i] / total);
    }
    // seven decimals of a reference in float
    assertThat(actual).containsExactly(expected, Offset.offset(4e-7f));
  }
}
