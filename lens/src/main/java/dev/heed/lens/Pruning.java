package dev.heed.lens;

import dev.heed.attention.UnsupportedCombinationException;
import dev.heed.checkpoint.Json;
import dev.heed.layer.Block;
import dev.heed.layer.HeadRemoval;
import dev.heed.layer.Heads;
import dev.heed.layer.SelfAttention;
import dev.heed.layer.SharedAttention;
import dev.heed.model.Decoder;
import dev.heed.train.DecoderWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/// Heads taken out of a model for good: it computes what it would compute with zeros in their
/// place, from smaller weights.
///
/// @param decoder what is left
public record Pruning(Decoder decoder) {
  /// Of a decoder without some heads.
  public static Pruning of(Decoder decoder, Collection<HeadId> heads) {
    Map<Integer, Set<Integer>> byLayer = new HashMap<>();
    heads.forEach(
        one -> byLayer.computeIfAbsent(one.layer(), _ -> new TreeSet<>()).add(one.head()));
    List<Block> blocks = new ArrayList<>(decoder.blocks());
    byLayer.forEach((layer, which) -> {
      if (layer < 0
          || layer >= blocks.size()
          || !(blocks.get(layer).mixer().layer() instanceof SelfAttention attention)) {
        throw new LensException(
            "pruning: layer %d of %d has no self-attention to take heads %s out of"
                .formatted(layer, blocks.size(), which));
      }
      Block block = blocks.get(layer);
      SelfAttention left = HeadRemoval.of(attention, which);
      checkSharers(decoder, layer, left.heads().keys() - attention.heads().keys());
      blocks.set(layer, new Block(block.mixer().withLayer(left), block.feedForward()));
    });
    return new Pruning(decoder.withBlocks(blocks));
  }

  /// Fails where keys and values would go that another block reads.
  private static void checkSharers(Decoder decoder, int layer, int change) {
    for (int other = layer + 1; change != 0 && other < decoder.blocks().size(); other++) {
      if (decoder.blocks().get(other).mixer().layer() instanceof SharedAttention shared
          && shared.from() == layer) {
        throw new LensException(
            "pruning: key/value heads of layer %d, which layer %d reads too; a query head of each would fit"
                .formatted(layer, other));
      }
    }
  }

  /// Writes what is left into a folder that is there, without a tokenizer. A `heed` model may have
  /// another number of heads in every block; of others, as many must be left in each.
  ///
  /// @param config of the model before
  public void write(Json.Obj config, Path folder) {
    DecoderWriter.write(decoder, config(config), folder);
  }

  private Json.Obj config(Json.Obj config) {
    List<Heads> heads = new ArrayList<>();
    for (Block block : decoder.blocks()) {
      if (block.mixer().layer() instanceof SelfAttention attention) {
        heads.add(attention.heads());
      }
    }
    if (config.string("model_type").equals("heed")) {
      return mixers(config);
    }
    boolean stated = !config.string("model_type").equals("gpt2");
    if (!stated || heads.stream().distinct().count() != 1) {
      throw new UnsupportedCombinationException(
          "a config.json of " + config.string("model_type"),
          "blocks with %s heads".formatted(heads.stream().map(Heads::queries).toList()),
          "as many heads in each block of a model whose config states head_dim, or model_type heed");
    }
    return stated(config, heads.getFirst());
  }

  private static Json.Obj stated(Json.Obj config, Heads heads) {
    return config
        .with("num_attention_heads", heads.queries())
        .with("num_key_value_heads", heads.keys())
        .with("head_dim", heads.width());
  }

  private Json.Obj mixers(Json.Obj config) {
    List<Json> mixers = new ArrayList<>();
    for (int i = 0; i < decoder.blocks().size(); i++) {
      Json.Obj mixer =
          config.optionalList("mixers").isPresent()
              ? config.list("mixers").object(i)
              : config.optionalObject("mixer").orElse(Json.object());
      mixers.add(
          decoder.blocks().get(i).mixer().layer() instanceof SelfAttention attention
              ? stated(mixer, attention.heads())
              : mixer);
    }
    Map<String, Json> members = new LinkedHashMap<>(config.members());
    members.remove("mixer");
    members.put("mixers", Json.of(mixers));
    return Json.of(members);
  }
}
