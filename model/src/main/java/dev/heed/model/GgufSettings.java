package dev.heed.model;

import dev.heed.checkpoint.GgufMetadata;
import dev.heed.checkpoint.Json;
import dev.heed.checkpoint.Settings;
import dev.heed.checkpoint.Weights;
import java.util.OptionalDouble;

/// The settings of a GGUF file in the names of a Hugging Face `config.json`, so that an
/// architecture reads one form.
///
/// A missing key takes the value that llama.cpp takes.
final class GgufSettings {
  /// What the checkpoint stores less than a whole gain of a norm.
  static final String NORM_OFFSET = "heed.norm_offset";

  /// Whether rotary pairs are neighbours: the layout into which GGUF files of Llama are permuted.
  static final String ROTARY_INTERLEAVED = "heed.rotary_interleaved";

  /// Whether linear layers are stored `[out, in]` where the Hugging Face checkpoint has `[in,
  /// out]`.
  static final String LINEAR_OUT_IN = "heed.linear_out_in";

  private static final String ATTENTION_BIAS = "attention_bias";

  private final String architecture;
  private final Settings file;
  private Json.Obj config = Json.object();

  private GgufSettings(GgufMetadata metadata) {
    architecture = metadata.string("general.architecture");
    file = new Settings(metadata.settings());
  }

  /// @param weights of the file, under its own names
  static Settings of(GgufMetadata metadata, Weights weights) {
    GgufSettings settings = new GgufSettings(metadata);
    settings.sizes(metadata, weights);
    settings.attention(weights);
    settings.rotary();
    settings.file.rejectUnread(settings.architecture);
    Settings config = new Settings(settings.config);
    // what this class adds of its own, for the architectures that ask for it
    config.ignore(
        NORM_OFFSET, LINEAR_OUT_IN, ROTARY_INTERLEAVED, RotarySettings.DIMENSIONS, ATTENTION_BIAS);
    return config;
  }

  private void sizes(GgufMetadata metadata, Weights weights) {
    boolean gpt2 = architecture.equals("gpt2");
    config = config.with("model_type", architecture);
    copy("embedding_length", gpt2 ? "n_embd" : "hidden_size");
    copy("block_count", gpt2 ? "n_layer" : "num_hidden_layers");
    copy("context_length", gpt2 ? "n_positions" : "max_position_embeddings");
    copy("feed_forward_length", gpt2 ? "n_inner" : "intermediate_size");
    long vocabulary =
        weights
            .shape("token_embd.weight")
            .map(shape -> (long) shape.axis(0))
            .orElseGet(() -> metadata.length("tokenizer.ggml.tokens"));
    file.ignore(key("vocab_size"));
    config =
        config
            .with("vocab_size", vocabulary)
            .with("tie_word_embeddings", !weights.has("output.weight"))
            .with(NORM_OFFSET, 0)
            .with(LINEAR_OUT_IN, true);
  }

  private void attention(Weights weights) {
    boolean gpt2 = architecture.equals("gpt2");
    copy("attention.head_count", gpt2 ? "n_head" : "num_attention_heads");
    copy("attention.head_count_kv", "num_key_value_heads");
    copy("attention.key_length", "head_dim");
    file.ignore(key("attention.value_length"));
    copyNumber("attention.layer_norm_rms_epsilon", "rms_norm_eps");
    copyNumber("attention.layer_norm_epsilon", "layer_norm_epsilon");
    copy("attention.sliding_window", "sliding_window");
    copyNumber("attn_logit_softcapping", "attn_logit_softcapping");
    copyNumber("final_logit_softcapping", "final_logit_softcapping");
    config = config.with(ATTENTION_BIAS, weights.has("blk.0.attn_q.bias"));
    if (architecture.equals("gemma2")) {
      gemma2();
    }
  }

  // llama.cpp scales by the width of a head, and the 27B model, known by its 46 blocks, by D / H.
  private void gemma2() {
    int width = config.integer("hidden_size");
    int heads = config.integer("num_attention_heads");
    int headWidth = config.optionalInteger("head_dim").orElse(width / heads);
    boolean largest = config.integer("num_hidden_layers") == 46;
    config =
        config
            .with("query_pre_attn_scalar", largest ? width / heads : headWidth)
            .with("hidden_activation", "gelu_pytorch_tanh");
  }

  private void rotary() {
    copyNumber("rope.freq_base", "rope_theta");
    file.optionalInteger(key("rope.dimension_count"))
        .ifPresent(count -> config = config.with(RotarySettings.DIMENSIONS, count));
    config = config.with(ROTARY_INTERLEAVED, architecture.equals("llama"));
    String type = file.string(key("rope.scaling.type"), "none");
    OptionalDouble linear = file.optionalNumber(key("rope.scale_linear"));
    OptionalDouble factor = file.optionalNumber(key("rope.scaling.factor"));
    if (linear.isPresent() && factor.isEmpty()) {
      type = "linear";
      factor = linear;
    }
    if (!type.equals("none") && factor.isPresent()) {
      Json.Obj scaling = Json.object().with("rope_type", type).with("factor", factor.getAsDouble());
      OptionalDouble original = file.optionalNumber(key("rope.scaling.original_context_length"));
      if (original.isPresent()) {
        scaling = scaling.with("original_max_position_embeddings", (long) original.getAsDouble());
      }
      config = config.with("rope_scaling", scaling);
    }
    file.ignore(key("rope.scaling.finetuned"));
  }

  private void copy(String from, String to) {
    file.optionalInteger(key(from)).ifPresent(value -> config = config.with(to, value));
  }

  private void copyNumber(String from, String to) {
    file.optionalNumber(key(from)).ifPresent(value -> config = config.with(to, value));
  }

  private String key(String name) {
    return architecture + "." + name;
  }
}
