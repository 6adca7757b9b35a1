package dev.heed.train;

import dev.heed.checkpoint.Json;
import dev.heed.text.Tokenizer;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/// Completes the configuration of a new model, so that `transformers` reads it too.
final class ModelConfig {
  private ModelConfig() {}

  /// @param settings whose model names its type and sizes
  /// @param from the configuration of a model to begin with, which holds in the place of that
  static Json.Obj of(TrainingSettings settings, Tokenizer tokenizer, Optional<Json.Obj> from) {
    Json.Obj stated = from.orElse(settings.model().config());
    String type = stated.string("model_type");
    boolean gpt2 = type.equals("gpt2");
    int context = settings.amount().batch().length();
    String positions = gpt2 ? "n_positions" : "max_position_embeddings";
    int most = stated.integer(positions, context);
    Check.that(most >= context, "context", context, "up to the model's %d".formatted(most));
    int vocabulary = tokenizer.vocabularySize();
    int wide = stated.integer("vocab_size", vocabulary);
    Check.that(
        wide >= vocabulary,
        "model.vocab_size",
        wide,
        "at least the tokenizer's %d".formatted(vocabulary));
    Json.Obj config =
        Json.object()
            .with("architectures", Json.of(List.of(Json.of(architecture(type)))))
            .with("model_type", type)
            .with("vocab_size", wide)
            .with("bos_token_id", id(tokenizer.bos()))
            .with("eos_token_id", id(tokenizer.eos()));
    // Mamba-2 has neither positions nor attention
    Json.Obj sized =
        type.equals("mamba2")
            ? config
            : dropped(config.with(positions, most), settings.learning().regularization().dropout());
    Json.Obj all = Overlay.of(sized, stated);
    return from.isPresent()
        ? all
        : all.with("torch_dtype", "float32").called("settings of the model");
  }

  private static Json.Obj dropped(Json.Obj config, DropoutSettings dropout) {
    double weights = dropout.attention().weights();
    return config.string("model_type").equals("gpt2")
        ? config
            .with("attn_pdrop", weights)
            .with("embd_pdrop", dropout.embedding())
            .with("resid_pdrop", dropout.residual())
        : config.with("attention_dropout", weights);
  }

  private static Json id(OptionalInt id) {
    return id.isPresent() ? Json.of((long) id.getAsInt()) : new Json.Null();
  }

  private static String architecture(String type) {
    return switch (type) {
      case "gpt2" -> "GPT2LMHeadModel";
      case "llama" -> "LlamaForCausalLM";
      case "mistral" -> "MistralForCausalLM";
      case "qwen2" -> "Qwen2ForCausalLM";
      case "qwen3" -> "Qwen3ForCausalLM";
      case "gemma2" -> "Gemma2ForCausalLM";
      case "mamba2" -> "Mamba2ForCausalLM";
      case "heed" -> "HeedForCausalLM";
      default ->
          throw Check.unknown(
              "model_type",
              type,
              "gpt2, llama, mistral, qwen2, qwen3, gemma2, mamba2 and heed are");
    };
  }
}
