package dev.heed.model;

import dev.heed.checkpoint.CheckpointException;
import dev.heed.checkpoint.Json;
import dev.heed.checkpoint.Settings;
import java.util.Optional;
import java.util.function.IntPredicate;

/// Which blocks look at a window of positions only, and how wide it is.
final class Windows {
  private Windows() {}

  static Optional<Integer> width(Settings config) {
    return config.optionalInteger("sliding_window").stream().boxed().findFirst();
  }

  /// The window of block `block`, as `layer_types` says, or where that is absent `usual`.
  static Optional<Integer> ofBlock(Settings config, int block, IntPredicate usual) {
    Optional<Json.Arr> types = config.optionalList("layer_types");
    boolean windowed = types.isPresent() ? isSliding(types.get().string(block)) : usual.test(block);
    return windowed ? width(config) : Optional.empty();
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
