package dev.heed.checkpoint;

import dev.heed.checkpoint.Json.Obj;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/// What can be said of a checkpoint without reading a weight.
public final class Summary {
  private final Checkpoint checkpoint;
  private final Obj config;

  /// Reads the description of the model, if the checkpoint has one.
  public Summary(Checkpoint checkpoint) {
    this.checkpoint = checkpoint;
    this.config = checkpoint.hasConfig() ? checkpoint.config() : Json.object();
  }

  /// Tensors of one format.
  ///
  /// @param tensors how many there are
  /// @param bytes of all of them together
  public record Stored(int tensors, long bytes) {}

  /// A tokenizer beside the weights.
  ///
  /// @param kind as its file calls it
  /// @param vocabulary tokens, the added ones included
  public record TokenizerKind(String kind, long vocabulary) {}

  /// `GGUF v3`, or `safetensors` with what goes with it.
  public String format() {
    List<TensorFile> files = checkpoint.files();
    String format = files.getFirst().format();
    String shards = files.size() > 1 ? " in %d shards".formatted(files.size()) : "";
    return checkpoint.json("config.json").isPresent()
        ? (checkpoint.carried().isPresent() ? "embedded, " : "Hugging Face folder, ")
            + format
            + shards
        : format + shards;
  }

  /// `model_type` of a folder, `general.architecture` of a GGUF file.
  public Optional<String> architecture() {
    return config
        .optionalString("general.architecture")
        .or(() -> config.optionalString("model_type"));
  }

  /// The name that a GGUF file gives its model.
  public Optional<String> name() {
    return config.optionalString("general.name");
  }

  /// The sizes in the description.
  public ModelSizes sizes() {
    return ModelSizes.of(config);
  }

  /// Whether the model continues a text, so that it keeps keys and values.
  public boolean generates() {
    if (architecture().isEmpty() || config.has("state_size")) {
      return false;
    }
    if (config.has("general.architecture")) {
      return !config.string("general.architecture").contains("bert");
    }
    return config
        .optionalList("architectures")
        .map(names -> names.strings().stream().anyMatch(Summary::isGenerator))
        .orElse(true);
  }

  private static boolean isGenerator(String name) {
    return Stream.of("CausalLM", "LMHead", "ConditionalGeneration", "MTModel")
        .anyMatch(name::contains);
  }

  /// Numbers in all tensors together.
  public long parameters() {
    return tensors().stream().mapToLong(tensor -> tensor.shape().size()).sum();
  }

  /// Bytes of all tensors together.
  public long weightBytes() {
    return tensors().stream().mapToLong(StoredTensor::bytes).sum();
  }

  /// Tensors and bytes by format, in the order of their first appearance.
  public Map<String, Stored> types() {
    Map<String, Stored> types = new LinkedHashMap<>();
    for (StoredTensor tensor : tensors()) {
      types.merge(
          tensor.type(),
          new Stored(1, tensor.bytes()),
          (a, b) -> new Stored(a.tensors() + b.tensors(), a.bytes() + b.bytes()));
    }
    return types;
  }

  /// The tokenizer, if there is one.
  public Optional<TokenizerKind> tokenizer() {
    if (checkpoint.gguf().isPresent()) {
      GgufMetadata metadata = checkpoint.gguf().get();
      return metadata
          .optionalString("tokenizer.ggml.model")
          .map(kind -> new TokenizerKind(kind, metadata.length("tokenizer.ggml.tokens")));
    }
    return checkpoint
        .json("tokenizer.json")
        .map(Summary::tokenizerJson)
        .or(() -> checkpoint.json("vocab.json").map(Summary::vocabularyJson));
  }

  private static TokenizerKind vocabularyJson(Obj pieces) {
    return new TokenizerKind("BPE", pieces.members().size());
  }

  private static TokenizerKind tokenizerJson(Obj tokenizer) {
    Obj model = tokenizer.object("model");
    List<Json> added =
        tokenizer.optionalList("added_tokens").map(Json.Arr::items).orElse(List.of());
    Json vocabulary = model.get("vocab").orElse(Json.object());
    long tokens =
        switch (vocabulary) {
          case Obj byText ->
              byText.members().size()
                  + added.stream().filter(token -> isNew(token, byText)).count();
          case Json.Arr list -> list.size();
          default -> 0;
        };
    return new TokenizerKind(model.string("type", "of an unnamed kind"), tokens);
  }

  private static boolean isNew(Json token, Obj vocabulary) {
    return !(token instanceof Obj obj) || !vocabulary.members().containsKey(obj.string("content"));
  }

  /// The tensors in groups of those that differ only by a number.
  public List<TensorGroup> groups() {
    return TensorGroup.of(tensors());
  }

  /// All tensors, in the order of the files.
  public List<StoredTensor> tensors() {
    return new ArrayList<>(checkpoint.tensors().values());
  }
}
