package dev.heed.lens;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heed.attention.Observer;
import dev.heed.attention.Observers;
import dev.heed.attention.Statistics;
import dev.heed.generate.Generation;
import dev.heed.generate.GenerationSettings;
import dev.heed.grad.Run;
import dev.heed.grad.Tokens;
import dev.heed.kernel.Kernels;
import dev.heed.model.Decoder;
import dev.heed.tensor.Tensor;
import dev.heed.testing.NeedsShared;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

class LensTest {
  static final List<String> KINDS = TestModels.KINDS;
  static final List<String> GOLDEN = TestModels.GOLDEN;

  private static final int[] IDS = TestModels.IDS;
  private static final Sites ALL = Sites.matching("**");

  private final Decoder decoder = TestModels.decoder("{}");
  private final Lens lens = TestModels.lens(decoder);

  private static float[] fast(Decoder decoder, int... ids) {
    Run run = Run.inference(Kernels.best(), TestModels.WORKERS);
    return decoder.forward(Tokens.of(ids), run).toArray();
  }

  /// What is traced goes the way of the definition, in another order of sums.
  private static void assertTracedEqualsFast(Decoder decoder, int... ids) {
    float[] fast = fast(decoder, ids);
    float largest = 1;
    for (float logit : fast) {
      largest = Math.max(largest, Math.abs(logit));
    }
    Trace trace = TestModels.lens(decoder).trace(ids, ALL);
    assertThat(trace.logits().toArray()).containsExactly(fast, Offset.offset(1e-4f * largest));
    float[] untouched = TestModels.lens(decoder).trace(ids, Sites.none()).logits().toArray();
    assertThat(untouched).containsExactly(fast);
  }

  @ParameterizedTest
  @FieldSource("KINDS")
  void trace_everyKindOfPart_equalsFast(String changes) {
    assertTracedEqualsFast(TestModels.decoder(changes), IDS);
  }

  @ParameterizedTest
  @FieldSource("GOLDEN")
  @NeedsShared("golden/gpt2")
  void trace_everyArchitecture_equalsFast(String name) {
    assertTracedEqualsFast(TestModels.golden(name), 3, 17, 4, 21, 5, 9, 2, 6, 5);
  }

  @Test
  void trace_embedded_equalsFast() {
    assertTracedEqualsFast(TestModels.embedded(), 40, 41, 7, 90, 13, 66, 20);
  }

  @Test
  void pattern_ofCausalHead_showsWhatIsVisible() {
    Pattern pattern = lens.trace(IDS, Sites.matching("blocks.*.attn.pattern")).pattern(1, 5);
    assertThat(pattern.queries()).isEqualTo(9);
    assertThat(pattern.keys()).isEqualTo(9);
    for (int q = 0; q < 9; q++) {
      float sum = 0;
      for (float weight : pattern.row(q)) {
        sum += weight;
      }
      assertThat(sum).isCloseTo(1, Offset.offset(1e-5f));
      assertThat(pattern.visible(q)).isEqualTo(q + 1);
      assertThat(pattern.sees(q, 8)).isEqualTo(q == 8);
    }
  }

  @Test
  void value_headsOfZ_areCopies() {
    Trace trace = lens.trace(IDS, Sites.matching("blocks.0.attn.z"));
    Value z = trace.value(0, "attn.z");
    float[] row = z.row(0, 3, 5);
    assertThat(z.shape().toArray()).containsExactly(1, 9, 6, 4);
    assertThat(row).hasSize(4).contains(z.at(0, 3, 5, 2));
    row[2] = 99;
    assertThat(z.at(0, 3, 5, 2)).isNotEqualTo(99f);
    assertThatThrownBy(() -> trace.value(1, "attn.z"))
        .isInstanceOf(LensException.class)
        .hasMessageContaining("'blocks.0.attn.z'");
  }

  @Test
  void trace_beyondTheContextOrTheBudget_isRefused() {
    Sites maps = Sites.matching("blocks.*.attn.pattern");
    assertThatThrownBy(() -> lens.trace(new int[65], maps))
        .isInstanceOf(LensException.class)
        .hasMessageContaining("[1, 65] tokens do not fit; texts of 1 to 64");
    assertThatThrownBy(() -> lens.trace(new int[] {3, 11}, maps))
        .isInstanceOf(LensException.class)
        .hasMessageContaining("token 11 is not one of the model's, 0 to 10");
    TraceMemory memory = lens.memory(50, maps);
    // two maps of [6, 50, 50] floats and bits, logits [50, 11], and a layer's scores and pattern
    assertThat(memory).isEqualTo(new TraceMemory(2 * (60_000 + 15_000 / 8), 2_200, 120_000));
    assertThatThrownBy(() -> lens.withBudget(200_000).trace(new int[50], maps))
        .isInstanceOf(LensException.class)
        .hasMessageContaining("0.1 MB for values")
        .hasMessageContaining("budget is 0.2 MB");
  }

  @Test
  void run_zeroOfAHead_isAHeadWithoutItsPartOfTheProjection() {
    Trace clean = lens.trace(IDS, Sites.matching("blocks.1.attn_out", "blocks.1.attn.z"));
    Trace ablated =
        lens.run(
            IDS,
            List.of(new Intervention.Zero(Place.head(1, 4).positions(2, 7))),
            Sites.matching("blocks.1.attn_out", "blocks.1.attn.z"));
    Value z = clean.value(1, "attn.z");
    Value changed = ablated.value(1, "attn.z");
    for (int t = 0; t < 9; t++) {
      boolean there = t == 2 || t == 7;
      assertThat(changed.row(0, t, 4)).isEqualTo(there ? new float[4] : z.row(0, t, 4));
      assertThat(changed.row(0, t, 3)).isEqualTo(z.row(0, t, 3));
      boolean same =
          Arrays.equals(
              ablated.value(1, "attn_out").row(0, t), clean.value(1, "attn_out").row(0, t));
      assertThat(same).isEqualTo(!there);
    }
  }

  @Test
  void run_patchOfTheWholeStream_givesTheOtherLogits() {
    int[] other = {7, 7, 1, 0, 2, 9, 4, 4, 10};
    Trace clean = lens.trace(IDS, Sites.matching("blocks.*.resid_pre"));
    Trace patched =
        lens.run(
            other, List.of(new Intervention.Patch(Place.at(1, "resid_pre"), clean)), Sites.none());
    assertThat(patched.logits().toArray()).containsExactly(clean.logits().toArray());
    Trace one =
        lens.run(
            other,
            List.of(new Intervention.Patch(Place.at(1, "resid_pre").positions(8), clean)),
            Sites.matching("blocks.1.resid_pre"));
    assertThat(one.value(1, "resid_pre").row(0, 8))
        .isEqualTo(clean.value(1, "resid_pre").row(0, 8));
    assertThat(one.logits().row(0, 7)).isEqualTo(fastRow(other, 7));
  }

  private float[] fastRow(int[] ids, int position) {
    return Arrays.copyOfRange(fast(decoder, ids), position * 11, position * 11 + 11);
  }

  @Test
  void run_maskedKey_getsNoWeightAndIsNoLongerVisible() {
    Trace trace =
        lens.run(
            IDS,
            List.of(Intervention.MaskKeys.of(0, Set.of(2, 5), Set.of(0, 3))),
            Sites.matching("blocks.0.attn.pattern"));
    Pattern masked = trace.pattern(0, 5);
    assertThat(masked.get(6, 3)).isZero();
    assertThat(masked.visible(6)).isEqualTo(5);
    // a query that sees nothing any longer gives zeros
    assertThat(masked.row(0)).containsOnly(0);
    assertThat(trace.pattern(0, 4).visible(6)).isEqualTo(7);
  }

  @Test
  void run_keyOfAGroup_changesTheHeadsThatReadIt() {
    Sites maps = Sites.matching("blocks.0.attn.pattern");
    Trace clean = lens.trace(IDS, maps);
    Trace changed =
        lens.run(IDS, List.of(new Intervention.Zero(Place.at(0, "attn.k").heads(1))), maps);
    for (int head = 0; head < 6; head++) {
      boolean same = Arrays.equals(changed.pattern(0, head).row(8), clean.pattern(0, head).row(8));
      assertThat(same).as("head %d", head).isEqualTo(head / 2 != 1);
    }
  }

  @Test
  void run_meanAndResample_takeWhatStandsInOtherTexts() {
    List<int[]> texts = List.of(new int[] {1, 2, 3, 4}, new int[] {5, 6, 7});
    Sites z = Sites.matching("blocks.0.attn.z");
    Baseline baseline = lens.baseline(texts, z);
    float sum = 0;
    List<float[]> rows = new ArrayList<>();
    for (int[] text : texts) {
      Value value = lens.trace(text, z).value(0, "attn.z");
      for (int t = 0; t < text.length; t++) {
        rows.add(value.row(0, t, 2));
        sum += value.at(0, t, 2, 3);
      }
    }
    Place place = Place.head(0, 2);
    Value mean =
        lens.run(IDS, List.of(new Intervention.Mean(place, baseline)), z).value(0, "attn.z");
    assertThat(mean.at(0, 5, 2, 3)).isCloseTo(sum / 7, Offset.offset(1e-5f));
    Value drawn =
        lens.run(IDS, List.of(new Intervention.Resample(place, baseline, 4)), z).value(0, "attn.z");
    for (int t = 0; t < 9; t++) {
      assertThat(rows).contains(drawn.row(0, t, 2));
    }
  }

  @Test
  void run_resultOfAHeadAlone_isWhatTheLayerAdds() {
    Sites sites = Sites.matching("blocks.1.attn.result", "blocks.1.attn_out");
    Value results = lens.trace(IDS, sites).value(1, "attn.result");
    assertThat(results.shape().toArray()).containsExactly(1, 9, 6, 12);
    Intervention others = new Intervention.Zero(Place.at(1, "attn.result").heads(0, 1, 2, 3, 5));
    Value out = lens.run(IDS, List.of(others), sites).value(1, "attn_out");
    assertThat(out.row(0, 7)).containsExactly(results.row(0, 7, 4), Offset.offset(1e-6f));
  }

  @Test
  void run_scaleOfANorm_isWhatRowsAreDividedBy() {
    for (String norm : List.of("rms", "layer")) {
      Lens other = TestModels.lens(TestModels.decoder("{`norm`: {`type`: `%s`}}".formatted(norm)));
      Sites sites = Sites.matching("blocks.0.ln2.*");
      Trace clean = other.trace(IDS, sites);
      float scale = clean.value(0, "ln2.scale").at(0, 3, 0);
      float[] normalized = clean.value(0, "ln2.normalized").row(0, 3);
      double squares = 0;
      for (float number : normalized) {
        squares += number * number;
      }
      // gains of a new model are 1
      assertThat(Math.sqrt(squares / 12)).isCloseTo(1, Offset.offset(1e-4));
      Intervention twice = new Intervention.Set(Place.at(0, "ln2.scale"), 2 * scale);
      float[] halves = other.run(IDS, List.of(twice), sites).value(0, "ln2.normalized").row(0, 3);
      for (int i = 0; i < 12; i++) {
        assertThat(2 * halves[i]).isCloseTo(normalized[i], Offset.offset(1e-5f));
      }
    }
  }

  @Test
  void observe_withoutMaps_seesWhatMapsShow() {
    Sites maps = Sites.matching("blocks.*.attn.pattern");
    Map<String, Statistics> seen = lens.observe(IDS, Observers.of(Observer.top(2)), maps);
    Statistics statistics = seen.get("blocks.1.attn.pattern");
    Pattern pattern = lens.trace(IDS, maps).pattern(1, 4);
    for (int q = 0; q < 9; q++) {
      float[] row = pattern.row(q);
      float largest = statistics.of(Observer.top(2)).at(0, 4, q, 0);
      Arrays.sort(row);
      assertThat(largest).isCloseTo(row[8], Offset.offset(1e-6f));
    }
    assertThat(seen).hasSize(2);
    assertThatThrownBy(
            () -> lens.observe(IDS, Observers.of(Observer.top(2)), Sites.matching("embed")))
        .isInstanceOf(LensException.class)
        .hasMessageContaining("'embed' has no weights");
  }

  @Test
  void generate_stepByStep_showsTheRowsOfTheWhole() {
    int[] prompt = Arrays.copyOf(IDS, 4);
    Sites sites = Sites.matching("blocks.1.attn.{pattern,z}");
    List<Step> steps = new ArrayList<>();
    GenerationSettings five = GenerationSettings.greedy(5);
    Continuation of = Continuation.of(prompt, five);
    Generation.Finish finish = lens.generate(of, sites, steps::add);
    Trace whole = lens.traceGenerated(of, sites);
    assertThat(finish).isEqualTo(Generation.Finish.MAX_TOKENS);
    assertThat(steps).extracting(Step::from).containsExactly(0, 4, 5, 6, 7);
    assertThat(whole.length()).isEqualTo(9);
    for (Step step : steps) {
      int last = step.from() + step.trace().length() - 1;
      assertThat(step.chosen()).contains(whole.tokens()[last + 1]);
      Pattern rows = step.trace().pattern(1, 3);
      assertThat(rows.keys()).isEqualTo(last + 1);
      float[] row = rows.row(rows.queries() - 1);
      float[] same = Arrays.copyOf(whole.pattern(1, 3).row(last), last + 1);
      assertThat(row).containsExactly(same, Offset.offset(1e-5f));
      assertThat(step.trace().value(1, "attn.z").row(0, rows.queries() - 1, 2))
          .containsExactly(whole.value(1, "attn.z").row(0, last, 2), Offset.offset(1e-5f));
    }
  }

  @Test
  void run_severalAtAPlace_actInTheirOrder() {
    Place place = Place.at("blocks.0.mlp_out").positions(4);
    List<Intervention> both =
        List.of(
            new Intervention.Set(place, 3),
            new Intervention.Scale(place, 0.5f),
            new Intervention.Custom(
                place,
                (row, values) -> {
                  values[2] += row.position();
                  return values;
                }));
    float[] row =
        lens.run(IDS, both, Sites.matching("blocks.0.mlp_out")).value("blocks.0.mlp_out").row(0, 4);
    assertThat(row[2]).isEqualTo(5.5f);
    assertThat(row[3]).isEqualTo(1.5f);
  }

  @Test
  void run_placesThatAreNot_areNamed() {
    assertRefused(new Intervention.Zero(Place.head(0, 6)), "heads [6] of 'blocks.0.attn.z'");
    assertRefused(new Intervention.Zero(Place.head(2, 1)), "no site 'blocks.2.attn.z'");
    assertRefused(new Intervention.Zero(Place.at(0, "attn.k").heads(3)), "it has 3, 0 to 2");
    assertRefused(new Intervention.Zero(Place.at("embed").heads(0)), "[B, T, 12], which has none");
    assertRefused(new Intervention.Zero(Place.at("embed").positions(9)), "it has 9, 0 to 8");
    assertRefused(new Intervention.Set(Place.head(0, 1), 1, 2, 3), "3 numbers do not fit");
    Trace shorter = lens.trace(new int[] {1, 2, 3}, Sites.matching("embed"));
    assertRefused(new Intervention.Patch(Place.at("embed"), shorter), "[1, 3] tokens");
  }

  private void assertRefused(Intervention intervention, String message) {
    assertThatThrownBy(() -> lens.run(IDS, List.of(intervention), Sites.none()))
        .isInstanceOf(LensException.class)
        .hasMessageContaining(message);
  }

  @Test
  void run_differentHeadsFromTwoThreads_areAsAlone() throws Exception {
    List<float[]> alone = new ArrayList<>();
    List<Callable<float[]>> tasks = new ArrayList<>();
    for (int head = 0; head < 6; head++) {
      Intervention zero = new Intervention.Zero(Place.head(1, head));
      Callable<float[]> task = () -> lens.run(IDS, List.of(zero), Sites.none()).logits().toArray();
      alone.add(task.call());
      tasks.add(task);
    }
    try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
      for (int round = 0; round < 20; round++) {
        List<Future<float[]>> together = threads.invokeAll(tasks);
        for (int head = 0; head < 6; head++) {
          assertThat(together.get(head).get()).containsExactly(alone.get(head));
        }
      }
    }
    assertThat(alone.get(0)).isNotEqualTo(alone.get(1));
    Tensor untouched = Tensor.of(fast(decoder, IDS), 9, 11);
    assertThat(untouched.toArray()).isEqualTo(lens.trace(IDS, Sites.none()).logits().toArray());
  }
}
