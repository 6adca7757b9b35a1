package dev.heed.generate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Probabilities after penalty, temperature and cuts, against those of the logits processors of
/// Hugging Face transformers 5.18 in their usual order, on the same logits and history.
class WarpersTest {
  private static final float[] LOGITS = {1.5f, -0.25f, 3, 2, -4, 0.5f, 2.75f, 0, 1, -1, 2.5f};
  private static final List<Integer> HISTORY = List.of(2, 4, 6, 2, 1);

  /// The settings and what the reference makes of them.
  private record Case(Sampling sampling, double... probabilities) {}

  private static Case of(Sampling sampling, double... probabilities) {
    return new Case(sampling, probabilities);
  }

  static List<Case> cases() {
    return List.of(
        of(
            new Sampling(1, 0.7, 6, 0.9, 0, 0),
            0,
            0,
            0.4117149,
            0.0986679,
            0,
            0,
            0.2880656,
            0,
            0,
            0,
            0.2015516),
        of(
            new Sampling(1, 1.3, 0, 0.75, 0, 0),
            0,
            0,
            0.3367985,
            0.1560621,
            0,
            0,
            0.2778766,
            0,
            0,
            0,
            0.2292629),
        of(
            new Sampling(1, 1, 0, 1, 0.3, 0),
            0,
            0,
            0.3632123,
            0.1336183,
            0,
            0,
            0.28287,
            0,
            0,
            0,
            0.2202994),
        of(
            new Sampling(1, 2, 9, 0.95, 0.2, 0),
            0.1022946,
            0,
            0.2165576,
            0.1313488,
            0,
            0.0620448,
            0.1911114,
            0.0483205,
            0.0796671,
            0,
            0.1686552),
        of(
            new Sampling(1.3, 0.9, 4, 1, 0, 0),
            0,
            0,
            0.2662219,
            0.1891329,
            0,
            0,
            0.2150037,
            0,
            0,
            0,
            0.3296415),
        of(
            new Sampling(0.8, 1, 0, 1, 0, 0),
            0.0429784,
            0.0078514,
            0.4077674,
            0.0708594,
            0.0003909,
            0.0158109,
            0.298329,
            0.0095898,
            0.0260677,
            0.0035279,
            0.1168273));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void candidates_penaltyTemperatureAndCuts_areThoseOfTheReference(Case wanted) {
    float[] logits = LOGITS.clone();
    new TokenSampler(wanted.sampling()).penalize(logits, HISTORY);
    Candidates candidates = Candidates.of(logits, wanted.sampling());
    double total = Arrays.stream(candidates.weights()).limit(candidates.count()).sum();
    double[] actual = new double[LOGITS.length];
    for (int i = 0; i < candidates.count(); i++) {
      actual[candidates.ids()[i]] = candidates.weights()[i] / total;
    }
    // seven decimals of a reference in float
    assertThat(actual).containsExactly(wanted.probabilities(), Offset.offset(3e-7));
  }
}
