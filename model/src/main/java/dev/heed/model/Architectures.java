package dev.heed.model;

import dev.heed.checkpoint.CheckpointException;
import java.util.Map;
import java.util.TreeMap;

/// The architectures that Heed runs, by their `model_type`.
final class Architectures {
  private static final Map<String, Architecture> BY_TYPE =
      new TreeMap<>(
          Map.of(
              "gemma2", new Gemma2(),
              "gpt2", new Gpt2(),
              "gpt_oss", new GptOss(),
              "heed", new HeedModel(),
              "llama", new Llama(),
              "mamba2", new Mamba2(),
              "mistral", new Mistral(),
              "mixtral", new Mixtral(),
              "qwen2", new Qwen2(),
              "qwen3", new Qwen3()));

  private Architectures() {}

  static boolean knows(String type) {
    return BY_TYPE.containsKey(type);
  }

  static Architecture named(String type, String source) {
    Architecture architecture = BY_TYPE.get(type);
    if (architecture == null) {
      throw new CheckpointException(
          "%s: architecture '%s' is not known; %s are"
              .formatted(source, type, String.join(", ", BY_TYPE.keySet())));
    }
    return architecture;
  }
}
