package dev.heed.lens;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.heed.attention.UnsupportedCombinationException;
import dev.heed.layer.Block;
import dev.heed.layer.SelfAttention;
import dev.heed.lens.Patching.Direction;
import dev.heed.lens.Patching.Route;
import dev.heed.model.Decoder;
import dev.heed.tensor.Weight;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Models whose blocks are not all softmax attention to the text itself: what the lens says of them
/// holds, or is refused.
class HybridTest {
  private static final int[] IDS = TestModels.IDS;
  private static final int[] OTHER = {3, 1, 7, 1, 5, 9, 0, 6, 5};

  private static Lens lens(String changes) {
    return TestModels.lens(TestModels.decoder(changes));
  }

  @ParameterizedTest
  @ValueSource(strings = {"linear", "mamba2", "recurrence"})
  void analysis_besideOtherMixers_reportsTheHeadsThatHavePatterns(String type) {
    Lens lens = lens("{`mixers`: [{`type`: `%s`}, {}]}".formatted(type));
    List<HeadReport> reports = HeadAnalysis.of(lens, List.of(IDS), OptionalInt.empty(), 1);
    assertThat(reports)
        .extracting(HeadReport::name)
        .containsExactly("L1H0", "L1H1", "L1H2", "L1H3", "L1H4", "L1H5");
    assertThat(reports.getLast().weights().positional()).isPresent();
  }

  @Test
  void zero_ofValuesOfAStateSpace_leavesNothingOfThem() {
    Lens lens = lens("{`mixers`: [{`type`: `mamba2`}, {}]}");
    Sites z = Sites.matching("blocks.0.attn.z");
    assertThat(lens.trace(IDS, z).value(0, "attn.z").row(0, 4, 0)).doesNotContain(0);
    Intervention zero = new Intervention.Zero(Place.at(0, "attn.v"));
    for (float number : lens.run(IDS, List.of(zero), z).value(0, "attn.z").toArray()) {
      assertThat(number).isZero();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "source, prefix(3), source prefix",
    "source, 'past(3, 4, 8)', source past",
    "normalizer, sparsemax, normalizer sparsemax"
  })
  void faithfulness_ofOtherAttention_isRefused(String axis, String choice, String named) {
    Lens lens = lens("{`mixer`: {`%s`: `%s`}}".formatted(axis, choice));
    assertThatThrownBy(() -> Faithfulness.of(lens, List.of(IDS), Faithfulness.Settings.QUICK))
        .isInstanceOf(UnsupportedCombinationException.class)
        .hasMessageContaining(named);
  }

  @ParameterizedTest
  @ValueSource(strings = {"prefix(3)", "past(3, 4, 8)"})
  void norms_ofKeysFromElsewhere_areRefused(String source) {
    Lens lens = lens("{`mixer`: {`source`: `%s`}}".formatted(source));
    Trace trace = lens.trace(IDS, NormAttention.SITES);
    assertThatThrownBy(() -> NormAttention.of(lens, trace, 0))
        .isInstanceOf(UnsupportedCombinationException.class)
        .hasMessageContaining("source " + source.substring(0, 4));
  }

  @Test
  void norms_ofGatedHeads_areThoseOfWhatIsAdded() {
    Decoder plain = TestModels.decoder("{}");
    List<Block> blocks = new ArrayList<>(plain.blocks());
    SelfAttention open = (SelfAttention) blocks.getFirst().mixer().layer();
    Weight gate = Weight.of("gate", new float[] {.5f, -1, 2, .25f, 0, 3}, 6);
    SelfAttention gated = open.withLearned(Map.of(SelfAttention.GATE, gate));
    Block first = blocks.getFirst();
    blocks.set(0, new Block(first.mixer().withLayer(gated), first.feedForward()));
    Lens lens = TestModels.lens(plain.withBlocks(blocks));
    Trace trace = lens.trace(IDS, NormAttention.SITES.and("blocks.0.attn_out"));
    // the first query sees one key, so its norm is that of all that is added
    double squares = 0;
    for (float number : trace.value(0, "attn_out").row(0, 0)) {
      squares += (double) number * number;
    }
    NormAttention norms = NormAttention.of(lens, trace, 0);
    assertThat(norms.norms()[0][0]).isEqualTo(Math.sqrt(squares), within(1e-5));
    assertThat(norms.byOutputs(4)[8][3]).as("a closed gate").isZero();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"`normalizer`: `sink`", "`modifiers`: [`forget`]", "`mask`: `causal & window(4)`"})
  void adversary_thatBeginsBesideTheModel_isFoundThere(String choice) {
    Decoder decoder = TestModels.decoder("{`mixer`: {%s}}".formatted(choice));
    for (Block block : decoder.blocks()) {
      SelfAttention attention = (SelfAttention) block.mixer().layer();
      // a sink that takes half of a row
      attention.learned().values().forEach(sink -> java.util.Arrays.fill(sink.floats(), 2));
    }
    AdversarialAttention.Settings begin = new AdversarialAttention.Settings(1, 0, .1, 1, 1);
    AdversarialAttention.Found found =
        AdversarialAttention.search(TestModels.lens(decoder), IDS, begin);
    // scores moved by normal numbers of deviation .05: about .05² / 8 nats
    assertThat(found.best().divergence()).isBetween(0.0, 2e-3);
    assertThat(found.best().variation()).isLessThan(.1);
  }

  @Test
  void path_pastAMixerWithoutHeads_isCutThere() {
    Lens lens = lens("{`mixers`: [{}, {`type`: `recurrence`}]}");
    Patching patching = Patching.of(lens, IDS, OTHER, Metric.logitDifference(2, 8));
    List<HeadId> senders = List.of(new HeadId(0, 1), new HeadId(0, 4));
    double score = patching.path(Direction.NOISE, senders, List.of(), Route.FEED_FORWARD);
    Trace corrupt = lens.trace(OTHER, Sites.matching("blocks.0.attn.z"));
    Trace clean = lens.trace(IDS, Sites.matching("blocks.1.attn_out"));
    List<Intervention> byHand =
        List.of(
            new Intervention.Patch(Place.at(0, "attn.z").heads(1, 4), corrupt),
            new Intervention.Patch(Place.at(1, "attn_out"), clean));
    Value logits = lens.run(IDS, byHand, Sites.none()).logits();
    assertThat(score)
        .isEqualTo(patching.score(logits.at(0, 8, 2) - (double) logits.at(0, 8, 8)), within(1e-4));
    assertThat(score)
        .isNotCloseTo(
            patching.score(Direction.NOISE, List.of(Place.at(0, "attn.z").heads(1, 4))),
            within(1e-3));
  }

  @Test
  void pruning_ofKeysThatAnotherBlockReads_isRefused() {
    Decoder decoder = TestModels.decoder("{`mixers`: [{}, {`type`: `shared`, `from`: 0}]}");
    List<HeadId> group = List.of(new HeadId(0, 0), new HeadId(0, 1));
    assertThatThrownBy(() -> Pruning.of(decoder, group))
        .isInstanceOf(LensException.class)
        .hasMessageContaining("layer 0, which layer 1 reads too");
    List<HeadId> oneEach = List.of(new HeadId(0, 0), new HeadId(0, 2), new HeadId(0, 5));
    float[] left =
        TestModels.lens(Pruning.of(decoder, oneEach).decoder())
            .trace(IDS, Sites.none())
            .logits()
            .toArray();
    float[] masked =
        TestModels.lens(decoder)
            .run(IDS, new Replacement.Zero().of(oneEach), Sites.none())
            .logits()
            .toArray();
    assertThat(left).containsExactly(masked, org.assertj.core.data.Offset.offset(1e-5f));
  }
}
