package dev.heed.model;

import dev.heed.checkpoint.Checkpoint;
import dev.heed.checkpoint.Json;
import dev.heed.tensor.DataType;
import dev.heed.tensor.Weight;
import java.util.Map;

/// Turns a Hugging Face decoder into what the converter of llama.cpp makes of it: other names,
/// queries and keys of Llama permuted to neighbouring pairs, whole gains for Gemma, linear layers
/// of GPT-2 transposed.
final class Conversion {
  private static final Map<String, String> NAMES =
      Map.ofEntries(
          Map.entry("model.embed_tokens", "token_embd"),
          Map.entry("model.norm", "output_norm"),
          Map.entry("lm_head", "output"),
          Map.entry("transformer.wte", "token_embd"),
          Map.entry("transformer.wpe", "position_embd"),
          Map.entry("transformer.ln_f", "output_norm"),
          Map.entry("self_attn.q_proj", "attn_q"),
          Map.entry("self_attn.k_proj", "attn_k"),
          Map.entry("self_attn.v_proj", "attn_v"),
          Map.entry("self_attn.o_proj", "attn_output"),
          Map.entry("self_attn.q_norm", "attn_q_norm"),
          Map.entry("self_attn.k_norm", "attn_k_norm"),
          Map.entry("mlp.gate_proj", "ffn_gate"),
          Map.entry("mlp.up_proj", "ffn_up"),
          Map.entry("mlp.down_proj", "ffn_down"),
          Map.entry("input_layernorm", "attn_norm"),
          Map.entry("post_attention_layernorm", "ffn_norm"),
          Map.entry("pre_feedforward_layernorm", "ffn_norm"),
          Map.entry("post_feedforward_layernorm", "post_ffw_norm"),
          Map.entry("ln_1", "attn_norm"),
          Map.entry("attn.c_attn", "attn_qkv"),
          Map.entry("attn.c_proj", "attn_output"),
          Map.entry("ln_2", "ffn_norm"),
          Map.entry("mlp.c_fc", "ffn_up"),
          Map.entry("mlp.c_proj", "ffn_down"));

  private final Json.Obj config;
  private final String type;
  private final String architecture;
  private final GgufCopy copy = new GgufCopy();

  private Conversion(Json.Obj config) {
    this.config = config;
    type = config.string("model_type");
    architecture = type.equals("mistral") ? "llama" : type;
  }

  static GgufCopy of(Checkpoint checkpoint) {
    Conversion conversion = new Conversion(checkpoint.config());
    conversion.settings();
    checkpoint.tensors().keySet().forEach(name -> conversion.tensor(checkpoint.weight(name)));
    return conversion.copy;
  }

  private void settings() {
    copy.with("general.architecture", architecture);
    boolean gpt2 = type.equals("gpt2");
    integer("context_length", gpt2 ? "n_positions" : "max_position_embeddings");
    integer("embedding_length", gpt2 ? "n_embd" : "hidden_size");
    integer("block_count", gpt2 ? "n_layer" : "num_hidden_layers");
    integer("attention.head_count", gpt2 ? "n_head" : "num_attention_heads");
    if (gpt2) {
      copy.with("gpt2.feed_forward_length", 4 * config.integer("n_embd"));
      decimal("attention.layer_norm_epsilon", config.number("layer_norm_epsilon"));
      return;
    }
    integer("feed_forward_length", "intermediate_size");
    integer("attention.head_count_kv", "num_key_value_heads");
    integer("attention.key_length", "head_dim");
    integer("attention.value_length", "head_dim");
    decimal("attention.layer_norm_rms_epsilon", config.number("rms_norm_eps"));
    decimal("rope.freq_base", config.object("rope_parameters").number("rope_theta"));
    if (type.equals("gemma2")) {
      integer("attention.sliding_window", "sliding_window");
      decimal("attn_logit_softcapping", config.number("attn_logit_softcapping"));
      decimal("final_logit_softcapping", config.number("final_logit_softcapping"));
    }
  }

  private void integer(String key, String from) {
    copy.with(architecture + "." + key, config.integer(from));
  }

  private void decimal(String key, double value) {
    copy.with(architecture + "." + key, value);
  }

  private void tensor(Weight weight) {
    String path = weight.name().substring(0, weight.name().lastIndexOf('.'));
    int[] axes = weight.shape().toArray();
    float[] numbers = numbers(path, weight);
    if (type.equals("gpt2") && path.matches(".*c_(attn|proj|fc)") && axes.length == 2) {
      axes = new int[] {axes[1], axes[0]};
    }
    String name = name(weight.name());
    if (type.equals("gemma2") && path.endsWith("post_attention_layernorm")) {
      name = name.replace("ffn_norm", "post_attention_norm");
    }
    copy.add(name, DataType.F32, numbers, axes);
  }

  /// The name in a GGUF file of a tensor of a Hugging Face folder.
  static String name(String tensor) {
    int dot = tensor.lastIndexOf('.');
    String path = tensor.substring(0, dot);
    String ending = tensor.substring(dot);
    String[] block =
        path.replace("model.layers.", "h.").replace("transformer.h.", "h.").split("\\.", 3);
    return block[0].equals("h")
        ? "blk." + block[1] + "." + NAMES.get(block[2]) + ending
        : NAMES.get(path) + ending;
  }

  private float[] numbers(String path, Weight weight) {
    float[] numbers = weight.toFloats();
    if (type.equals("gemma2") && path.endsWith("norm")) {
      for (int i = 0; i < numbers.length; i++) {
        numbers[i]++;
      }
    }
    if (architecture.equals("llama") && path.endsWith("q_proj")) {
      return permuted(numbers, config.integer("num_attention_heads"));
    }
    if (architecture.equals("llama") && path.endsWith("k_proj")) {
      return permuted(numbers, config.integer("num_key_value_heads"));
    }
    boolean transposed = type.equals("gpt2") && path.matches(".*c_(attn|proj|fc)");
    return transposed && weight.shape().rank() == 2
        ? Rewritten.transposed(weight).toFloats()
        : numbers;
  }

  /// Rows `p` and `p + E/2` of each head become neighbours.
  private float[] permuted(float[] numbers, int heads) {
    int headWidth = config.integer("head_dim");
    int row = numbers.length / (heads * headWidth);
    float[] to = new float[numbers.length];
    for (int r = 0; r < heads * headWidth; r++) {
      int head = r / headWidth;
      int within = r % headWidth;
      int half = headWidth / 2;
      int from = head * headWidth + within / 2 + (within % 2 == 0 ? 0 : half);
      System.arraycopy(numbers, from * row, to, r * row, row);
    }
    return to;
  }
}
