package dev.heed.lens;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.heed.layer.Norm;
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
  void eigenvalueCopying_ofAHead_isThatOfTheWholeVocabulary() {
    Decoder decoder = TestModels.decoder("{`norm`: {`type`: `layer`}}");
    Lens lens = TestModels.lens(decoder);
    HeadWeights weights = HeadWeights.of(lens, 1).orElseThrow();
    var attention = (dev.heed.layer.SelfAttention) decoder.blocks().get(1).mixer().layer();
    float[] value = attention.projections().value().weight().floats();
    float[] output = attention.projections().output().weight().floats();
    float[] gain = ((Norm.LayerNorm) decoder.norm().orElseThrow()).gain().floats();
    for (int d = 0; d < 12; d++) {
      gain[d] = 1 + d / 8f;
    }
    float[] table = decoder.embedding().tokens().floats();
    float[] head = decoder.head().weight().floats();
    double[][] all = new double[11][11];
    // head 3 reads the second group
    for (int to = 0; to < 11; to++) {
      for (int from = 0; from < 11; from++) {
        for (int e = 0; e < 4; e++) {
          double said = 0;
          double read = 0;
          for (int d = 0; d < 12; d++) {
            said += (double) head[to * 12 + d] * gain[d] * output[d * 24 + 3 * 4 + e];
            read += (double) value[(4 + e) * 12 + d] * table[from * 12 + d];
          }
          all[to][from] += said * read;
        }
      }
    }
    double[][] values = Eigenvalues.of(all);
    double sum = 0;
    double sizes = 0;
    for (int i = 0; i < 11; i++) {
      sum += values[0][i];
      sizes += Math.hypot(values[0][i], values[1][i]);
    }
    double copying = weights.eigenvalueCopying(3, HeadWeights.throughVocabulary(lens));
    assertThat(copying).isEqualTo(sum / sizes, within(1e-4));

    // a head whose output is the transpose of what it reads, of one table, copies
    float[] same = decoder.head().weight().floats();
    System.arraycopy(same, 0, table, 0, same.length);
    for (int d = 0; d < 12; d++) {
      gain[d] = 1;
      for (int e = 0; e < 4; e++) {
        output[d * 24 + 3 * 4 + e] = value[(4 + e) * 12 + d];
      }
    }
    assertThat(weights.eigenvalueCopying(3, HeadWeights.throughVocabulary(lens)))
        .isEqualTo(1, within(1e-5));
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

  private static void identity(float[] weights, int row, int width, int at, float by) {
    for (int e = 0; e < 4; e++) {
      weights[(row + e) * width + at + e] = by;
    }
  }

  @Test
  void copying_ofHeadsOfAGroup_isThatOfTheValuesTheyRead() {
    Decoder decoder = TestModels.decoder("{`norm`: {`type`: `none`}}");
    float[] table = decoder.embedding().tokens().floats();
    java.util.Arrays.fill(table, 0);
    identity(table, 0, 12, 0, 1);
    var attention = (dev.heed.layer.SelfAttention) decoder.blocks().getFirst().mixer().layer();
    float[] value = attention.projections().value().weight().floats();
    float[] output = attention.projections().output().weight().floats();
    java.util.Arrays.fill(value, 0);
    java.util.Arrays.fill(output, 0);
    // the first group passes on what it reads, the second the opposite
    identity(value, 0, 12, 0, 1);
    identity(value, 4, 12, 0, -1);
    for (int head = 0; head < 6; head++) {
      identity(output, 0, 24, 4 * head, 1);
    }
    HeadWeights weights = HeadWeights.of(TestModels.lens(decoder), 0).orElseThrow();

    assertThat(weights.copying(1)).isEqualTo(1, within(1e-9));
    // of eleven tokens four come last, and all others tie with each other
    assertThat(weights.copying(2)).isEqualTo(7 / 11.0, within(1e-9));
  }

  /// `[D, D]`, the product of a head's rows: `aᵀ b`.
  private static double[][] product(float[] a, int rowA, float[] b, int rowB) {
    double[][] c = new double[12][12];
    for (int i = 0; i < 144; i++) {
      for (int e = 0; e < 4; e++) {
        c[i / 12][i % 12] += (double) a[(rowA + e) * 12 + i / 12] * b[(rowB + e) * 12 + i % 12];
      }
    }
    return c;
  }

  /// `‖A B‖ / (‖A‖ ‖B‖)`.
  private static double share(double[][] a, double[][] b) {
    double[] squares = new double[3];
    for (int i = 0; i < 144; i++) {
      double sum = 0;
      for (int k = 0; k < 12; k++) {
        sum += a[i / 12][k] * b[k][i % 12];
      }
      squares[0] += sum * sum;
      squares[1] += a[i / 12][i % 12] * a[i / 12][i % 12];
      squares[2] += b[i / 12][i % 12] * b[i / 12][i % 12];
    }
    return Math.sqrt(squares[0] / squares[1] / squares[2]);
  }

  @Test
  void composition_byEachWayOfReading_isThatOfTheWholeMatrices() {
    Decoder decoder = TestModels.decoder("{`norm`: {`type`: `none`}}");
    Lens lens = TestModels.lens(decoder);
    var from =
        ((dev.heed.layer.SelfAttention) decoder.blocks().get(0).mixer().layer()).projections();
    var to = ((dev.heed.layer.SelfAttention) decoder.blocks().get(1).mixer().layer()).projections();
    float[] columns = from.output().weight().floats();
    float[] wrote = new float[4 * 12];
    float[] writes = new float[4 * 12];
    for (int i = 0; i < wrote.length; i++) {
      wrote[i] = columns[i % 12 * 24 + 3 * 4 + i / 12];
      writes[i] = to.output().weight().floats()[i % 12 * 24 + 5 * 4 + i / 12];
    }
    // head 3 of the first layer reads values 1, head 5 of the second keys and values 2
    double[][] said = product(wrote, 0, from.value().weight().floats(), 4);
    float[] query = to.query().weight().floats();
    float[] key = to.key().weight().floats();
    double ofQueries = share(product(key, 8, query, 20), said);
    double ofKeys = share(product(query, 20, key, 8), said);
    double ofValues = share(product(writes, 0, to.value().weight().floats(), 8), said);

    HeadWeights first = HeadWeights.of(lens, 0).orElseThrow();
    HeadWeights second = HeadWeights.of(lens, 1).orElseThrow();

    // chance is the same for all three
    double keys = second.composition(5, Reads.KEY, first, 3);
    assertThat(second.composition(5, Reads.QUERY, first, 3) - keys)
        .isEqualTo(ofQueries - ofKeys, within(1e-6));
    assertThat(second.composition(5, Reads.VALUE, first, 3) - keys)
        .isEqualTo(ofValues - ofKeys, within(1e-6));
  }

  @Test
  void induction_ofATokenAfterItself_expectsItsOwnPlace() {
    int[] tokens = {5, 5, 7};
    assertThat(HeadRole.INDUCTION.expects(tokens, 1, 1)).isTrue();
    assertThat(HeadRole.INDUCTION.expects(tokens, 1, 2)).isFalse();
    assertThat(HeadRole.INDUCTION.expects(tokens, 0, 1)).isFalse();
    assertThat(HeadRole.INDUCTION.expects(tokens, 2, 2)).isFalse();
  }
}
