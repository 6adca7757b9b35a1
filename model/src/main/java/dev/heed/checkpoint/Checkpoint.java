package dev.heed.checkpoint;

import dev.heed.checkpoint.Json.Arr;
import dev.heed.checkpoint.Json.Null;
import dev.heed.checkpoint.Json.Obj;
import dev.heed.tensor.Weight;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/// One view over what holds a model: a Hugging Face folder (`config.json` and `model.safetensors`,
/// or its shards with their index), a GGUF file, or a bare safetensors file.
///
/// Weights are mapped and read in place, so nothing is loaded by opening, and any number of threads
/// may share a checkpoint. [#close] frees the mappings; a weight must not be read afterwards. A
/// file must not be truncated while it is mapped, which can end the JVM; replace model files by
/// renaming ([AtomicFile]), never by writing over them.
public final class Checkpoint implements AutoCloseable {
  private final Path path;
  private final Optional<ModelFolder> carried;
  private final List<TensorFile> files;
  private final Map<String, TensorFile> homes = new LinkedHashMap<>();
  private final Weights weights;

  private Checkpoint(Path path, Optional<ModelFolder> carried, List<TensorFile> files) {
    this.path = path;
    this.carried = carried;
    this.files = files;
    for (TensorFile file : files) {
      file.tensors()
          .keySet()
          .forEach(name -> {
            TensorFile other = homes.put(name, file);
            if (other != null) {
              throw new CheckpointException(
                  "%s: tensor '%s' is both in %s and in %s"
                      .formatted(
                          MappedFile.name(path),
                          Escape.text(name),
                          other.path().getFileName(),
                          file.path().getFileName()));
            }
          });
    }
    this.weights = new Weights(Collections.unmodifiableSet(homes.keySet()), this::weight);
  }

  /// Opens a folder, a GGUF file or a safetensors file; what it is, is told by its content.
  public static Checkpoint open(Path path) {
    return open(path, Optional.empty(), CheckpointFiles.open(path));
  }

  /// Opens a model that a program carries in itself: `config.json` and `model.safetensors`. Its
  /// weights are read into memory outside of the heap.
  public static Checkpoint open(ModelFolder carried) {
    String file = "model.safetensors";
    byte[] weights =
        carried
            .read(file)
            .orElseThrow(() ->
                new CheckpointException(
                    "%s: has no %s; a model that is carried in a program has one"
                        .formatted(carried.name(), file)));
    Path path = Path.of(carried.name());
    SafetensorsFile opened = SafetensorsFile.of(path.resolve(file), weights);
    return open(path, Optional.of(carried), List.of(opened));
  }

  private static Checkpoint open(Path path, Optional<ModelFolder> carried, List<TensorFile> files) {
    try {
      return new Checkpoint(path, carried, files);
    } catch (CheckpointException e) {
      files.forEach(TensorFile::close);
      throw e;
    }
  }

  /// The folder or file that was opened; for a model that a program carries in itself its name.
  public Path path() {
    return path;
  }

  /// The files of a model that a program carries in itself, for a checkpoint of one.
  public Optional<ModelFolder> carried() {
    return carried;
  }

  /// The files of weights, in their order.
  public List<TensorFile> files() {
    return files;
  }

  /// The metadata of a GGUF file, for a checkpoint that is one.
  public Optional<GgufMetadata> gguf() {
    return files.getFirst() instanceof GgufFile gguf
        ? Optional.of(gguf.metadata())
        : Optional.empty();
  }

  /// Whether there is a description of the model.
  public boolean hasConfig() {
    return gguf().isPresent() || json("config.json").isPresent();
  }

  /// The description of the model: `config.json`, or the metadata of a GGUF file except for its
  /// tokenizer.
  public Obj config() {
    return gguf()
        .map(GgufMetadata::settings)
        .or(() -> json("config.json"))
        .orElseThrow(() ->
            new CheckpointException(
                "%s: has no config.json; a model is a folder with one, or a GGUF file"
                    .formatted(MappedFile.name(path))));
  }

  /// `generation_config.json` of the folder, if there is one.
  public Optional<Obj> generationConfig() {
    return json("generation_config.json");
  }

  /// The ids after which a continuation ends, as the files say it: `generation_config.json` before
  /// `config.json`, or the end of sequence and of turn of a GGUF file. None if none says.
  public List<Integer> endTokens() {
    if (gguf().isPresent()) {
      return Stream.of("tokenizer.ggml.eos_token_id", "tokenizer.ggml.eot_token_id")
          .flatMapToInt(key -> gguf().get().optionalInteger(key).stream())
          .distinct()
          .boxed()
          .toList();
    }
    return Stream.of(generationConfig(), json("config.json"))
        .flatMap(Optional::stream)
        .map(Checkpoint::endTokens)
        .filter(ids -> !ids.isEmpty())
        .findFirst()
        .orElse(List.of());
  }

  private static List<Integer> endTokens(Obj config) {
    String key = "eos_token_id";
    return switch (config.get(key).orElse(new Null())) {
      case Null _ -> List.of();
      case Arr list -> Arrays.stream(list.integers()).boxed().toList();
      default -> List.of(config.integer(key));
    };
  }

  /// A JSON file of the folder by its name, `tokenizer.json`; empty where there is none and for a
  /// checkpoint that is a single file.
  public Optional<Obj> json(String name) {
    if (carried.isPresent()) {
      return carried.get().read(name).map(utf8 -> Json.parseObject(path + "/" + name, utf8));
    }
    Path file = path.resolve(name);
    return Files.isDirectory(path) && Files.isRegularFile(file)
        ? Optional.of(CheckpointFiles.json(file))
        : Optional.empty();
  }

  /// The tables of all files together.
  public Map<String, StoredTensor> tensors() {
    Map<String, StoredTensor> tensors = new LinkedHashMap<>();
    files.forEach(file -> tensors.putAll(file.tensors()));
    return tensors;
  }

  /// The weights, to be read by path.
  public Weights weights() {
    return weights;
  }

  /// A weight by its full name, mapped.
  public Weight weight(String name) {
    return homes.getOrDefault(name, files.getFirst()).weight(name);
  }

  /// Frees the mappings.
  @Override
  public void close() {
    files.forEach(TensorFile::close);
  }
}
