package dev.heed.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heed.checkpoint.CheckpointException;
import dev.heed.grad.Run;
import dev.heed.grad.Tokens;
import dev.heed.kernel.Kernels;
import dev.heed.kernel.Workers;
import dev.heed.tensor.HeedException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Configurations that no model should have are named errors, not crashes and not other models.
class HostileConfigTest {
  /// @param named what the message holds beside the key
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "hidden_size             | 0            | above 0",
        "hidden_size             | -12          | above 0",
        "hidden_size             | \"twelve\"   | twelve",
        "hidden_size             | 12.5         | 12.5",
        "hidden_size             | 2147483647   | [12]",
        "hidden_size             | 99999999999  | 99999999999",
        "num_hidden_layers       | 0            | above 0",
        "num_attention_heads     | 0            | above 0",
        "num_attention_heads     | 2147483647   | 2147483647",
        "num_key_value_heads     | 0            | above 0",
        "num_key_value_heads     | 4            | 4 key/value heads",
        "head_dim                | -4           | above 0",
        "head_dim                | 2147483647   | 2147483647",
        "head_dim                | 5            | rotary",
        "intermediate_size       | -1           | above 0",
        "vocab_size              | 0            | above 0",
        "vocab_size              | 12           | [12, 12]",
        "max_position_embeddings | 0            | above 0",
        "max_position_embeddings | -5           | above 0",
        "rope_theta              | 0            | base 0",
        "rope_theta              | \"x\"        | a number",
        "rope_scaling            | 7            | an object",
        "hidden_act              | \"gelu_10\"  | gelu_10",
        "attention_bias          | true         | q_proj.bias",
        "mlp_bias                | \"yes\"      | true or false",
        "partial_rotary_factor   | 0.5          | 0.5",
        "quantization_config     | {\"bits\": 4} | quantization_config",
        "rope_interleaved        | true         | rope_interleaved",
        "layer_types             | []           | layer_types",
        "model_type              | 3            | a text"
      })
  void decoder_hostileValue_isANamedError(String key, String value, String named) {
    assertThatThrownBy(() -> new TinyModel().with(key, value).decoder())
        .isInstanceOf(HeedException.class)
        .hasMessageContaining(named);
  }

  @Test
  void decoder_manyBlocksWithoutTensors_namesTheFirstMissing() {
    assertThatThrownBy(() -> new TinyModel().with("num_hidden_layers", "2000000000").decoder())
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("model.layers.2.");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"rope_type\": \"linear\", \"factor\": 0}                            | factor",
        "{\"rope_type\": \"linear\"}                                           | factor",
        "{\"rope_type\": \"linear\", \"factor\": 2, \"twist\": 1}              | twist",
        "{\"rope_type\": \"dynamic\", \"factor\": -1}                          | factor",
        "{\"rope_type\": \"yarn\", \"factor\": 2, \"original_max_position_embeddings\": 0} | above 0",
        "{\"rope_type\": \"llama3\", \"factor\": 2, \"low_freq_factor\": 4, \"high_freq_factor\": 1} | low",
        "{\"rope_type\": \"longrope\", \"factor\": 2}                          | longrope"
      })
  void decoder_hostileScaling_isANamedError(String scaling, String named) {
    assertThatThrownBy(() -> new TinyModel().with("rope_scaling", scaling).decoder())
        .isInstanceOf(HeedException.class)
        .hasMessageContaining(named);
  }

  @Test
  void decoder_bothSpellingsOfRotary_areRefused() {
    TinyModel both =
        new TinyModel()
            .with("rope_parameters", "{\"rope_type\": \"default\", \"rope_theta\": 500}")
            .with("rope_scaling", "{\"rope_type\": \"linear\", \"factor\": 2}");
    assertThatThrownBy(both::decoder)
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("both");
  }

  @Test
  void decoder_tiedWithAnotherHead_isRefused() {
    assertThatThrownBy(() -> new TinyModel().with("tie_word_embeddings", "true").decoder())
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("lm_head.weight");
  }

  @Test
  void decoder_tiedWithoutHead_usesTheEmbedding() {
    TinyModel tied = new TinyModel().without("lm_head.weight").with("tie_word_embeddings", "true");
    Decoder decoder = tied.decoder();
    assertThat(decoder.head().weight()).isSameAs(decoder.embedding().tokens());
  }

  @Test
  void decoder_windowOfTypeWithoutWidth_isRefused() {
    TinyModel model =
        new TinyModel()
            .with("model_type", "\"qwen2\"")
            .with("layer_types", "[\"sliding_attention\", \"full_attention\"]");
    for (int i = 0; i < 2; i++) {
      String at = "model.layers." + i + ".self_attn.";
      model.add(at + "q_proj.bias", 24).add(at + "k_proj.bias", 12).add(at + "v_proj.bias", 12);
    }
    assertThatThrownBy(model::decoder)
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("sliding_window");
  }

  @Test
  void forward_idOutsideTheEmbedding_namesBoth() {
    Decoder decoder = new TinyModel().decoder();
    try (Workers workers = Workers.of(1)) {
      Run run = Run.inference(Kernels.best(), workers);
      assertThatThrownBy(() -> decoder.forward(Tokens.of(3, 11, 4), run))
          .isInstanceOf(HeedException.class)
          .hasMessageContaining("id 11")
          .hasMessageContaining("[11, 12]");
    }
  }
}
