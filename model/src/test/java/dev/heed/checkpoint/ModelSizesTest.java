package dev.heed.checkpoint;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class ModelSizesTest {
  private static ModelSizes sizes(String config) {
    return ModelSizes.of(Json.parseObject("config.json", config.getBytes(UTF_8)));
  }

  @Test
  void of_llama_readsItsNames() {
    ModelSizes sizes =
        sizes(
            """
            {"num_hidden_layers": 3, "hidden_size": 60, "num_attention_heads": 6,
             "num_key_value_heads": 2, "intermediate_size": 70, "max_position_embeddings": 80,
             "vocab_size": 90, "sliding_window": 9}
            """);
    assertThat(sizes.layers()).hasValue(3);
    assertThat(sizes.width()).hasValue(60);
    assertThat(sizes.heads()).hasValue(6);
    assertThat(sizes.kvHeads()).hasValue(2);
    assertThat(sizes.headWidth()).hasValue(10);
    assertThat(sizes.hidden()).hasValue(70);
    assertThat(sizes.context()).hasValue(80);
    assertThat(sizes.vocabulary()).hasValue(90);
    assertThat(sizes.window()).hasValue(9);
    assertThat(sizes.cacheBytes(7)).hasValue(2 * 3 * 2 * 10 * 4 * 7);
  }

  @Test
  void of_gpt2_countsHeadsForKeysToo() {
    ModelSizes sizes = sizes("{\"n_layer\": 3, \"n_embd\": 60, \"n_head\": 6, \"n_inner\": null}");
    assertThat(sizes.kvHeads()).hasValue(6);
    assertThat(sizes.headWidth()).hasValue(10);
    assertThat(sizes.hidden()).isEmpty();
    assertThat(sizes.window()).isEmpty();
  }

  @Test
  void of_gguf_readsTheKeysOfItsArchitecture() {
    ModelSizes sizes =
        sizes(
            """
            {"general.architecture": "gemma2", "gemma2.block_count": 4, "llama.block_count": 5,
             "gemma2.attention.head_count": [8, 6], "gemma2.attention.head_count_kv": [2, 4],
             "gemma2.attention.key_length": 11}
            """);
    assertThat(sizes.layers()).hasValue(4);
    assertThat(sizes.heads()).hasValue(8);
    assertThat(sizes.kvHeads()).hasValue(4);
    assertThat(sizes.cacheBytes(3)).hasValue(2 * 4 * 4 * 11 * 4 * 3);
  }

  @Test
  void caching_mixersOfSeveralKinds_countsThoseWithKeysAndValues() {
    String all = "{\"num_hidden_layers\": 3, \"num_attention_heads\": 2, \"head_dim\": 5, %s}";
    assertThat(sizes(all.formatted("\"mixers\": [{}, {\"type\": \"mamba2\"}, {}]")).cacheBytes(7))
        .hasValue(2 * 2 * 2 * 5 * 4 * 7);
    assertThat(sizes(all.formatted("\"mixer\": {\"type\": \"linear\"}")).caching()).hasValue(0);
    assertThat(sizes(all.formatted("\"mixer\": {\"mask\": \"causal\"}")).caching()).hasValue(3);
    assertThat(sizes(all.formatted("\"mixers\": [{\"head_dim\": 4}, {}, {}]")).cacheBytes(7))
        .isEmpty();
    assertThat(sizes("{\"num_heads\": 2, \"state_size\": 8}").kvHeads()).isEmpty();
  }

  @Test
  void of_textAndVision_countsTheTextHalf() {
    assertThat(sizes("{\"text_config\": {\"hidden_size\": 5}, \"hidden_size\": 6}").width())
        .hasValue(5);
  }

  @Test
  void of_nothing_knowsNothing() {
    assertThat(sizes("{}").heads()).isEmpty();
    assertThat(sizes("{}").headWidth()).isEmpty();
    assertThat(sizes("{}").cacheBytes(5)).isEmpty();
    assertThat(sizes("{\"n_head\": 0, \"n_embd\": 8}").headWidth()).isEmpty();
  }

  @Test
  void of_impossibleSizes_giveNoMemory() {
    ModelSizes huge =
        sizes(
            """
            {"n_layer": 2147483647, "n_head": 2147483647, "head_dim": 2147483647}
            """);
    assertThat(huge.cacheBytes(Integer.MAX_VALUE)).isEmpty();
    assertThatThrownBy(() -> sizes("{\"n_layer\": 2.5}").layers())
        .isInstanceOf(CheckpointException.class);
  }
}
