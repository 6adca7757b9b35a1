package dev.heed.lens;

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
import java.util.stream.Stream;

/// Heads taken out of a model for good: it computes what it would compute with zeros in their
/// place, from smaller weights.
///
/// @param decoder what is left
public record Pruning(Decoder decoder) {
  private static final String QUERIES_PER_LAYER = "num_attention_heads_per_layer";
  private static final String KEYS_PER_LAYER = "num_key_value_heads_per_layer";

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

  /// Writes what is left into a folder that is there, without a tokenizer. Where blocks are left
  /// with different numbers of heads, a `heed` model says so of every mixer and others in two
  /// lists, `num_attention_heads_per_layer` and `num_key_value_heads_per_layer`, which Heed alone
  /// reads.
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
    boolean gpt2 = config.string("model_type").equals("gpt2");
    if (!gpt2 && heads.stream().distinct().count() == 1) {
      return stated(without(config, QUERIES_PER_LAYER, KEYS_PER_LAYER), heads.getFirst());
    }
    Json.Obj differing =
        config
            .with(QUERIES_PER_LAYER, numbers(heads.stream().map(Heads::queries)))
            .with(KEYS_PER_LAYER, numbers(heads.stream().map(Heads::keys)));
    return gpt2 ? differing : differing.with("head_dim", heads.getFirst().width());
  }

  private static Json numbers(Stream<Integer> each) {
    return Json.of(each.map(Json::of).toList());
  }

  private static Json.Obj without(Json.Obj config, String... keys) {
    Map<String, Json> members = new LinkedHashMap<>(config.members());
    members.keySet().removeAll(List.of(keys));
    return Json.of(members);
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
    return without(config, "mixer").with("mixers", Json.of(mixers));
  }
}
