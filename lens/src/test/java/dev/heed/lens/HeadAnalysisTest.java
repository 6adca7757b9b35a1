package dev.heed.lens;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.heed.lens.HeadWeights.Reads;
import dev.heed.model.Decoder;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class HeadAnalysisTest {
  @Test
  void of_everyHead_hasThreeEvidences() {
    Lens lens = TestModels.lens(TestModels.decoder("{}"));

    List<HeadReport> reports =
        HeadAnalysis.of(lens, List.of(TestModels.IDS), OptionalInt.empty(), 1);

    assertThat(reports).hasSize(12);
    HeadReport report = reports.get(9);
    assertThat(report.name()).isEqualTo("L1H3");
    assertThat(report.statistics().queries()).isEqualTo(TestModels.IDS.length - 1);
    assertThat(report.weights().copying().orElseThrow()).isBetween(0.0, 1.0);
    assertThat(report.weights().positional().orElseThrow()).isBetween(0.0, 1.0);
    // the loss without the head, computed by hand
    Intervention.Zero zero = new Intervention.Zero(Place.head(1, 3));
    double cost = loss(lens, List.of(zero)) - loss(lens, List.of());
    assertThat(report.loss().textZero()).isEqualTo(cost, within(1e-6));
    assertThat(report.loss().textMean()).isNotEqualTo(cost);
    assertThat(report.json().toString()).contains("\"besideFirst\"", "\"repeatedMean\"");
    assertThat(of(lens, new HeadId(1, 3))).as("a head alone").isEqualTo(report);
    assertThatThrownBy(() -> of(lens, new HeadId(2, 0)))
        .isInstanceOf(LensException.class)
        .hasMessageContaining("L2H0")
        .hasMessageContaining("12 heads");
  }

  private static HeadReport of(Lens lens, HeadId head) {
    return HeadAnalysis.of(lens, List.of(TestModels.IDS), OptionalInt.empty(), 1, head);
  }

  private static double loss(Lens lens, List<Intervention> changes) {
    Trace trace = lens.run(TestModels.IDS, changes, Sites.none());
    double sum = 0;
    for (int t = 1; t < TestModels.IDS.length; t++) {
      sum += Distributions.loss(trace.logits().row(0, t - 1), TestModels.IDS[t]);
    }
    return sum / (TestModels.IDS.length - 1);
  }

  @Test
  void copying_ofHeadThatWritesWhatItReads_isOne() {
    // embeddings that are one-hot, values and outputs that pass the first four on
    Decoder decoder = TestModels.decoder("{`norm`: {`type`: `none`}}");
    Lens lens = TestModels.lens(decoder);
    float[] table = decoder.embedding().tokens().floats();
    java.util.Arrays.fill(table, 0);
    for (int token = 0; token < 4; token++) {
      table[token * 12 + token] = 1;
    }
    var attention = (dev.heed.layer.SelfAttention) decoder.blocks().getFirst().mixer().layer();
    float[] value = attention.projections().value().weight().floats();
    float[] output = attention.projections().output().weight().floats();
    java.util.Arrays.fill(value, 0);
    java.util.Arrays.fill(output, 0);
    for (int e = 0; e < 4; e++) {
      value[e * 12 + e] = 1;
      output[e * 24 + e] = 1;
      output[e * 24 + 8 + e] = -1;
    }
    HeadWeights weights = HeadWeights.of(lens, 0).orElseThrow();

    // four tokens are copied, the other seven embed as zeros and tie
    assertThat(weights.copying(0)).isEqualTo(1, within(1e-9));
    // head 2 reads the second group, whose values are zeros: everything ties
    assertThat(weights.copying(2)).isEqualTo(1);
    assertThat(weights.copying(1)).isEqualTo(1);
  }

  @Test
  void composition_ofRandomHeads_isAboutNothingAndOfAlignedOnesIsNot() {
    Decoder decoder = TestModels.decoder("{`norm`: {`type`: `none`}}");
    Lens lens = TestModels.lens(decoder);
    HeadWeights first = HeadWeights.of(lens, 0).orElseThrow();
    HeadWeights second = HeadWeights.of(lens, 1).orElseThrow();

    double mean = 0;
    for (int head = 0; head < 6; head++) {
      mean += second.composition(head, Reads.KEY, first, 5 - head) / 6;
    }
    assertThat(mean).as("random").isEqualTo(0, within(.1));

    // keys of the second layer read just what the first head writes
    var from = (dev.heed.layer.SelfAttention) decoder.blocks().get(0).mixer().layer();
    var to = (dev.heed.layer.SelfAttention) decoder.blocks().get(1).mixer().layer();
    float[] output = from.projections().output().weight().floats();
    float[] key = to.projections().key().weight().floats();
    for (int e = 0; e < 4; e++) {
      for (int d = 0; d < 12; d++) {
        key[e * 12 + d] = output[d * 24 + e];
      }
    }
    assertThat(second.composition(0, Reads.KEY, first, 0)).isGreaterThan(.2);
  }
}
