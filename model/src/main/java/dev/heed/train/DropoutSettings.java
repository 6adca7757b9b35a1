package dev.heed.train;

import dev.heed.attention.Chance;
import dev.heed.checkpoint.Json;
import dev.heed.checkpoint.Settings;
import dev.heed.layer.Block;
import dev.heed.layer.DiagonalStateSpace;
import dev.heed.layer.GatedConvolution;
import dev.heed.layer.GatedRecurrence;
import dev.heed.layer.LinearAttention;
import dev.heed.layer.Mixer;
import dev.heed.layer.SelfAttention;
import dev.heed.layer.SharedAttention;
import dev.heed.layer.StateSpaceDual;
import dev.heed.model.Decoder;

/// What share is dropped where while a model is trained.
///
/// @param embedding of the embeddings
/// @param residual of what a branch adds to the residual stream
/// @param attention weights, keys and heads that attention leaves out
public record DropoutSettings(double embedding, double residual, Chance attention) {
  public static final DropoutSettings NONE = new DropoutSettings(0, 0, Chance.none());

  public DropoutSettings {
    check("embedding", embedding);
    check("residual", residual);
  }

  private static void check(String name, double share) {
    Check.that(share >= 0 && share < 1, "dropout." + name, share, "0 up to below 1");
  }

  /// A decoder of the same weights that drops these shares in a run that trains.
  Decoder in(Decoder decoder) {
    return decoder
        .withEmbedding(decoder.embedding().withDropout((float) embedding))
        .withBlocks(decoder.blocks().stream().map(this::in).toList());
  }

  private Block in(Block block) {
    return new Block(
        block.mixer().withLayer(in(block.mixer().layer())).withDropout((float) residual),
        block.feedForward().map(branch -> branch.withDropout((float) residual)));
  }

  private Mixer in(Mixer mixer) {
    return switch (mixer) {
      case SelfAttention looking -> looking.withChance(attention);
      case SharedAttention shared -> shared.withChance(attention);
      case LinearAttention _,
          StateSpaceDual _,
          DiagonalStateSpace _,
          GatedConvolution _,
          GatedRecurrence _ ->
          mixer;
    };
  }

  Json.Obj json() {
    return Json.object()
        .with("embedding", embedding)
        .with("residual", residual)
        .with("weights", attention.weights())
        .with("keys", attention.keys())
        .with("heads", attention.heads());
  }

  static DropoutSettings of(Settings json) {
    return new DropoutSettings(
        json.number("embedding", 0),
        json.number("residual", 0),
        new Chance(share(json, "weights"), share(json, "keys"), share(json, "heads")));
  }

  private static double share(Settings json, String name) {
    double share = json.number(name, 0);
    check(name, share);
    return share;
  }
}
