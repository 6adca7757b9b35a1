package dev.heed.layer;

import dev.heed.attention.Attend;
import dev.heed.attention.Attention;
import dev.heed.attention.AttentionInput;
import dev.heed.attention.AttentionSites;
import dev.heed.attention.Cache;
import dev.heed.attention.CacheChoice;
import dev.heed.attention.Chance;
import dev.heed.attention.HeadView;
import dev.heed.attention.Rotary;
import dev.heed.attention.Rotate;
import dev.heed.attention.UnsupportedCombinationException;
import dev.heed.grad.Run;
import dev.heed.grad.Site;
import dev.heed.tensor.Tensor;
import java.util.Optional;

/// Attention to the keys and values of an earlier block, which has projections for queries and the
/// result alone and keeps nothing of a text: cross-layer attention, [Brandon et al.
/// 2024](https://arxiv.org/abs/2405.12981). The earlier block's keys and values get the gradients
/// of both.
///
/// @param query `[H·E, D]`
/// @param output `[D, H·E]`
/// @param rotary as the earlier block turns its keys
/// @param heads as many of keys as the earlier block has
/// @param from the number of the earlier block, a [SelfAttention]
public record SharedAttention(
    Linear query,
    Linear output,
    Optional<Rotary> rotary,
    Attention attention,
    Heads heads,
    int from)
    implements Mixer {
  public SharedAttention withChance(Chance chance) {
    return new SharedAttention(query, output, rotary, attention.withChance(chance), heads, from);
  }

  @Override
  public Tensor forward(Tensor x, int block, Pass pass, Run run) {
    if (run.recomputes()) {
      throw new UnsupportedCombinationException(
          "keys and values of block " + from,
          "a run that recomputes blocks",
          "gradients would not find their way from block to block: keep the blocks");
    }
    Tensor q = run.at(Site.inBlock(block, "attn.q"), query.forward(x, run));
    if (rotary.isPresent()) {
      q = run.apply(new Rotate(q, heads.queries(), pass.angles(rotary.get())));
    }
    q = run.at(Site.inBlock(block, "attn.rot_q"), q);
    Tensor z = attend(q, block, pass, run);
    return HeadResults.project(z, output, heads.queries(), block, run);
  }

  private Tensor attend(Tensor q, int block, Pass pass, Run run) {
    HeadView queries = HeadView.split(q, heads.queries());
    AttentionSites sites = AttentionSites.inBlock(block);
    Attention attending = run.trains() ? attention : attention.withChance(Chance.none());
    Optional<Cache> cache = pass.cache(from).map(MixerCache.KeysAndValues::rows);
    if (cache.isPresent()) {
      AttentionInput input = cache.get().contents().input(queries, pass.positions());
      return run.apply(
          Attend.inference(attending, SelfAttention.drawing(attending, input, run), sites));
    }
    Pass.Shared shared = pass.shared(from);
    AttentionInput plain =
        AttentionInput.of(
            queries,
            HeadView.split(shared.k(), heads.keys()),
            HeadView.split(shared.v(), heads.keys()),
            pass.positions(),
            pass.positions());
    AttentionInput input =
        SelfAttention.drawing(attending, SelfAttention.within(pass.documents(), plain), run);
    Attention seen = SelfAttention.within(pass.documents(), attending);
    Attend.Operands operands = new Attend.Operands(q, shared.k(), shared.v());
    pass.observe(seen, input, operands, run);
    return run.apply(Attend.trainable(seen, input, sites, operands));
  }

  @Override
  public MixerCache newCache(int batch, int limit, int longest, CacheChoice choice) {
    return new MixerCache.Nothing();
  }
}
