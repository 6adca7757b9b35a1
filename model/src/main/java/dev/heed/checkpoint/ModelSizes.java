package dev.heed.checkpoint;

import dev.heed.checkpoint.Json.Arr;
import dev.heed.checkpoint.Json.Null;
import dev.heed.checkpoint.Json.Num;
import dev.heed.checkpoint.Json.Obj;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/// The sizes of a model as its description states them, whatever the architecture calls them; empty
/// where it does not say.
public final class ModelSizes {
  private static final List<String> OWN_HEADS =
      List.of("num_attention_heads", "num_key_value_heads", "head_dim");

  private final Obj config;
  private final String prefix;

  private ModelSizes(Obj config, String prefix) {
    this.config = config;
    this.prefix = prefix;
  }

  /// @param config of a GGUF file or a Hugging Face folder; a model of text and something else
  ///   counts by its text half
  static ModelSizes of(Obj config) {
    String prefix = config.optionalString("general.architecture").orElse("") + ".";
    Obj text = config.optionalObject("text_config").orElse(config);
    return new ModelSizes(text, prefix);
  }

  public OptionalInt layers() {
    return first(
        "block_count", "num_hidden_layers", "n_layer", "num_layers", "n_layers", "decoder_layers");
  }

  /// `D`.
  public OptionalInt width() {
    return first("embedding_length", "hidden_size", "n_embd", "d_model", "dim");
  }

  /// `H`; the largest, where layers differ.
  public OptionalInt heads() {
    return first(
        "attention.head_count",
        "num_attention_heads",
        "n_head",
        "n_heads",
        "num_heads",
        "decoder_attention_heads");
  }

  /// `G`; as many as [#heads] where it is not said.
  public OptionalInt kvHeads() {
    OptionalInt said = first("attention.head_count_kv", "num_key_value_heads", "n_kv_heads");
    boolean states = said.isEmpty() && config.has("state_size");
    return said.isPresent() || states ? said : heads();
  }

  /// The layers that keep keys and values of every position: all, but for those of a model with a
  /// mixer for each that keep a state instead or read an earlier layer's. Empty where heads differ.
  public OptionalInt caching() {
    List<Obj> mixers =
        config
            .optionalList("mixers")
            .map(Arr::objects)
            .or(() -> config.optionalObject("mixer").map(List::of))
            .orElse(List.of());
    if (mixers.isEmpty()) {
      return layers();
    }
    List<Obj> caching = mixers.stream().filter(ModelSizes::caches).toList();
    if (caching.stream().anyMatch(mixer -> OWN_HEADS.stream().anyMatch(mixer::has))) {
      return OptionalInt.empty();
    }
    return mixers.size() == 1 && !caching.isEmpty() ? layers() : OptionalInt.of(caching.size());
  }

  private static boolean caches(Obj mixer) {
    return mixer.string("type", "attention").equals("attention");
  }

  /// `E`; the width shared out among the heads where it is not said.
  public OptionalInt headWidth() {
    OptionalInt said = first("attention.key_length", "head_dim", "d_kv");
    return said.isPresent() || width().isEmpty() || heads().orElse(0) == 0
        ? said
        : OptionalInt.of(width().getAsInt() / heads().getAsInt());
  }

  /// `F`.
  public OptionalInt hidden() {
    return first(
        "feed_forward_length",
        "intermediate_size",
        "n_inner",
        "d_ff",
        "hidden_dim",
        "decoder_ffn_dim");
  }

  /// The longest sequence that the model was made for.
  public OptionalInt context() {
    return first("context_length", "max_position_embeddings", "n_positions", "n_ctx");
  }

  /// `V`.
  public OptionalInt vocabulary() {
    return first("vocab_size");
  }

  /// Keys that a query sees in the layers with a window.
  public OptionalInt window() {
    return first("attention.sliding_window", "sliding_window");
  }

  /// Bytes of keys and values of `context` positions in floats: `2 x caching x kvHeads x headWidth
  /// x 4 x context`; empty where a size is unknown.
  public OptionalLong cacheBytes(long context) {
    List<OptionalInt> factors = List.of(caching(), kvHeads(), headWidth());
    long bytes = 2L * Float.BYTES;
    try {
      for (OptionalInt factor : factors) {
        if (factor.isEmpty() || factor.getAsInt() < 0) {
          return OptionalLong.empty();
        }
        bytes = Math.multiplyExact(bytes, (long) factor.getAsInt());
      }
      return OptionalLong.of(Math.multiplyExact(bytes, context));
    } catch (ArithmeticException _) {
      return OptionalLong.empty();
    }
  }

  private OptionalInt first(String... keys) {
    for (String key : keys) {
      Optional<Json> value =
          config
              .get(prefix + key)
              .or(() -> config.get(key))
              .filter(json -> !(json instanceof Null));
      if (value.isPresent()) {
        return number(value.get());
      }
    }
    return OptionalInt.empty();
  }

  /// The number, or the largest of a list with one number a layer.
  private static OptionalInt number(Json value) {
    Place place = Place.of("config");
    return switch (value) {
      case Num number -> OptionalInt.of(JsonAs.integer(number, place));
      case Arr list when list.items().stream().allMatch(Num.class::isInstance) ->
          Arrays.stream(list.integers()).max();
      default -> OptionalInt.empty();
    };
  }
}
