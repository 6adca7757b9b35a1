package dev.heed.lens;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heed.generate.GenerationSettings;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Changes that act at every step of a generation, against one pass over the whole text.
class ContinuationTest {
  private static final int[] PROMPT = {3, 1, 4, 1};
  private static final GenerationSettings SEVEN = GenerationSettings.greedy(7);
  private static final Sites SEEN =
      Sites.matching("blocks.*.attn.{pattern,z,rot_k}", "blocks.*.resid_post");

  private static Lens lens(String changes) {
    return TestModels.lens(TestModels.decoder(changes));
  }

  /// Kinds of changes, at heads, rows and maps, some at positions that come late.
  private static List<List<Intervention>> changes(Lens lens) {
    Baseline baseline =
        lens.baseline(List.of(TestModels.IDS), Sites.matching("blocks.*.attn.{z,v}"));
    Trace other = lens.trace(TestModels.IDS, Sites.matching("blocks.0.mlp_out"));
    return List.of(
        List.of(new Intervention.Zero(Place.head(0, 2)), new Intervention.Zero(Place.head(1, 5))),
        List.of(
            new Intervention.Mean(Place.at(0, "attn.v").heads(1), baseline),
            new Intervention.Resample(Place.head(1, 3), baseline, 5)),
        List.of(new Intervention.Scale(Place.at(0, "mlp_out").positions(2, 6), -2)),
        List.of(new Intervention.Patch(Place.at(0, "mlp_out").positions(3, 7), other)),
        List.of(Intervention.MaskKeys.of(0, Set.of(0, 1, 4), Set.of(1, 7))),
        List.of(
            new Intervention.Custom(
                Place.at(1, "attn.pattern").heads(2),
                (row, weights) -> {
                  weights[row.position() / 2] += .5f;
                  return weights;
                })));
  }

  static Stream<String> models() {
    return Stream.of(
        "{}", "{`mixer`: {`mask`: `causal & window(3)`}}", "{`positions`: {`type`: `learned`}}");
  }

  @ParameterizedTest
  @MethodSource("models")
  void generate_withChanges_isOnePassWithThem(String model) {
    Lens lens = lens(model);
    for (List<Intervention> changes : changes(lens)) {
      Continuation of = Continuation.of(PROMPT, SEVEN).with(changes);
      List<Step> steps = new ArrayList<>();
      lens.generate(of, SEEN, steps::add);
      Trace whole = lens.traceGenerated(of, SEEN);
      assertThat(steps).hasSize(7);
      for (Step step : steps) {
        int last = step.from() + step.trace().length() - 1;
        assertThat(step.chosen()).contains(whole.tokens()[last + 1]);
        for (String site : step.trace().sites()) {
          assertSame(step, whole, site);
        }
        float[] logits = whole.logits().row(0, last);
        for (float logit : logits) {
          assertThat(logit).isLessThanOrEqualTo(logits[step.chosen().orElseThrow()] + 1e-4f);
        }
      }
    }
  }

  /// The rows of a step at a site are those of the whole.
  private static void assertSame(Step step, Trace whole, String site) {
    Value part = step.trace().value(site);
    Value all = whole.value(site);
    boolean map = site.endsWith("pattern");
    int heads = map ? part.shape().axis(1) : part.shape().rank() == 4 ? part.shape().axis(2) : 1;
    for (int t = 0; t < step.trace().length(); t++) {
      for (int h = 0; h < heads; h++) {
        float[] row = row(part, map, t, h);
        float[] same = Arrays.copyOf(row(all, map, step.from() + t, h), row.length);
        assertThat(row).as("%s %d", site, t).containsExactly(same, Offset.offset(2e-4f));
      }
    }
  }

  private static float[] row(Value of, boolean map, int t, int h) {
    return map ? of.row(0, h, t) : of.shape().rank() == 4 ? of.row(0, t, h) : of.row(0, t);
  }

  @Test
  void generate_changed_saysSomethingElse() {
    Lens lens = lens("{}");
    Continuation plain = Continuation.of(PROMPT, SEVEN);
    List<Intervention> nothing = List.of(new Intervention.Zero(Place.at(1, "resid_post")));
    int[] without = lens.traceGenerated(plain, Sites.none()).tokens();
    int[] with = lens.traceGenerated(plain.with(nothing), Sites.none()).tokens();
    assertThat(with).isNotEqualTo(without).startsWith(PROMPT);
    assertThat(lens.traceGenerated(plain, Sites.none()).tokens()).isEqualTo(without);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void generate_changesThatDoNotFit_areNamed(boolean patch) {
    Lens lens = lens("{}");
    Trace other = lens.trace(TestModels.IDS, Sites.matching("blocks.0.mlp_out"));
    Intervention change =
        patch
            ? new Intervention.Patch(Place.at(0, "mlp_out"), other)
            : new Intervention.Zero(Place.at(0, "mlp_out").positions(64));
    Continuation of = Continuation.of(PROMPT, SEVEN).with(List.of(change));
    assertThatThrownBy(() -> lens.generate(of, Sites.none(), _ -> {}))
        .isInstanceOf(LensException.class)
        .hasMessageContaining(patch ? "[1, 9] tokens" : "0 to 63");
  }
}
