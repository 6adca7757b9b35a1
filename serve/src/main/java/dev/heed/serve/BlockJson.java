package dev.heed.serve;

import dev.heed.checkpoint.Json;
import dev.heed.layer.Heads;
import dev.heed.layer.Mixer;
import dev.heed.layer.SelfAttention;
import dev.heed.layer.SharedAttention;
import java.util.Optional;

/// What the page says of a block.
final class BlockJson {
  private BlockJson() {}

  static Json.Obj of(Mixer mixer) {
    Json.Obj named = Json.object().with("mixer", mixer.getClass().getSimpleName());
    return heads(mixer)
        .map(heads -> named.with("heads", heads.queries()).with("groups", heads.keys()))
        .orElse(named.with("heads", 0).with("groups", 0));
  }

  private static Optional<Heads> heads(Mixer mixer) {
    return switch (mixer) {
      case SelfAttention attention -> Optional.of(attention.heads());
      case SharedAttention attention -> Optional.of(attention.heads());
      default -> Optional.empty();
    };
  }
}
