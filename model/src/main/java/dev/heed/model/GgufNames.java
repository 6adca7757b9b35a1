package dev.heed.model;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The Hugging Face names of the tensors of a GGUF file.
final class GgufNames {
  private static final Pattern BLOCK = Pattern.compile("blk\\.(\\d+)\\.(.+)\\.(weight|bias)");

  private static final Map<String, String> LLAMA =
      Map.ofEntries(
          Map.entry("attn_norm", "input_layernorm"),
          Map.entry("attn_q", "self_attn.q_proj"),
          Map.entry("attn_k", "self_attn.k_proj"),
          Map.entry("attn_v", "self_attn.v_proj"),
          Map.entry("attn_output", "self_attn.o_proj"),
          Map.entry("attn_q_norm", "self_attn.q_norm"),
          Map.entry("attn_k_norm", "self_attn.k_norm"),
          Map.entry("ffn_norm", "post_attention_layernorm"),
          Map.entry("ffn_gate", "mlp.gate_proj"),
          Map.entry("ffn_up", "mlp.up_proj"),
          Map.entry("ffn_down", "mlp.down_proj"));

  private static final Map<String, String> GEMMA2 =
      Map.of(
          "post_attention_norm", "post_attention_layernorm",
          "ffn_norm", "pre_feedforward_layernorm",
          "post_ffw_norm", "post_feedforward_layernorm");

  private static final Map<String, String> GPT2 =
      Map.of(
          "attn_norm", "ln_1",
          "attn_qkv", "attn.c_attn",
          "attn_output", "attn.c_proj",
          "ffn_norm", "ln_2",
          "ffn_up", "mlp.c_fc",
          "ffn_down", "mlp.c_proj");

  private static final Map<String, String> LLAMA_ROOT =
      Map.of(
          "token_embd.weight", "model.embed_tokens.weight",
          "output_norm.weight", "model.norm.weight",
          "output.weight", "lm_head.weight");

  private static final Map<String, String> GPT2_ROOT =
      Map.of(
          "token_embd.weight", "wte.weight",
          "position_embd.weight", "wpe.weight",
          "output_norm.weight", "ln_f.weight",
          "output_norm.bias", "ln_f.bias",
          "output.weight", "lm_head.weight");

  private GgufNames() {}

  /// The Hugging Face name of a tensor, or its own where it has no other.
  static String huggingFace(String architecture, String name) {
    boolean gpt2 = architecture.equals("gpt2");
    Matcher block = BLOCK.matcher(name);
    if (!block.matches()) {
      return (gpt2 ? GPT2_ROOT : LLAMA_ROOT).getOrDefault(name, name);
    }
    String part = parts(architecture).get(block.group(2));
    if (part == null) {
      return name;
    }
    String root = gpt2 ? "h." : "model.layers.";
    return root + block.group(1) + "." + part + "." + block.group(3);
  }

  private static Map<String, String> parts(String architecture) {
    return switch (architecture) {
      case "gpt2" -> GPT2;
      case "gemma2" -> {
        Map<String, String> parts = new LinkedHashMap<>(LLAMA);
        parts.putAll(GEMMA2);
        yield parts;
      }
      default -> LLAMA;
    };
  }
}
