package dev.heed.model;

import dev.heed.attention.Sinusoid;
import dev.heed.checkpoint.CheckpointException;
import dev.heed.checkpoint.Json;
import dev.heed.checkpoint.Settings;
import dev.heed.checkpoint.Weights;
import dev.heed.layer.Block;
import dev.heed.layer.Block.Branch;
import dev.heed.layer.Linear;
import dev.heed.tensor.Weight;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Heed's own decoder, whose parts are choices that its configuration states:
///
/// ```json
/// {"model_type": "heed", "vocab_size": 65, "max_position_embeddings": 256,
///  "hidden_size": 128, "num_hidden_layers": 4, "num_attention_heads": 4,
///  "positions": {"type": "rotary"},
///  "norm": {"type": "rms", "place": "pre"},
///  "feed_forward": {"type": "gated", "activation": "silu"}, "intermediate_size": 344,
///  "mixer": {"type": "attention", "mask": "causal & window(64)", "normalizer": "sink"}}
/// ```
///
/// | setting | choices, the usual one first |
/// |---|---|
/// | `positions` | `rotary`, `learned`, `sinusoidal`, `none` |
/// | `norm` | `rms`, `layer`, `none`; `place` is `pre`, `post` or `sandwich` |
/// | `feed_forward` | `gated`, `plain`, `none` |
/// | `mixer`, or `mixers` with one a block | [MixerSettings] |
/// | `bias` | `false`, `true`: of linear layers and layer norms |
/// | `tie_word_embeddings` | `true`, `false` |
///
/// Tensors are named after the sites that they lead to: `blocks.3.attn.q.weight`.
final class HeedModel implements Architecture {
  private static final Json.Obj DEFAULTS =
      Json.object()
          .with("positions", Json.object())
          .with("norm", Json.object())
          .with("feed_forward", Json.object());

  @Override
  public Decoder load(Settings file, Weights weights) {
    Settings config = file.defaulting(DEFAULTS);
    HeedParts parts = new HeedParts(config, weights);
    HeedMixers mixers = new HeedMixers(config, parts);
    List<Block> blocks = new ArrayList<>();
    for (int i = 0; i < mixers.count(); i++) {
      HeedParts at = parts.at("blocks." + i + ".");
      blocks.add(
          new Block(
              new Branch<>(at.norms("ln1"), mixers.mixer(i, at.at("attn."))),
              at.feedForward().map(layer -> new Branch<>(at.norms("ln2"), layer))));
    }
    int vocabulary = config.positive("vocab_size");
    Weight table = parts.weight("embed.weight", vocabulary, parts.width());
    float scale = (float) config.number("embedding_scale", 1);
    boolean tied = config.bool("tie_word_embeddings", true);
    return new Decoder(
        new Decoder.Embedding(table, positions(config, parts), scale),
        blocks,
        parts.lastNorm("ln_final"),
        tied
            ? new Linear(table)
            : new Linear(parts.weight("unembed.weight", vocabulary, parts.width())),
        config.optionalNumber("logit_cap").stream().mapToObj(cap -> (float) cap).findFirst(),
        parts.context());
  }

  private static Optional<PositionEmbedding> positions(Settings config, HeedParts parts) {
    Settings positions = config.in("positions").orElseThrow();
    String type = positions.string("type", "rotary");
    return switch (type) {
      case "none", "rotary" -> Optional.empty();
      case "learned" ->
          Optional.of(
              new PositionEmbedding.Learned(
                  parts.weight("pos_embed.weight", parts.context(), parts.width())));
      case "sinusoidal" -> Optional.of(waves(positions, parts.width()));
      default ->
          throw HeedParts.unknown("positions.type", type, "rotary, learned, sinusoidal and none");
    };
  }

  private static PositionEmbedding waves(Settings positions, int width) {
    if (width % 2 != 0) {
      throw new CheckpointException(
          "config: positions.type 'sinusoidal' does not fit hidden_size %d; an even one would"
              .formatted(width));
    }
    double base = positions.number("base", 10_000);
    return new PositionEmbedding.Waves(
        new Sinusoid(width, base, Sinusoid.Layout.INTERLEAVED),
        (float) positions.number("scale", 1));
  }
}
