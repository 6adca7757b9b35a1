package dev.heed.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heed.checkpoint.CheckpointException;
import dev.heed.checkpoint.Json;
import dev.heed.grad.Run;
import dev.heed.grad.Tokens;
import dev.heed.kernel.Kernels;
import dev.heed.kernel.Workers;
import dev.heed.layer.SelfAttention;
import dev.heed.tensor.CounterRandom;
import dev.heed.tensor.HeedException;
import dev.heed.tensor.Weight;
import dev.heed.train.NewWeights;
import dev.heed.train.Overlay;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HeedModelTest {
  private static final String CONFIG =
      """
      {"model_type": "heed", "vocab_size": 11, "max_position_embeddings": 64, "hidden_size": 12,
       "num_hidden_layers": 2, "num_attention_heads": 6, "num_key_value_heads": 3, "head_dim": 4,
       "intermediate_size": 10, "initializer_range": 0.4}
      """;
  private static final int[] IDS = {3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8, 9, 7};
  private static final Workers WORKERS = Workers.of(2);

  private static Json.Obj json(String text) {
    String strict = text.replace('`', '"');
    return Json.parseObject("config.json", strict.getBytes(StandardCharsets.UTF_8));
  }

  /// A model of random weights, with `changes` over the usual configuration.
  private static Decoder decoder(String changes) {
    Json.Obj config = Overlay.of(json(CONFIG), json(changes));
    return NewWeights.random(
        Json.parseObject("config.json", config.toString().getBytes(StandardCharsets.UTF_8)),
        CounterRandom.of(2));
  }

  private static Run run() {
    return Run.inference(Kernels.best(), WORKERS);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{`positions`: {`type`: `none`}, `feed_forward`: {`type`: `none`}, `intermediate_size`: null}",
        "{`positions`: {`type`: `learned`}, `norm`: {`type`: `layer`, `place`: `post`}, `bias`: true}",
        "{`positions`: {`type`: `sinusoidal`, `scale`: 0.5}, `norm`: {`place`: `sandwich`}}",
        "{`positions`: {`width`: 2, `base`: 500, `layout`: `interleaved`}, `norm`: {`type`: `none`}}",
        "{`mixer`: {`mask`: `causal & window(5)`, `normalizer`: `sink`, `modifiers`: [`alibi`]}}",
        "{`mixer`: {`modifiers`: [`forget`, `alibi(learned)`], `mixing`: [`talking(scores)`]}}",
        "{`mixer`: {`modifiers`: [`forget`], `mask`: `causal & window(3)`, `mixing`: [`values(4)`]}}",
        "{`mixer`: {`heads`: [`norm(keys)`, `gate`, `norm(results)`]}}",
        "{`mixers`: [{`mask`: `causal & window(4)`, `num_attention_heads`: 3}, {`score`: `dot(1)`}]}",
        "{`mixers`: [{`type`: `linear`}, {`mask`: `causal & window(4)`}]}",
        "{`mixers`: [{`type`: `retention`, `num_attention_heads`: 3}, {`type`: `delta`}]}",
        "{`mixers`: [{`type`: `mamba2`, `state_size`: 5, `head_dim`: 8}, {`type`: `gated`}]}",
        "{`mixers`: [{}, {`type`: `shared`, `from`: 0, `num_attention_heads`: 3}]}",
        "{`mixers`: [{`type`: `s4d`, `modes`: 3}, {`source`: `prefix(3)`}]}",
        "{`mixers`: [{`source`: `past(2, 4, 16)`}, {`source`: `past(3, 5, 4)`}]}",
        "{`mixers`: [{`type`: `recurrence`, `inner_size`: 5}, {`type`: `convolution`}]}",
        "{`mixer`: {`type`: `linear`, `features`: `favor`, `feature_count`: 7}, `bias`: true}",
        "{`feed_forward`: {`type`: `plain`, `activation`: `relu`}, `tie_word_embeddings`: false}",
      })
  void hidden_throughCache_equalsWhole(String changes) {
    Decoder decoder = decoder(changes);
    float[] whole = decoder.hidden(Tokens.of(IDS), run()).toArray();
    DecoderCache cache = decoder.newCache(1, 64);
    float[] inParts = new float[whole.length];
    int from = 0;
    for (int length : new int[] {6, 1, 5, 2}) {
      int[] part = Arrays.copyOfRange(IDS, from, from + length);
      float[] hidden = decoder.hidden(Tokens.of(part), cache, run()).toArray();
      System.arraycopy(hidden, 0, inParts, 12 * from, hidden.length);
      from += length;
    }
    // rounding of sums of 24 through two blocks, without a norm at most some times larger
    float size = 1;
    for (float number : whole) {
      size = Math.max(size, Math.abs(number));
    }
    assertThat(inParts).containsExactly(whole, Offset.offset(2e-5f * size));
  }

  @Test
  void positions_ofEveryKind_tellPlacesApart() {
    for (String type : new String[] {"rotary", "learned", "sinusoidal"}) {
      assertThat(lastOf("{`positions`: {`type`: `" + type + "`}}", 3, 7, 7, 1))
          .isNotEqualTo(lastOf("{`positions`: {`type`: `" + type + "`}}", 7, 7, 3, 1));
    }
    assertThat(lastOf("{`positions`: {`type`: `none`}, `num_hidden_layers`: 1}", 3, 7, 7, 1))
        .containsExactly(
            lastOf("{`positions`: {`type`: `none`}, `num_hidden_layers`: 1}", 7, 7, 3, 1),
            Offset.offset(1e-5f));
  }

  private static float[] lastOf(String changes, int... ids) {
    float[] hidden = decoder(changes).hidden(Tokens.of(ids), run()).toArray();
    return Arrays.copyOfRange(hidden, hidden.length - 12, hidden.length);
  }

  @Test
  void decoder_learnedNumbers_areWeightsOfTheBlock() {
    Decoder decoder = decoder("{`mixer`: {`normalizer`: `sink`}}");
    SelfAttention attention = (SelfAttention) decoder.blocks().get(1).mixer().layer();
    Weight sink = attention.learned().get("sink");
    assertThat(sink.name()).isEqualTo("blocks.1.attn.learned.sink");
    assertThat(sink.floats()).containsExactly(0, 0, 0, 0, 0, 0);
  }

  @Test
  void decoder_learnedScaleAndMatrices_beginAsTheChoiceWithout() {
    float[] fixed = decoder("{`mixer`: {`score`: `dot`}}").forward(Tokens.of(IDS), run()).toArray();
    for (String score : new String[] {"dot(learned)", "bilinear"}) {
      Decoder learned = decoder("{`mixer`: {`score`: `" + score + "`}}");
      assertThat(learned.forward(Tokens.of(IDS), run()).toArray())
          .containsExactly(fixed, Offset.offset(1e-4f));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "{`positions`: {`type`: `rotray`}}; positions.type is 'rotray'; rotary",
        "{`positions`: {`type`: `none`, `base`: 5}}; positions.base; heed",
        "{`positions`: {`width`: 5}}; width 5; even",
        "{`hidden_size`: 15, `positions`: {`type`: `sinusoidal`}}; hidden_size 15; even",
        "{`norm`: {`type`: `batch`}}; norm.type is 'batch'; rms, layer",
        "{`norm`: {`place`: `pst`}}; norm.place is 'pst'; pre, post",
        "{`norm`: {`epsilom`: 1e-3}}; norm.epsilom; epsilon",
        "{`feed_forward`: {`type`: `none`}}; intermediate_size is 10; leave",
        "{`feed_forward`: {`type`: `moe`}}; feed_forward.type is 'moe'; gated",
        "{`feed_forward`: {`activation`: `sine`}}; activation is 'sine'; silu",
        "{`mixers`: [{}]}; mixers has 1; num_hidden_layers 2",
        "{`mixers`: [{}, {}], `mixer`: {}}; both; one",
        "{`mixers`: [{}, {`type`: `atention`}]}; mixers[1].type; attention",
        "{`mixer`: {`type`: `linear`, `features`: `sine`}}; features is 'sine'; elu+1",
        "{`mixer`: {`type`: `linear`, `decay`: `head`}}; decay 'head'; normalized false",
        "{`mixer`: {`type`: `retention`, `mask`: `causal`}}; mask; mixer with a state",
        "{`mixers`: [{}, {`type`: `shared`, `from`: 1}]}; mixers[1].from; earlier block",
        "{`mixer`: {`source`: `nystrom(3)`}}; mixer.source; prefix",
        "{`mixer`: {`type`: `s4d`, `conv_kernel`: 3}}; conv_kernel; s4d",
        "{`mixer`: {`type`: `mamba2`, `head_dim`: 7}}; head_dim 7; hidden_size 12",
        "{`mixers`: [{}, {`normaliser`: `softmax`}]}; mixers[1].normaliser; normalizer",
        "{`mixer`: {`mask`: `window(4)`}}; mixer.mask; causal & (window(4))",
        "{`mixer`: {`chance`: {`keys`: 0.1}}}; mixer.chance; training",
        "{`mixer`: {`num_attention_heads`: 5}}; num_attention_heads 5; num_key_value_heads 3",
        "{`head_dim`: null, `num_attention_heads`: 9}; num_attention_heads 9; hidden_size 12",
        "{`mixer`: {`heads`: [`gate`, `gat`]}}; mixer.heads[1]; norm(results)",
        "{`mixer`: {`heads`: [`gate`, `gate`]}}; mixer; one of a kind",
        "{`mixers`: [{}, {`type`: `shared`, `from`: 0, `heads`: [`gate`]}]}; mixers[1]; leave them",
        "{`num_hidden_layer`: 3}; num_hidden_layer; num_hidden_layers",
      })
  void decoder_wrongSetting_isNamedWithWhatFits(String changes, String named, String fitting) {
    assertThatThrownBy(() -> decoder(changes))
        .isInstanceOf(HeedException.class)
        .isInstanceOf(CheckpointException.class)
        .hasMessageContainingAll(named, fitting);
  }
}
