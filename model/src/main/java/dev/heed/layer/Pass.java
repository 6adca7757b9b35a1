package dev.heed.layer;

import dev.heed.attention.Cache;
import dev.heed.attention.Positions;
import dev.heed.attention.Rotary;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// One forward of tokens through the blocks: where the tokens stand, and the keys and values that
/// stand before them.
public final class Pass {
  private final Positions positions;
  private final List<Cache> caches;
  private final Map<Rotary, Rotary.Angles> angles = new HashMap<>();

  private Pass(Positions positions, List<Cache> caches) {
    this.positions = positions;
    this.caches = caches;
  }

  /// Tokens that follow nothing.
  ///
  /// @param positions `[T]` or `[B, T]`
  public static Pass whole(Positions positions) {
    return new Pass(positions, List.of());
  }

  /// Tokens that follow those in the caches, one a block.
  public static Pass after(List<Cache> caches, Positions positions) {
    return new Pass(positions, caches);
  }

  public Positions positions() {
    return positions;
  }

  /// The angles of the positions, computed once for all blocks that rotate alike.
  Rotary.Angles angles(Rotary rotary) {
    return angles.computeIfAbsent(rotary, turning -> turning.angles(positions));
  }

  Optional<Cache> cache(int block) {
    return caches.isEmpty() ? Optional.empty() : Optional.of(caches.get(block));
  }
}
