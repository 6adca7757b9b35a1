package dev.heed.model;

import dev.heed.checkpoint.Checkpoint;
import dev.heed.checkpoint.CheckpointException;
import dev.heed.checkpoint.GgufMetadata;
import dev.heed.checkpoint.Json;
import dev.heed.checkpoint.ModelFolder;
import dev.heed.checkpoint.Settings;
import dev.heed.checkpoint.Weights;
import dev.heed.text.TokenIds;
import dev.heed.text.Tokenizer;
import dev.heed.text.Tokenizers;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiFunction;

/// A decoder with its tokenizer, from a Hugging Face folder or a GGUF file.
///
/// Weights stay in the mapped file and are read in place; [#close] frees the mapping, after which
/// the model must not be used. Any number of threads may use a model at once, each with a
/// [dev.heed.grad.Run] of its own.
public final class LanguageModel implements AutoCloseable {
  /// Tensors that some checkpoints hold and no model needs. How errors begin that know the
  /// settings, and not where they stand.
  private static final String CONFIG = "config: ";

  private static final List<String> NEEDLESS =
      List.of("rotary_emb.inv_freq", "attn.bias", "attn.masked_bias");

  private final Checkpoint checkpoint;
  private final Decoder decoder;
  private final Tokenizer tokenizer;
  private final Set<Integer> endTokens;

  private LanguageModel(Checkpoint checkpoint, Decoder decoder, Tokenizer tokenizer) {
    this.checkpoint = checkpoint;
    this.decoder = decoder;
    this.tokenizer = tokenizer;
    this.endTokens = endTokens(checkpoint, tokenizer);
  }

  /// Opens a model. Nothing is converted or copied but small vectors and what the layout demands.
  public static LanguageModel open(Path path) {
    return open(Checkpoint.open(path), (opened, _) -> tokenizer(opened));
  }

  /// Opens a model as [#open(Path)] does, or one without a tokenizer, whose texts are [TokenIds].
  public static LanguageModel openTextOrIds(Path path) {
    return open(Checkpoint.open(path), LanguageModel::tokenizerOrIds);
  }

  /// Opens a model that a program carries in itself, with its weights in memory.
  public static LanguageModel open(ModelFolder carried) {
    return open(Checkpoint.open(carried), (opened, _) -> tokenizer(opened));
  }

  /// Opens the model that Heed carries in itself.
  public static LanguageModel embedded() {
    return open(EmbeddedModel.folder());
  }

  private static Tokenizer tokenizer(Checkpoint checkpoint) {
    return checkpoint
        .carried()
        .map(Tokenizers::load)
        .orElseGet(() -> Tokenizers.load(checkpoint.path()));
  }

  private static Tokenizer tokenizerOrIds(Checkpoint checkpoint, Decoder decoder) {
    return Tokenizers.isIn(checkpoint.path())
        ? tokenizer(checkpoint)
        : new TokenIds(decoder.embedding().tokens().shape().axis(0));
  }

  private static LanguageModel open(
      Checkpoint checkpoint, BiFunction<Checkpoint, Decoder, Tokenizer> tokenizers) {
    try {
      Decoder decoder = decoder(checkpoint);
      return new LanguageModel(checkpoint, decoder, tokenizers.apply(checkpoint, decoder));
    } catch (RuntimeException | Error e) {
      checkpoint.close();
      throw e;
    }
  }

  public Decoder decoder() {
    return decoder;
  }

  public Tokenizer tokenizer() {
    return tokenizer;
  }

  /// Ids that end a text.
  public Set<Integer> endTokens() {
    return endTokens;
  }

  @Override
  public void close() {
    checkpoint.close();
  }

  /// Whether Heed runs models of this `model_type`.
  public static boolean knows(String type) {
    return Architectures.knows(type);
  }

  /// The decoder of an opened checkpoint, without a tokenizer.
  public static Decoder decoder(Checkpoint checkpoint) {
    return decoder(checkpoint, checkpoint.weights());
  }

  /// The decoder of a checkpoint with `stored` in place of its weights.
  static Decoder decoder(Checkpoint checkpoint, Weights stored) {
    Weights weights = stored;
    Settings config;
    if (checkpoint.gguf().isPresent()) {
      GgufMetadata metadata = checkpoint.gguf().get();
      // an unknown architecture is to be named before any of its settings
      Architectures.named(metadata.string("general.architecture"), source(checkpoint));
      config = GgufSettings.of(metadata, weights);
      weights = weights.named(fileNames(config.string("model_type"), weights));
    } else {
      config = new Settings(checkpoint.config());
    }
    return decoder(config, weights, source(checkpoint));
  }

  /// The decoder of settings and weights under their Hugging Face names, which may be in memory;
  /// what it leaves unread is an error.
  public static Decoder decoder(Settings config, Weights weights, String source) {
    String type = config.string("model_type");
    Decoder decoder = load(Architectures.named(type, source), config, weights);
    config.rejectUnread(type);
    rejectUnread(weights, type, source);
    return decoder;
  }

  /// Says of settings that contradict each other in which file they stand.
  private static Decoder load(Architecture architecture, Settings config, Weights weights) {
    try {
      return architecture.load(config, weights);
    } catch (CheckpointException e) {
      String message = String.valueOf(e.getMessage());
      if (!message.startsWith(CONFIG)) {
        throw e;
      }
      String rest = message.substring(CONFIG.length());
      String place = config.place().toString();
      throw new CheckpointException(rest.startsWith(place) ? rest : place + ": " + rest, e);
    }
  }

  private static String source(Checkpoint checkpoint) {
    return String.valueOf(checkpoint.path().getFileName());
  }

  private static java.util.function.UnaryOperator<String> fileNames(
      String architecture, Weights weights) {
    Map<String, String> byPath = new TreeMap<>();
    weights.names().forEach(name -> byPath.put(GgufNames.huggingFace(architecture, name), name));
    return path -> byPath.getOrDefault(path, path);
  }

  private static void rejectUnread(Weights weights, String type, String source) {
    List<String> unread =
        weights.unread().stream()
            .filter(name -> NEEDLESS.stream().noneMatch(name::endsWith))
            .toList();
    if (!unread.isEmpty()) {
      throw new CheckpointException(
          "%s: %d tensors are not used by %s, '%s' for one; the checkpoint is of another model"
              .formatted(source, unread.size(), type, unread.getFirst()));
    }
  }

  private static Set<Integer> endTokens(Checkpoint checkpoint, Tokenizer tokenizer) {
    Set<Integer> ids = new TreeSet<>();
    tokenizer.eos().ifPresent(ids::add);
    checkpoint
        .gguf()
        .ifPresent(metadata -> {
          metadata.optionalInteger("tokenizer.ggml.eot_token_id").ifPresent(ids::add);
          metadata.optionalInteger("tokenizer.ggml.eom_token_id").ifPresent(ids::add);
        });
    checkpoint.generationConfig().ifPresent(config -> addIds(config, ids));
    if (checkpoint.gguf().isEmpty()) {
      addIds(checkpoint.config(), ids);
    }
    return Set.copyOf(ids);
  }

  // `eos_token_id` is a number or a list of them.
  private static void addIds(Json.Obj config, Set<Integer> ids) {
    switch (config.get("eos_token_id").orElse(new Json.Null())) {
      case Json.Arr many -> {
        for (int id : many.integers()) {
          ids.add(id);
        }
      }
      case Json.Null _ -> {}
      default -> ids.add(config.integer("eos_token_id"));
    }
  }
}
