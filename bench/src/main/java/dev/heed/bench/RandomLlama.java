package dev.heed.bench;

import dev.heed.checkpoint.Json;
import dev.heed.checkpoint.Settings;
import dev.heed.checkpoint.Weights;
import dev.heed.model.Decoder;
import dev.heed.model.LanguageModel;
import dev.heed.tensor.DataType;
import dev.heed.tensor.Weight;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/// A Llama of random weights in native memory, all matrices of one type.
final class RandomLlama {
  private final LlamaShape shape;
  private final RandomWeights random;
  private final Map<String, Weight> weights = new HashMap<>();

  private RandomLlama(LlamaShape shape, RandomWeights random) {
    this.shape = shape;
    this.random = random;
  }

  static Decoder of(LlamaShape shape, DataType type, Arena arena) {
    RandomLlama llama = new RandomLlama(shape, new RandomWeights(type, arena));
    llama.addWeights();
    Json.Obj config =
        Json.object()
            .with("model_type", "llama")
            .with("hidden_size", shape.width())
            .with("num_hidden_layers", shape.layers())
            .with("num_attention_heads", shape.heads())
            .with("num_key_value_heads", shape.groups())
            .with("intermediate_size", shape.hidden())
            .with("vocab_size", shape.vocabulary())
            .with("rms_norm_eps", 1e-5)
            .with("rope_theta", 10000.0)
            .with("max_position_embeddings", 2048);
    return LanguageModel.decoder(new Settings(config), Weights.of(llama.weights), "random");
  }

  private void addWeights() {
    int width = shape.width();
    for (int layer = 0; layer < shape.layers(); layer++) {
      String block = "model.layers." + layer + ".";
      add(block + "self_attn.q_proj.weight", width, width);
      add(block + "self_attn.k_proj.weight", shape.groupWidth(), width);
      add(block + "self_attn.v_proj.weight", shape.groupWidth(), width);
      add(block + "self_attn.o_proj.weight", width, width);
      add(block + "mlp.gate_proj.weight", shape.hidden(), width);
      add(block + "mlp.up_proj.weight", shape.hidden(), width);
      add(block + "mlp.down_proj.weight", width, shape.hidden());
      addOnes(block + "input_layernorm.weight");
      addOnes(block + "post_attention_layernorm.weight");
    }
    addOnes("model.norm.weight");
    add("model.embed_tokens.weight", shape.vocabulary(), width);
    add("lm_head.weight", shape.vocabulary(), width);
  }

  private void add(String name, int out, int in) {
    weights.put(name, random.of(name, out, in));
  }

  private void addOnes(String name) {
    float[] ones = new float[shape.width()];
    Arrays.fill(ones, 1);
    weights.put(name, Weight.of(name, ones, shape.width()));
  }
}
