package dev.heed.lens;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.heed.lens.HeadReport.Evidence;
import dev.heed.lens.HeadReport.Loss;
import dev.heed.tensor.CounterRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

/// The evidences of a head, each against what it is by definition.
class HeadEvidenceTest {
  private static final int[] IDS = TestModels.IDS;

  private final Lens lens = TestModels.lens(TestModels.decoder("{}"));

  @Test
  void ablation_fromALaterToken_countsTheRestAlone() {
    Trace trace = lens.trace(IDS, Sites.none());
    double sum = 0;
    for (int t = 4; t < IDS.length; t++) {
      sum += Distributions.loss(trace.logits().row(0, t - 1), IDS[t]);
    }
    assertThat(Ablation.of(lens, List.of(IDS), 4).intact()).isEqualTo(sum / 5, within(1e-9));
  }

  @Test
  void repeated_losses_areThoseOfWhatComesTheSecondTime() {
    // as many random tokens as fit twice
    int period = 64 / 2;
    List<int[]> texts = new ArrayList<>();
    for (int text = 0; text < 8; text++) {
      int[] tokens = new int[2 * period];
      for (int i = 0; i < tokens.length; i++) {
        tokens[i] = CounterRandom.of(5).stream(text).below(11, i % period);
      }
      texts.add(tokens);
    }
    List<HeadReport> reports = HeadAnalysis.of(lens, List.of(IDS), OptionalInt.empty(), 5);
    Ablation second = Ablation.of(lens, texts, period + 1);
    assertThat(reports.get(8).loss().repeatedZero())
        .isEqualTo(second.cost(new Replacement.Zero(), 1, 2), within(1e-9));
    assertThat(reports.get(8).loss().repeatedMean())
        .isEqualTo(second.cost(second.mean(), 1, 2), within(1e-9));
  }

  @Test
  void positional_patterns_areThoseOfMeanQueriesAndKeys() {
    int length = 5;
    double[][] query = new double[length][4];
    double[][] key = new double[length][4];
    for (int text = 0; text < 32; text++) {
      int[] tokens = new int[length];
      for (int t = 0; t < length; t++) {
        tokens[t] = CounterRandom.of(text).below(11, t);
      }
      Trace trace = lens.trace(tokens, Sites.matching("blocks.0.attn.rot_{q,k}"));
      for (int i = 0; i < length * 4; i++) {
        query[i / 4][i % 4] += trace.value(0, "attn.rot_q").at(0, i / 4, 3, i % 4) / 32;
        key[i / 4][i % 4] += trace.value(0, "attn.rot_k").at(0, i / 4, 1, i % 4) / 32;
      }
    }
    Pattern pattern =
        PositionalPatterns.of(lens, OptionalInt.empty(), length).get(Place.head(0, 3));
    for (int q = 0; q < length; q++) {
      float[] scores = new float[q + 1];
      for (int k = 0; k <= q; k++) {
        for (int e = 0; e < 4; e++) {
          scores[k] += (float) (query[q][e] * key[k][e] / 2);
        }
      }
      double[] weights = Distributions.softmax(scores);
      for (int k = 0; k <= q; k++) {
        assertThat(pattern.get(q, k)).isEqualTo((float) weights[k], within(1e-5f));
      }
    }
  }

  private static HeadReport report(HeadRole role, Loss loss) {
    Evidence none = Evidence.NONE;
    HeadStatistics statistics = HeadStatistics.of(Pattern.of(new float[] {1}));
    HeadRole.Score score = new HeadRole.Score(.9, .9, .1, 20);
    return new HeadReport(1, 2, statistics, Map.of(role, score), none, loss);
  }

  @Test
  void loss_agrees_whereTheRoleWouldHelp() {
    Loss onRepeated = new Loss(0, 0, .5, .5);
    Loss onTexts = new Loss(.5, .5, 0, 0);
    assertThat(report(HeadRole.INDUCTION, onRepeated).lossAgrees()).contains(true);
    assertThat(report(HeadRole.INDUCTION, onTexts).lossAgrees()).contains(false);
    assertThat(report(HeadRole.DUPLICATE, onRepeated).lossAgrees()).contains(true);
    assertThat(report(HeadRole.PREVIOUS, onRepeated).lossAgrees()).contains(false);
    assertThat(report(HeadRole.PREVIOUS, onTexts).lossAgrees()).contains(true);
  }

  @Test
  void look_atAShortText_namesNoRoleThatItHardlyAsksFor() {
    Look look = Look.of(lens, IDS, String::valueOf);
    // two tokens came before, and nine have one before them
    assertThat(look.heads().getFirst().roles())
        .containsKeys(HeadRole.PREVIOUS, HeadRole.CURRENT, HeadRole.FIRST)
        .doesNotContainKeys(HeadRole.DUPLICATE, HeadRole.INDUCTION);
  }
}
