package dev.heed.train;

import dev.heed.checkpoint.Json;
import dev.heed.checkpoint.Settings;

/// What share is dropped where while a model is trained.
///
/// @param embedding of the embeddings
/// @param residual of what a branch adds to the residual stream
/// @param weights of the attention weights
public record DropoutSettings(double embedding, double residual, double weights) {
  public static final DropoutSettings NONE = new DropoutSettings(0, 0, 0);

  public DropoutSettings {
    check("embedding", embedding);
    check("residual", residual);
    check("weights", weights);
  }

  private static void check(String name, double share) {
    Check.that(share >= 0 && share < 1, "dropout." + name, share, "0 up to below 1");
  }

  Json.Obj json() {
    return Json.object()
        .with("embedding", embedding)
        .with("residual", residual)
        .with("weights", weights);
  }

  static DropoutSettings of(Settings json) {
    return new DropoutSettings(
        json.number("embedding", 0), json.number("residual", 0), json.number("weights", 0));
  }
}
