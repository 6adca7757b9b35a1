package dev.heed.checkpoint;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heed.tensor.Weight;
import dev.heed.testing.NeedsShared;
import dev.heed.testing.Shared;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CheckpointTest {
  @Test
  @NeedsShared("data/stories260K")
  void open_sameModelInBothForms_givesTheSameNumbers() {
    try (Checkpoint folder = Checkpoint.open(Shared.path("data/stories260K/hf"));
        Checkpoint gguf = Checkpoint.open(Shared.path("data/stories260K/stories260K-F32.gguf"))) {
      Weight fromFolder =
          folder.weights().in("model.layers").in(3).get("mlp.up_proj.weight", 172, 64);
      Weight fromGguf = gguf.weights().in("blk").in(3).get("ffn_up.weight", 172, 64);
      assertThat(fromFolder.toFloats()).isEqualTo(fromGguf.toFloats());
      assertThat(folder.config().integer("hidden_size")).isEqualTo(64);
      assertThat(gguf.config().integer("llama.embedding_length")).isEqualTo(64);
      assertThat(folder.generationConfig().orElseThrow().integer("eos_token_id")).isEqualTo(2);
      assertThat(folder.gguf()).isEmpty();
      assertThat(gguf.gguf().orElseThrow().strings("tokenizer.ggml.tokens"))
          .hasSize(512)
          .contains("<s>");
      assertThat(gguf.gguf().orElseThrow().floats("tokenizer.ggml.scores")).hasSize(512);
      assertThat(gguf.gguf().orElseThrow().integers("tokenizer.ggml.token_type")).hasSize(512);
      assertThat(gguf.config().members().keySet()).noneMatch(key -> key.startsWith("tokenizer."));
      assertThat(folder.json("tokenizer.json")).isPresent();
    }
  }

  @Test
  void weights_wrongShapeOrName_namesBoth() {
    Weights weights =
        Weights.of(Map.of("blocks.3.attention.q.weight", Weight.of("q", new float[6], 2, 3)));
    Weights attention = weights.in("blocks").in(3).in("attention");
    assertThatThrownBy(() -> attention.get("q.weight", 3, 2))
        .isInstanceOf(CheckpointException.class)
        .hasMessage("checkpoint: 'blocks.3.attention.q.weight' should be [3, 2], is [2, 3]");
    assertThatThrownBy(() -> attention.get("p.weight", 3, 2))
        .hasMessage(
            "checkpoint: 'blocks.3.attention.p.weight' [3, 2] is missing; nearest is"
                + " 'blocks.3.attention.q.weight'");
    assertThat(attention.optional("bias", 3)).isEmpty();
    assertThat(weights.unread()).containsExactly("blocks.3.attention.q.weight");
    assertThat(attention.get("q.weight", 2, 3).shape().toArray()).containsExactly(2, 3);
    assertThat(weights.unread()).isEmpty();
  }

  @Test
  void weights_named_translatesTheWholePath() {
    Weights weights =
        Weights.of(Map.of("blk.3.attn_q.weight", Weight.of("q", new float[6], 2, 3)))
            .named(path ->
                path.replace("model.layers.", "blk.").replace("self_attn.q_proj", "attn_q"));
    Weights layer = weights.in("model.layers").in(3);
    assertThat(layer.has("self_attn.q_proj.weight")).isTrue();
    assertThatThrownBy(() -> layer.get("self_attn.q_proj.weight", 4, 3))
        .hasMessage(
            "checkpoint: 'blk.3.attn_q.weight' (model.layers.3.self_attn.q_proj.weight) should be"
                + " [4, 3], is [2, 3]");
    layer.get("self_attn.q_proj.weight", 2, 3);
    assertThat(weights.unread()).isEmpty();
  }

  private static Settings settings(String json) {
    return new Settings(Json.parseObject("config.json", json.getBytes(UTF_8)));
  }

  @Test
  void settings_unknownKey_isRefusedWithTheNearest() {
    Settings settings =
        settings("{\"model_type\": \"llama\", \"rms_norm_eps\": 1e-5, \"rms_norm_eqs\": 1e-3}");
    assertThat(settings.number("rms_norm_eps")).isEqualTo(1e-5);
    assertThatThrownBy(() -> settings.rejectUnread("llama"))
        .isInstanceOf(CheckpointException.class)
        .hasMessage(
            "config.json: rms_norm_eqs: is the number 1e-3, which llama does not know and which may"
                + " change what it computes; nearest is 'rms_norm_eps'");
    settings.ignore("rms_norm_eqs");
    settings.rejectUnread("llama");
  }

  @Test
  void settings_unknownKeyInside_isRefusedAndNullIsNot() {
    Settings settings =
        settings("{\"rope\": {\"theta\": 1, \"factor\": 2}, \"gone\": null, \"use_cache\": true}");
    assertThat(settings.in("rope").orElseThrow().integer("theta")).isEqualTo(1);
    assertThatThrownBy(() -> settings.rejectUnread("llama"))
        .hasMessageStartingWith("config.json: rope.factor: is the number 2");
    assertThat(settings.in("rope").orElseThrow().number("factor")).isEqualTo(2);
    settings.rejectUnread("llama");
  }

  @Test
  void settings_harmlessOnlyWhenOff_isRefusedWhenOn() {
    settings("{\"add_cross_attention\": false, \"pruned_heads\": {}}").rejectUnread("gpt2");
    assertThatThrownBy(() -> settings("{\"add_cross_attention\": true}").rejectUnread("gpt2"))
        .hasMessageContaining("add_cross_attention: is the truth value true");
    assertThatThrownBy(() -> settings("{\"pruned_heads\": {\"1\": [2]}}").rejectUnread("gpt2"))
        .hasMessageContaining("pruned_heads: is an object");
    assertThatThrownBy(
            () -> settings("{\"quantization_config\": {\"bits\": 4}}").rejectUnread("gpt2"))
        .hasMessageContaining("quantization_config: is an object");
  }
}
