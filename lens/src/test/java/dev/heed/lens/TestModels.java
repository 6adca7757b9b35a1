package dev.heed.lens;

import dev.heed.checkpoint.Checkpoint;
import dev.heed.checkpoint.Json;
import dev.heed.kernel.Workers;
import dev.heed.model.Decoder;
import dev.heed.model.EmbeddedModel;
import dev.heed.model.LanguageModel;
import dev.heed.tensor.CounterRandom;
import dev.heed.testing.Shared;
import dev.heed.train.NewWeights;
import dev.heed.train.Overlay;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// Models to look into: `D = 12`, `H = 6`, `G = 3`, `E = 4`, `F = 10`, `V = 11`, two blocks, with
/// changes.
final class TestModels {
  static final Workers WORKERS = Workers.of(2);
  static final int[] IDS = {3, 1, 4, 1, 5, 9, 2, 6, 5};

  private static final String CONFIG =
      """
      {"model_type": "heed", "vocab_size": 11, "max_position_embeddings": 64, "hidden_size": 12,
       "num_hidden_layers": 2, "num_attention_heads": 6, "num_key_value_heads": 3, "head_dim": 4,
       "intermediate_size": 10, "initializer_range": 0.4}
      """;

  /// Folders of golden/ that hold decoders.
  static final List<String> GOLDEN =
      List.of(
          "gemma2",
          "gpt-oss",
          "gpt2",
          "llama-gqa",
          "llama3-rope",
          "mamba2",
          "mistral-window",
          "mixtral",
          "qwen3");

  /// Changes of the configuration that lead to every kind of part.
  static final List<String> KINDS =
      List.of(
          "{}",
          "{`positions`: {`type`: `none`}, `feed_forward`: {`type`: `none`}, `intermediate_size`: null}",
          "{`positions`: {`type`: `learned`}, `norm`: {`type`: `layer`, `place`: `post`}, `bias`: true}",
          "{`positions`: {`type`: `sinusoidal`}, `norm`: {`place`: `sandwich`}, `feed_forward`: {`type`: `plain`}}",
          "{`norm`: {`type`: `none`}, `mixer`: {`normalizer`: `sink`, `source`: `prefix(3)`}}",
          "{`mixers`: [{`type`: `attention`}, {`type`: `shared`, `from`: 0}]}",
          "{`mixer`: {`source`: `past(3, 4, 8)`}}",
          "{`mixer`: {`modifiers`: [`forget`]}}",
          "{`mixers`: [{`type`: `linear`}, {`type`: `retention`}]}",
          "{`mixers`: [{`type`: `mamba2`}, {`type`: `s4d`}]}",
          "{`mixers`: [{`type`: `recurrence`}, {`type`: `convolution`}]}",
          "{`mixers`: [{`type`: `gated`}, {`type`: `delta`}]}");

  private TestModels() {}

  static Json.Obj json(String text) {
    String strict = text.replace('`', '"');
    return Json.parseObject("config.json", strict.getBytes(StandardCharsets.UTF_8));
  }

  /// The usual configuration with changes.
  static Json.Obj config(String changes) {
    return json(Overlay.of(json(CONFIG), json(changes)).toString());
  }

  /// A model of random weights, with `changes` over the usual configuration.
  static Decoder decoder(String changes) {
    return NewWeights.random(config(changes), CounterRandom.of(2));
  }

  static Decoder golden(String name) {
    return LanguageModel.decoder(Checkpoint.open(Shared.path("golden/" + name)));
  }

  static Decoder embedded() {
    return LanguageModel.decoder(Checkpoint.open(EmbeddedModel.folder()));
  }

  static Lens lens(Decoder decoder) {
    return Lens.of(decoder, WORKERS);
  }
}
