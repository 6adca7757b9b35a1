package dev.heed.model;

import dev.heed.checkpoint.CheckpointException;
import dev.heed.checkpoint.Json;
import dev.heed.checkpoint.Settings;
import dev.heed.layer.Heads;
import java.util.Optional;

/// How many heads each layer has where they differ, as of a model that heads were taken out of:
/// `num_attention_heads_per_layer` and `num_key_value_heads_per_layer`, a list each.
final class LayerHeads {
  /// More heads than any layer has.
  private static final int MOST = 1 << 16;

  private LayerHeads() {}

  /// Those of a layer.
  ///
  /// @param usual of all layers where nothing is stated; the width is theirs in any case
  static Heads of(Settings config, int layers, int layer, Heads usual) {
    Optional<Integer> queries = stated(config, "num_attention_heads_per_layer", layers, layer);
    Optional<Integer> keys = stated(config, "num_key_value_heads_per_layer", layers, layer);
    if (queries.isPresent() != keys.isPresent()) {
      throw new CheckpointException(
          "config: one of num_attention_heads_per_layer and num_key_value_heads_per_layer is there; both would fit, or none");
    }
    if (queries.isPresent() && queries.get() % keys.get() != 0) {
      throw new CheckpointException(
          "config: layer %d has %d heads over %d key/value heads; these must divide those"
              .formatted(layer, queries.get(), keys.get()));
    }
    return queries.map(count -> new Heads(count, keys.get(), usual.width())).orElse(usual);
  }

  private static Optional<Integer> stated(Settings config, String key, int layers, int layer) {
    Optional<Json.Arr> list = config.optionalList(key);
    if (list.isEmpty()) {
      return Optional.empty();
    }
    int count = list.get().items().size();
    if (count != layers) {
      throw new CheckpointException(
          "config: %s has %d numbers for %d layers; one each would fit"
              .formatted(key, count, layers));
    }
    int heads = list.get().integer(layer);
    if (heads < 1 || heads > MOST) {
      throw new CheckpointException(
          "config: %s[%d] is %d; 1 to %d heads would fit".formatted(key, layer, heads, MOST));
    }
    return Optional.of(heads);
  }
}
