package dev.heed.lens;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.heed.lens.LogitAttribution.Question;
import dev.heed.model.Decoder;
import dev.heed.testing.NeedsShared;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.FieldSource;

class AttributionTest {
  @SuppressWarnings("unused")
  private static final List<String> KINDS = TestModels.KINDS;

  @SuppressWarnings("unused")
  private static final List<String> GOLDEN = TestModels.GOLDEN;

  @ParameterizedTest
  @FieldSource("KINDS")
  void contributions_everyKindOfPart_addUpToTheLogit(String kind) {
    addsUp(TestModels.lens(TestModels.decoder(kind)), TestModels.IDS);
  }

  @ParameterizedTest
  @FieldSource("GOLDEN")
  @NeedsShared("golden")
  void contributions_everyArchitecture_addUpToTheLogit(String name) {
    addsUp(TestModels.lens(TestModels.golden(name)), TestModels.IDS);
  }

  private static void addsUp(Lens lens, int[] ids) {
    LogitAttribution one = LogitAttribution.of(lens, ids, Question.of(5, 2));
    LogitAttribution difference = LogitAttribution.of(lens, ids, Question.of(5, 2, 7));

    assertThat(one.sum()).isEqualTo(one.logit(), within(1e-4));
    assertThat(difference.sum()).isEqualTo(difference.logit(), within(1e-4));
    assertThat(one.logit()).isNotEqualTo(difference.logit());
  }

  @Test
  void lens_lastLayer_isWhatTheModelSays() {
    Lens lens = TestModels.lens(TestModels.decoder("{}"));

    LogitLens seen = LogitLens.of(lens, TestModels.IDS);

    Trace trace = lens.trace(TestModels.IDS, Sites.none());
    assertThat(seen.layers()).hasSize(3);
    for (int t = 0; t < TestModels.IDS.length - 1; t++) {
      LogitLens.Guess last = seen.layers().getLast().get(t);
      double loss = Distributions.loss(trace.logits().row(0, t), TestModels.IDS[t + 1]);
      assertThat(last.loss()).isEqualTo(loss, within(1e-5));
      assertThat(last.rank()).isBetween(1, 11);
      assertThat(last.rank() == 1).isEqualTo(last.token() == TestModels.IDS[t + 1]);
    }
    assertThat(seen.loss(0)).isNotEqualTo(seen.loss(2));
  }

  @Test
  void integrated_manySteps_isComplete() {
    Lens lens = TestModels.lens(TestModels.decoder("{`norm`: {`type`: `layer`}, `bias`: true}"));
    Question question = Question.of(6, 2, 9);

    InputAttribution few = InputAttribution.integrated(lens, TestModels.IDS, question, 4);
    InputAttribution many = InputAttribution.integrated(lens, TestModels.IDS, question, 512);

    assertThat(many.gap()).isEqualTo(0, within(0.01 * Math.abs(many.value() - many.baseline())));
    assertThat(Math.abs(many.gap())).isLessThan(Math.abs(few.gap()));
    assertThat(many.scores()[7]).as("comes after the position").isZero();
  }

  @Test
  void gradient_isTheSlopeOfTheLogit() {
    Decoder decoder = TestModels.decoder("{}");
    Lens lens = TestModels.lens(decoder);

    InputAttribution one =
        InputAttribution.gradientTimesInput(lens, TestModels.IDS, Question.of(6, 2));

    // all embeddings a little longer: the sum of the scores is the slope
    double step = 0x1p-7;
    double slope = (scaled(lens, 1 + step) - scaled(lens, 1 - step)) / (2 * step);
    double sum = java.util.Arrays.stream(one.scores()).sum();
    assertThat(sum).isEqualTo(slope, within(0.01 * Math.abs(slope) + 1e-3));
  }

  private static double scaled(Lens lens, double factor) {
    List<Intervention> longer = List.of(new Intervention.Scale(Place.at("embed"), (float) factor));
    return lens.run(TestModels.IDS, longer, Sites.none()).logits().at(0, 6, 2);
  }

  @Test
  void zeroing_ofAKey_movesThoseThatSeeItAlone() {
    Lens lens = TestModels.lens(TestModels.decoder("{}"));

    ValueZeroing zeroing = ValueZeroing.of(lens, TestModels.IDS);

    assertThat(zeroing.raw()).hasSize(2);
    assertThat(zeroing.raw().get(1)[3][4]).as("behind the mask").isEqualTo(0, within(1e-6));
    assertThat(zeroing.raw().get(1)[4][3]).isGreaterThan(1e-4);
    assertThat(java.util.Arrays.stream(zeroing.normalized().get(0)[4]).sum())
        .isEqualTo(1, within(1e-9));
    Intervention.Zero one = new Intervention.Zero(Place.at(1, "attn.v").positions(3));
    Value before =
        lens.trace(TestModels.IDS, Sites.matching("blocks.1.resid_post")).value(1, "resid_post");
    Value after =
        lens.run(TestModels.IDS, List.of(one), Sites.matching("blocks.1.resid_post"))
            .value(1, "resid_post");
    assertThat(zeroing.raw().get(1)[4][3])
        .as("the last layer, by itself")
        .isEqualTo(1 - cosine(before.row(0, 4), after.row(0, 4)), within(1e-6));
  }

  private static double cosine(float[] a, float[] b) {
    double[] sums = new double[3];
    for (int i = 0; i < a.length; i++) {
      sums[0] += a[i] * b[i];
      sums[1] += a[i] * a[i];
      sums[2] += b[i] * b[i];
    }
    return sums[0] / Math.sqrt(sums[1] * sums[2]);
  }

  @Test
  void norms_ofAttention_areThoseOfWhatIsAdded() {
    Lens lens = TestModels.lens(TestModels.decoder("{}"));
    Trace trace = lens.trace(TestModels.IDS, NormAttention.SITES.and("blocks.0.attn_out"));

    NormAttention norms = NormAttention.of(lens, trace, 0);

    // the first query sees one key, so its norm is that of all that is added
    double[] added = Patterns.doubles(trace.value(0, "attn_out").row(0, 0));
    double length = Math.sqrt(java.util.Arrays.stream(added).map(x -> x * x).sum());
    assertThat(norms.norms()[0][0]).isEqualTo(length, within(1e-5));
    assertThat(norms.normsWithResidual()[0][0]).isGreaterThan(length);
    double[][] weighed = norms.byValues(5);
    assertThat(weighed[8][4]).isLessThanOrEqualTo(trace.pattern(0, 5).get(8, 4));
    assertThat(norms.byOutputs(5)[4][8]).as("unseen").isZero();
  }

  @ParameterizedTest
  @CsvSource({
    "blocks.3.attn.z.1, L3H1",
    "blocks.0.mlp_out, L0 MLP",
    "blocks.12.attn_out, L12 attention",
    "blocks.2.attn.bias, L2 attn.bias",
    "embed, embedding",
    "pos_embed, pos_embed"
  })
  void contribution_part_hasANameForReaders(String part, String name) {
    assertThat(new LogitAttribution.Contribution(part, 1).name()).isEqualTo(name);
  }
}
