package dev.heed.train;

import dev.heed.checkpoint.Json;
import dev.heed.checkpoint.Settings;
import dev.heed.layer.Block;
import dev.heed.model.Decoder;

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
    Check.that(weights == 0, "dropout.weights", weights, "attention drops nothing yet: 0");
  }

  private static void check(String name, double share) {
    Check.that(share >= 0 && share < 1, "dropout." + name, share, "0 up to below 1");
  }

  /// A decoder of the same weights that drops these shares in a run that trains.
  Decoder in(Decoder decoder) {
    return new Decoder(
        decoder.embedding().withDropout((float) embedding),
        decoder.blocks().stream().map(this::in).toList(),
        decoder.norm(),
        decoder.head(),
        decoder.logitCap(),
        decoder.context());
  }

  private Block in(Block block) {
    return new Block(
        block.attention().withDropout((float) residual),
        block.feedForward().withDropout((float) residual));
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
