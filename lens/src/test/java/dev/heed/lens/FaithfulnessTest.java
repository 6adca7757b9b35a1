package dev.heed.lens;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.heed.attention.Attention;
import dev.heed.layer.Block;
import dev.heed.layer.SelfAttention;
import dev.heed.model.Decoder;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class FaithfulnessTest {
  private static final Faithfulness.Settings FEW = new Faithfulness.Settings(20, 3, 60, .1, .01, 1);

  @Test
  void of_modelWhoseValuesAreNothing_movesFreely() {
    var decoder = TestModels.decoder("{}");
    decoder
        .blocks()
        .forEach(block -> {
          SelfAttention attention = (SelfAttention) block.mixer().layer();
          java.util.Arrays.fill(attention.projections().value().weight().floats(), 0);
        });

    Faithfulness found = Faithfulness.of(TestModels.lens(decoder), List.of(TestModels.IDS), FEW);

    assertThat(found.median().permuted()).isLessThan(1e-6);
    assertThat(found.uniformLoss()).isEqualTo(0, within(1e-5));
    assertThat(found.median().adversarial()).isBetween(.35, Math.log(2));
    assertThat(found.verdict()).isEqualTo(Faithfulness.Verdict.FREE);
  }

  @Test
  void of_modelThatSaysWhatItLooksAt_isBoundMore() {
    // one head over values that differ: another mixture of them is another vector
    var decoder =
        TestModels.decoder(
            """
            {`num_hidden_layers`: 1, `num_attention_heads`: 1, `num_key_value_heads`: 1,
             `head_dim`: 12, `feed_forward`: {`type`: `none`}, `intermediate_size`: null}
            """);
    int[] different = {3, 1, 4, 5, 9, 2, 6};

    Faithfulness found = Faithfulness.of(TestModels.lens(decoder), List.of(different), FEW);

    assertThat(found.median().permuted()).isGreaterThan(.05);
    assertThat(found.examples().getFirst().permuted())
        .as("each its own shuffle")
        .doesNotHaveDuplicates();
    assertThat(found.median().adversarial()).isLessThan(.14);
    assertThat(found.json().toString()).contains("\"verdict\":\"bound\"");
  }

  @Test
  void leaveOneOut_ofAToken_hidesItFromAllOthers() {
    Lens lens = TestModels.lens(TestModels.decoder("{}"));
    int[] text = TestModels.IDS;
    int last = text.length - 1;
    Trace clean = lens.trace(text, Sites.matching("blocks.*.attn.pattern"));
    double[] answer = Distributions.softmax(clean.logits().row(0, last));
    double[] attention = new double[text.length];
    double[] moved = new double[text.length];
    for (int key = 0; key <= last; key++) {
      List<Intervention> hidden = new ArrayList<>();
      for (int layer = 0; layer < 2; layer++) {
        for (int head = 0; head < 6; head++) {
          attention[key] += clean.pattern(layer, head).get(last, key);
        }
        Set<Integer> others = new TreeSet<>();
        for (int position = 0; position <= last; position++) {
          others.add(position);
        }
        others.remove(key);
        Place place = new Place("blocks." + layer + ".attn.attn_scores", Set.of(), others);
        hidden.add(new Intervention.MaskKeys(place, Set.of(key)));
      }
      float[] without = lens.run(text, hidden, Sites.none()).logits().row(0, last);
      moved[key] = Distributions.totalVariation(answer, Distributions.softmax(without));
    }
    Faithfulness.Settings least = new Faithfulness.Settings(1, 1, 0, .1, .01, 1);
    Faithfulness found = Faithfulness.of(lens, List.of(text), least);
    assertThat(moved[last]).as("nobody else sees the last token").isZero();
    assertThat(found.examples().getFirst().leaveOneOut())
        .isEqualTo(Ranks.kendall(attention, moved), within(1e-12));
  }

  @Test
  void of_modelThatSeesWhatFollows_isRefused() {
    Lens lens = TestModels.lens(seeingAll(TestModels.decoder("{}")));
    assertThatThrownBy(() -> Faithfulness.of(lens, List.of(TestModels.IDS), FEW))
        .isInstanceOf(LensException.class)
        .hasMessageContaining("causal");
  }

  private static Decoder seeingAll(Decoder decoder) {
    List<Block> blocks = new ArrayList<>();
    for (Block block : decoder.blocks()) {
      SelfAttention attention = (SelfAttention) block.mixer().layer();
      SelfAttention seeing =
          new SelfAttention(
              attention.projections(),
              attention.headNorms(),
              attention.rotary(),
              Attention.full(),
              attention.heads());
      blocks.add(new Block(block.mixer().withLayer(seeing), block.feedForward()));
    }
    return decoder.withBlocks(blocks);
  }

  @Test
  void ranks_ofKnownOrders_areThoseOfTheFormulas() {
    double[] one = {1, 2, 3, 4};
    double[] other = {1, 3, 2, 4};
    assertThat(Ranks.kendall(one, other)).isEqualTo((5 - 1) / 6.0, within(1e-12));
    assertThat(Ranks.spearman(one, other)).isEqualTo(1 - 6 * 2 / 60.0, within(1e-12));
    assertThat(Ranks.spearman(one, new double[] {2, 2, 2, 2})).isZero();
    // five pairs in one order, the sixth a tie in one of the two rankings
    assertThat(Ranks.kendall(one, new double[] {1, 2, 2, 3}))
        .isEqualTo(5 / Math.sqrt(6 * 5), within(1e-12));
    assertThat(Ranks.kendall(one, new double[] {4, 3, 2, 1})).isEqualTo(-1);
    boolean[] truth = {false, true, false, true};
    assertThat(Ranks.auc(new double[] {1, 4, 2, 2}, truth)).isEqualTo(3.5 / 4);
  }
}
