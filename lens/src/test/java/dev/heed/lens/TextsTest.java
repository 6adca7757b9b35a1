package dev.heed.lens;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heed.grad.Tokens;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

/// Several texts, side by side or one after the other.
class TextsTest {
  private static final int[] IDS = TestModels.IDS;

  private final Lens lens = TestModels.lens(TestModels.decoder("{}"));

  @Test
  void run_ofTextsSideBySide_patchesAndShowsEachItsOwn() {
    int[] other = {7, 7, 1, 0, 2, 9, 4, 4, 10};
    int[] both = Arrays.copyOf(IDS, 18);
    System.arraycopy(other, 0, both, 9, 9);
    Tokens texts = new Tokens(both, 2, 9);
    Tokens same = new Tokens(new int[18], 2, 9);
    Sites sites = Sites.matching("blocks.0.attn.{z,pattern}", "blocks.1.resid_pre");
    Trace clean = lens.run(texts, List.of(), sites);
    assertThat(clean.tokens(1)).isEqualTo(other);
    // products of other shapes add up in another order
    assertThat(clean.pattern(1, 0, 4).row(7))
        .containsExactly(lens.trace(other, sites).pattern(0, 4).row(7), Offset.offset(1e-6f));
    List<Intervention> patches =
        List.of(
            new Intervention.Patch(Place.head(0, 5), clean),
            new Intervention.Patch(Place.at(0, "attn.pattern").heads(2), clean),
            new Intervention.Patch(Place.at(1, "resid_pre").positions(3), clean));
    Trace patched = lens.run(same, patches, sites);
    for (int text = 0; text < 2; text++) {
      assertThat(patched.value(0, "attn.z").row(text, 6, 5))
          .isEqualTo(clean.value(0, "attn.z").row(text, 6, 5));
      assertThat(patched.pattern(text, 0, 2).row(8)).isEqualTo(clean.pattern(text, 0, 2).row(8));
      assertThat(patched.value(1, "resid_pre").row(text, 3))
          .isEqualTo(clean.value(1, "resid_pre").row(text, 3));
    }
    Intervention mask =
        new Intervention.Custom(
            Place.at(0, "attn.attn_scores"),
            (row, scores) -> {
              scores[2] = row.text() == 1 ? Float.NEGATIVE_INFINITY : scores[2];
              return scores;
            });
    Trace masked = lens.run(texts, List.of(mask), sites);
    assertThat(masked.pattern(0, 0, 3).visible(5)).isEqualTo(6);
    assertThat(masked.pattern(1, 0, 3).visible(5)).isEqualTo(5);
  }

  @Test
  void baseline_ofMoreThanItKeeps_samplesFromAllOfIt() {
    Sites stream = Sites.matching("blocks.1.resid_post");
    List<int[]> texts = new ArrayList<>();
    for (int text = 0; text < 30; text++) {
      int[] ids = new int[60];
      Arrays.setAll(ids, t -> (t * t + texts.size() * 7 + t) % 11);
      texts.add(ids);
    }
    Baseline.Rows rows = lens.baseline(texts, stream).rows("blocks.1.resid_post");
    assertThat(rows.count()).isEqualTo(1024);
    // of 1800 rows 57 % are kept, of the first text as of the last
    for (int text : List.of(0, 29)) {
      Value value = lens.trace(texts.get(text), stream).value("blocks.1.resid_post");
      int kept = 0;
      for (int t = 0; t < 60; t++) {
        float[] row = value.row(0, t);
        for (int n = 0; n < rows.count(); n++) {
          if (Arrays.equals(row, 0, 12, rows.samples(), n * 12, n * 12 + 12)) {
            kept++;
            break;
          }
        }
      }
      assertThat(kept).as("text %d", text).isBetween(15, 55);
    }
  }

  @Test
  void baseline_byPosition_isTheMeanOfTextsThatReachIt() {
    Sites z = Sites.matching("blocks.1.attn.z");
    List<int[]> texts = List.of(new int[] {3, 1, 4}, new int[] {2, 7, 1, 8, 2});
    Baseline baseline = lens.baselineByPosition(texts, z);
    Intervention.Mean mean = new Intervention.Mean(Place.head(1, 4), baseline);
    int[] five = {9, 9, 9, 9, 9};
    Value after = lens.run(five, List.of(mean), z).value(1, "attn.z");
    Value first = lens.trace(texts.get(0), z).value(1, "attn.z");
    Value second = lens.trace(texts.get(1), z).value(1, "attn.z");
    for (int e = 0; e < 4; e++) {
      float both = (first.at(0, 1, 4, e) + second.at(0, 1, 4, e)) / 2;
      assertThat(after.at(0, 1, 4, e)).isCloseTo(both, Offset.offset(1e-6f));
      assertThat(after.at(0, 4, 4, e)).isEqualTo(second.at(0, 4, 4, e));
    }
    assertThatThrownBy(() -> lens.run(TestModels.IDS, List.of(mean), z))
        .isInstanceOf(LensException.class)
        .hasMessageContaining("no text reaches position 5");
  }
}
