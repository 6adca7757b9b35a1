package dev.heed.model;

import dev.heed.checkpoint.CheckpointException;
import dev.heed.checkpoint.GgufMetadata;
import dev.heed.checkpoint.Json;
import dev.heed.checkpoint.Settings;
import dev.heed.checkpoint.Weights;
import java.util.OptionalInt;
import java.util.Set;

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
  private static final String MLP_BIAS = "mlp_bias";

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
    settings.heads();
    settings.rotary();
    settings.harmless(metadata.keys());
    settings.file.rejectUnread(settings.architecture);
    Settings config = new Settings(settings.config);
    // what this class adds of its own, for the architectures that ask for it
    config.ignore(
        NORM_OFFSET, LINEAR_OUT_IN, ROTARY_INTERLEAVED, RotarySettings.DIMENSIONS, ATTENTION_BIAS);
    config.ignore(MLP_BIAS, "head_dim", "num_key_value_heads", "sliding_window");
    return config;
  }

  private boolean isGpt2() {
    return architecture.equals("gpt2");
  }

  private void sizes(GgufMetadata metadata, Weights weights) {
    config = config.with("model_type", architecture);
    copy("embedding_length", isGpt2() ? "n_embd" : "hidden_size");
    copy("block_count", isGpt2() ? "n_layer" : "num_hidden_layers");
    copy("context_length", isGpt2() ? "n_positions" : "max_position_embeddings");
    copy("feed_forward_length", isGpt2() ? "n_inner" : "intermediate_size");
    long vocabulary =
        weights
            .shape("token_embd.weight")
            .filter(shape -> shape.rank() == 2)
            .map(shape -> (long) shape.axis(0))
            .orElseGet(() -> metadata.length("tokenizer.ggml.tokens"));
    config =
        config
            .with("vocab_size", vocabulary)
            .with("tie_word_embeddings", !weights.has("output.weight"))
            .with(NORM_OFFSET, 0)
            .with(LINEAR_OUT_IN, true);
  }

  private void attention(Weights weights) {
    copy("attention.head_count", isGpt2() ? "n_head" : "num_attention_heads");
    String epsilon = isGpt2() ? "layer_norm_epsilon" : "layer_norm_rms_epsilon";
    config =
        config.with(
            isGpt2() ? "layer_norm_epsilon" : "rms_norm_eps",
            file.number(key("attention." + epsilon)));
    copyNumber("attn_logit_softcapping", "attn_logit_softcapping");
    copyNumber("final_logit_softcapping", "final_logit_softcapping");
    config =
        config
            .with(ATTENTION_BIAS, weights.has("blk.0.attn_q.bias"))
            .with(MLP_BIAS, weights.has("blk.0.ffn_gate.bias"));
    if (architecture.equals("gemma2")) {
      config = config.with("sliding_window", 4096);
      file.optionalPositive(key("attention.sliding_window"))
          .ifPresent(width -> config = config.with("sliding_window", width));
    }
  }

  // A head is as wide as D / H and there are as many for keys as for queries, unless stated.
  private void heads() {
    int width = file.positive(key("embedding_length"));
    int count = file.positive(key("attention.head_count"));
    int headWidth = file.optionalPositive(key("attention.key_length")).orElse(width / count);
    int groups = file.optionalPositive(key("attention.head_count_kv")).orElse(count);
    int values = file.optionalPositive(key("attention.value_length")).orElse(width / count);
    if (values != headWidth || (isGpt2() && (headWidth != width / count || groups != count))) {
      throw new CheckpointException(
          "config: %d heads over %d key/value heads with keys of width %d and values of width %d; %s does not know these"
              .formatted(count, groups, headWidth, values, architecture));
    }
    if (!isGpt2()) {
      config = config.with("head_dim", headWidth).with("num_key_value_heads", groups);
    }
    if (architecture.equals("gemma2")) {
      gemma2(headWidth, width / count);
    }
  }

  // llama.cpp scales by the width of a head, and the 27B model, known by its 46 blocks, by D / H.
  private void gemma2(int headWidth, int share) {
    boolean largest = file.positive(key("block_count")) == 46;
    config =
        config
            .with("query_pre_attn_scalar", largest ? share : headWidth)
            .with("hidden_activation", "gelu_pytorch_tanh");
  }

  private void rotary() {
    copyNumber("rope.freq_base", "rope_theta");
    file.optionalPositive(key("rope.dimension_count"))
        .ifPresent(count -> config = config.with(RotarySettings.DIMENSIONS, count));
    config = config.with(ROTARY_INTERLEAVED, architecture.equals("llama"));
    String type = file.string(key("rope.scaling.type"), "linear");
    double factor =
        file.optionalNumber(key("rope.scaling.factor"))
            .orElse(file.number(key("rope.scale_linear"), 0));
    Json.Obj scaling = Json.object().with("rope_type", type).with("factor", factor);
    // a factor of 0 says that nothing is stretched
    if (type.equals("yarn")) {
      config = config.with("rope_scaling", yarn(scaling, factor));
    } else if (!type.equals("none") && factor != 0) {
      config = config.with("rope_scaling", scaling);
    }
    file.ignore(key("rope.scaling.finetuned"), key("rope.scaling.original_context_length"));
  }

  private Json.Obj yarn(Json.Obj scaling, double factor) {
    double stretch = factor == 0 ? 1 : factor;
    double magnitude =
        file.number(key("rope.scaling.attn_factor"), 1) * (1 + 0.1 * Math.log(stretch));
    Json.Obj yarn =
        scaling
            .with("factor", stretch)
            .with("attention_factor", magnitude)
            .with("beta_fast", file.number(key("rope.scaling.yarn_beta_fast"), 32))
            .with("beta_slow", file.number(key("rope.scaling.yarn_beta_slow"), 1));
    OptionalInt original = file.optionalPositive(key("rope.scaling.original_context_length"));
    return original.isPresent()
        ? yarn.with("original_max_position_embeddings", original.getAsInt())
        : yarn;
  }

  // Keys that say how a file was made, or state what is computed in any case.
  private void harmless(Set<String> keys) {
    file.ignore(key("vocab_size"), key("tensor_data_layout"));
    // whatever makers of files add under names of their own
    keys.stream().filter(key -> !key.startsWith(architecture + ".")).forEach(file::ignore);
    require(file.bool(key("attention.causal"), true), "attention.causal", "true");
    require(file.integer(key("expert_count"), 0) == 0, "expert_count", "0");
    require(file.integer(key("expert_used_count"), 0) == 0, "expert_used_count", "0");
    require(
        file.number(key("rope.scaling.yarn_log_multiplier"), 0) == 0,
        "rope.scaling.yarn_log_multiplier",
        "0");
    require(
        file.number(key("rope.scaling.yarn_ext_factor"), 1) == 1,
        "rope.scaling.yarn_ext_factor",
        "1");
  }

  private void require(boolean fits, String name, String expected) {
    if (!fits) {
      throw new CheckpointException(
          "config: %s should be %s; %s computes nothing else"
              .formatted(key(name), expected, architecture));
    }
  }

  private void copy(String from, String to) {
    config = config.with(to, file.positive(key(from)));
  }

  private void copyNumber(String from, String to) {
    file.optionalNumber(key(from)).ifPresent(value -> config = config.with(to, value));
  }

  private String key(String name) {
    return architecture + "." + name;
  }
}
