package dev.heed.lens;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heed.lens.Patching.Direction;
import dev.heed.lens.Patching.Route;
import dev.heed.lens.Patching.What;
import java.util.List;
import java.util.Set;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class PatchingTest {
  private static final int[] CLEAN = TestModels.IDS;
  private static final int[] CORRUPT = {3, 1, 7, 1, 5, 9, 0, 6, 5};
  // sums of another order, over a difference of the metric that is not small
  private static final Offset<Double> ROUNDING = Offset.offset(1e-4);

  private final Lens lens = TestModels.lens(TestModels.decoder("{}"));
  private final Patching patching = Patching.of(lens, CLEAN, CORRUPT, Metric.logitDifference(2, 8));

  @Test
  void sweep_streamAtTheBeginning_restoresWherePromptsDiffer() {
    PatchGrid grid = patching.sweep(What.RESIDUAL, Direction.DENOISE);
    assertThat(grid.rows()).hasSize(2);
    for (int t = 0; t < CLEAN.length; t++) {
      if (CLEAN[t] == CORRUPT[t]) {
        assertThat(grid.at(0, t)).as("position %d", t).isCloseTo(0, ROUNDING);
      }
    }
    double both =
        patching.score(Direction.DENOISE, List.of(Place.at(0, "resid_pre").positions(2, 6)));
    assertThat(both).isCloseTo(1, ROUNDING);
    assertThat(patching.score(Direction.NOISE, List.of(Place.at(0, "resid_pre").positions(2, 6))))
        .isCloseTo(0, ROUNDING);
  }

  @Test
  void sweep_batched_isEachPlaceAlone() {
    for (Direction direction : Direction.values()) {
      for (What what : What.values()) {
        PatchGrid grid = patching.sweep(what, direction);
        int last = grid.rows().getLast().scores().length - 1;
        Place place = Place.at(1, what.point());
        Place one = what.unit() == Patching.Unit.HEAD ? place.heads(last) : place.positions(last);
        assertThat(grid.at(1, last))
            .as("%s %s", direction, what)
            .isCloseTo(patching.score(direction, List.of(one)), ROUNDING);
      }
    }
  }

  @Test
  void sweep_groupedKeys_haveAScoreAGroup() {
    assertThat(patching.sweep(What.KEY, Direction.NOISE).rows().getFirst().scores()).hasSize(3);
    assertThat(patching.sweep(What.QUERY, Direction.NOISE).rows().getFirst().scores()).hasSize(6);
    assertThatThrownBy(() -> patching.sweep(What.KEY, Direction.NOISE).at(0, 3))
        .isInstanceOf(LensException.class)
        .hasMessageContaining("layer 0, head 3");
  }

  @Test
  void path_toTheLogitsOfALinearModel_isTheHeadAlone() {
    // without later layers there is one path, from the last layer straight to the logits
    List<HeadId> sender = List.of(new HeadId(1, 2));
    double alone = patching.score(Direction.DENOISE, List.of(Place.head(1, 2)));
    assertThat(patching.path(Direction.DENOISE, sender, List.of(), Route.FEED_FORWARD))
        .isCloseTo(alone, ROUNDING);
    double direct = patching.path(Direction.DENOISE, sender, List.of(), Route.DIRECT);
    assertThat(direct).isNotCloseTo(alone, ROUNDING);
  }

  @Test
  void path_toQueriesOfAHead_changesNothingElse() {
    List<HeadId> all = List.of(0, 1, 2, 3, 4, 5).stream().map(h -> new HeadId(0, h)).toList();
    List<Place> queries = List.of(Place.at(1, "attn.q").heads(4));
    double score = patching.path(Direction.NOISE, all, queries, Route.DIRECT);
    Trace clean = lens.trace(CLEAN, Sites.matching("blocks.*.attn.z", "blocks.0.mlp_out"));
    Trace corrupt = lens.trace(CORRUPT, Sites.matching("blocks.0.attn.z"));
    // by hand: the first layer's heads are the other prompt's, its feed-forward what it was
    List<Intervention> first =
        List.of(
            new Intervention.Patch(Place.at(0, "attn.z"), corrupt),
            new Intervention.Patch(Place.at(0, "mlp_out"), clean));
    Trace heard = lens.run(CLEAN, first, Sites.matching("blocks.1.attn.q"));
    Trace end =
        lens.run(CLEAN, List.of(new Intervention.Patch(queries.getFirst(), heard)), Sites.none());
    double metric = end.logits().at(0, 8, 2) - (double) end.logits().at(0, 8, 8);
    assertThat(score).isCloseTo(patching.score(metric), ROUNDING).isNotCloseTo(1, ROUNDING);
    PatchGrid grid = patching.paths(Direction.NOISE, queries, Route.DIRECT);
    assertThat(grid.at(1, 3)).as("a head beside the receiver").isCloseTo(1, ROUNDING);
    for (int head = 0; head < 6; head++) {
      assertThat(
              patching.path(Direction.NOISE, List.of(new HeadId(0, head)), queries, Route.DIRECT))
          .as("a head alone")
          .isCloseTo(grid.at(0, head), ROUNDING);
    }
  }

  @Test
  void of_promptsThatCannotBeCompared_isRefused() {
    Metric metric = Metric.logitDifference(2, 8);
    assertThatThrownBy(() -> Patching.of(lens, CLEAN, new int[] {1, 2, 3}, metric))
        .isInstanceOf(LensException.class)
        .hasMessageContaining("9 tokens and a corrupt one of 3");
    assertThatThrownBy(() -> Patching.of(lens, CLEAN, CLEAN, metric))
        .isInstanceOf(LensException.class)
        .hasMessageContaining("too near for a score");
    assertThatThrownBy(() -> Patching.of(lens, CLEAN, CORRUPT, Metric.logProbability(11)))
        .isInstanceOf(LensException.class)
        .hasMessageContaining("token 11");
  }

  @Test
  void effect_ofHeadsTogether_comparesWhatIsExpected() {
    Trace clean = lens.trace(CLEAN, Sites.none());
    assertThat(Effect.of(clean, clean).deltaLoss()).isZero();
    assertThat(Effect.of(clean, clean).divergence()).isZero();
    assertThat(Effect.of(clean, clean).top()).hasSize(5);
    Baseline baseline = lens.baseline(List.of(CORRUPT), Sites.matching("blocks.*.attn.z"));
    for (Replacement by :
        List.of(
            new Replacement.Zero(),
            new Replacement.Mean(baseline),
            new Replacement.Resample(baseline, 1))) {
      List<HeadId> heads = List.of(HeadId.parse("L0H3"), HeadId.parse("1.5"));
      Trace changed = lens.run(CLEAN, by.of(heads), Sites.none());
      Effect effect = Effect.of(clean, changed);
      assertThat(effect.divergence()).isPositive();
      float[] row = changed.logits().row(0, 8);
      Effect.Chance first = effect.top().getFirst();
      assertThat(first.after())
          .isCloseTo(Distributions.softmax(row)[first.token()], Offset.offset(1e-12));
      assertThat(effect.deltaLoss()).isEqualTo(effect.lossAfter() - effect.lossBefore());
    }
    assertThat(Set.of(HeadId.parse("L0H3"))).contains(new HeadId(0, 3));
    assertThatThrownBy(() -> HeadId.parse("L0"))
        .isInstanceOf(LensException.class)
        .hasMessageContaining("'L0'");
  }
}
