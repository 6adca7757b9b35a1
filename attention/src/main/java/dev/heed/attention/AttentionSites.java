package dev.heed.attention;

import dev.heed.grad.Site;

/// Where a probe can look inside a call. Nothing is materialised for a site that no probe wants.
///
/// @param scores the scores after modifiers and mask, -∞ where masked, `[B, H, T, S]`
/// @param pattern the weights, `[B, H, T, S]`
public record AttentionSites(Site scores, Site pattern) {
  /// `blocks.N.attn.attn_scores` and `blocks.N.attn.pattern`.
  public static AttentionSites inBlock(int block) {
    return new AttentionSites(
        Site.inBlock(block, "attn.attn_scores"), Site.inBlock(block, "attn.pattern"));
  }
}
