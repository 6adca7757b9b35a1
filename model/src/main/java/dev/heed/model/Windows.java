package dev.heed.model;

import dev.heed.checkpoint.CheckpointException;
import dev.heed.checkpoint.Json;
import dev.heed.checkpoint.Settings;
import java.util.Optional;
import java.util.function.IntPredicate;

/// Which blocks look at a window of positions only, and how wide it is.
final class Windows {
  private Windows() {}

  /// The width that `sliding_window` states.
  static Optional<Integer> width(Settings config) {
    return config.optionalPositive("sliding_window").stream().boxed().findFirst();
  }

  /// The window of block `block`, as `layer_types` says, or where that is absent `usual`.
  static Optional<Integer> ofBlock(Settings config, int block, IntPredicate usual) {
    Optional<Integer> width = width(config);
    Optional<Json.Arr> types = config.optionalList("layer_types");
    if (types.isEmpty()) {
      return usual.test(block) ? width : Optional.empty();
    }
    int blocks = config.positive("num_hidden_layers");
    if (types.get().items().size() != blocks) {
      throw new CheckpointException(
          "config: layer_types has %d types for %d blocks; one a block is needed"
              .formatted(types.get().items().size(), blocks));
    }
    return isSliding(types.get().string(block))
        ? Optional.of(stated(width, block))
        : Optional.empty();
  }

  private static int stated(Optional<Integer> width, int block) {
    return width.orElseThrow(() ->
        new CheckpointException(
            "config: layer_types gives block %d a window, sliding_window none; state its width"
                .formatted(block)));
  }

  private static boolean isSliding(String type) {
    return switch (type) {
      case "sliding_attention" -> true;
      case "full_attention" -> false;
      default ->
          throw new CheckpointException(
              "config: layer type '%s' is not known; sliding_attention and full_attention are"
                  .formatted(type));
    };
  }
}
