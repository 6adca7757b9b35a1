package dev.heed.model;

import dev.heed.checkpoint.Json;
import dev.heed.checkpoint.Settings;
import dev.heed.checkpoint.Weights;
import dev.heed.tensor.DataType;
import dev.heed.tensor.Weight;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;

/// A Llama of random weights, small enough for every axis to have its own length: `D = 12`, `H =
/// 6`, `G = 3`, `E = 4`, `F = 10`, `V = 11`, two blocks.
final class TinyModel {
  static final String CONFIG =
      """
      {"model_type": "llama", "hidden_size": 12, "num_hidden_layers": 2, "num_attention_heads": 6,
       "num_key_value_heads": 3, "head_dim": 4, "intermediate_size": 10, "vocab_size": 11,
       "max_position_embeddings": 64, "rms_norm_eps": 1e-6}
      """;

  private final Map<String, Weight> weights = new LinkedHashMap<>();
  private final Random random = new Random(3);
  private Json.Obj config =
      Json.parseObject("config.json", CONFIG.getBytes(StandardCharsets.UTF_8));

  TinyModel() {
    add("model.embed_tokens.weight", 11, 12);
    add("model.norm.weight", 12);
    add("lm_head.weight", 11, 12);
    for (int i = 0; i < 2; i++) {
      String block = "model.layers." + i + ".";
      add(block + "input_layernorm.weight", 12);
      add(block + "post_attention_layernorm.weight", 12);
      add(block + "self_attn.q_proj.weight", 24, 12);
      add(block + "self_attn.k_proj.weight", 12, 12);
      add(block + "self_attn.v_proj.weight", 12, 12);
      add(block + "self_attn.o_proj.weight", 12, 24);
      add(block + "mlp.gate_proj.weight", 10, 12);
      add(block + "mlp.up_proj.weight", 10, 12);
      add(block + "mlp.down_proj.weight", 12, 10);
    }
  }

  TinyModel add(String name, int... shape) {
    int size = 1;
    for (int length : shape) {
      size *= length;
    }
    float[] numbers = new float[size];
    for (int i = 0; i < size; i++) {
      numbers[i] = (float) random.nextGaussian() * 0.4f;
    }
    weights.put(name, Weight.of(name, numbers, shape));
    return this;
  }

  TinyModel without(String name) {
    weights.remove(name);
    return this;
  }

  /// Sets a key of the configuration to a JSON value.
  TinyModel with(String key, String json) {
    byte[] text = "{\"v\": %s}".formatted(json).getBytes(StandardCharsets.UTF_8);
    config = config.with(key, Json.parseObject("test", text).get("v").orElseThrow());
    return this;
  }

  /// Adds the weights under the names of a GGUF file.
  void copyInto(GgufCopy copy) {
    weights.forEach((name, weight) ->
        copy.add(Conversion.name(name), DataType.F32, weight.toFloats(), weight.shape().toArray()));
  }

  Weights weights() {
    return Weights.of(weights);
  }

  Settings settings() {
    return new Settings(config);
  }

  /// The decoder, checked as a loaded one is.
  Decoder decoder() {
    return LanguageModel.decoder(settings(), weights(), "tiny");
  }
}
