package dev.heed.model;

import dev.heed.attention.CacheChoice;
import dev.heed.attention.Positions;
import dev.heed.grad.Add;
import dev.heed.grad.Dropout;
import dev.heed.grad.Gather;
import dev.heed.grad.Run;
import dev.heed.grad.Scale;
import dev.heed.grad.Site;
import dev.heed.grad.SoftCap;
import dev.heed.grad.Tokens;
import dev.heed.layer.Block;
import dev.heed.layer.Linear;
import dev.heed.layer.Norm;
import dev.heed.layer.Pass;
import dev.heed.tensor.Tensor;
import dev.heed.tensor.Weight;
import java.util.List;
import java.util.Optional;

/// A decoder-only language model: embedding, blocks, norm, head.
///
/// @param norm of the last block's result; none where every block norms its sums
/// @param head `[V, D]`, the embedding's table where they are tied
/// @param logitCap keeps logits within `±cap`
/// @param context the most positions that the model was made for
public record Decoder(
    Embedding embedding,
    List<Block> blocks,
    Optional<Norm> norm,
    Linear head,
    Optional<Float> logitCap,
    int context) {

  public Decoder {
    blocks = List.copyOf(blocks);
  }

  /// The same model with other blocks.
  public Decoder withBlocks(List<Block> others) {
    return new Decoder(embedding, others, norm, head, logitCap, context);
  }

  /// The same model with another embedding.
  public Decoder withEmbedding(Embedding other) {
    return new Decoder(other, blocks, norm, head, logitCap, context);
  }

  /// Logits of every position, without a cache.
  ///
  /// @param ids `[B, T]`
  /// @return `[B, T, V]`
  public Tensor forward(Tokens ids, Run run) {
    return logits(hidden(ids, run), run);
  }

  /// Logits of every position of tokens that stand where `pass` says.
  ///
  /// @param ids `[B, T]`
  /// @return `[B, T, V]`
  public Tensor forward(Tokens ids, Pass pass, Run run) {
    return logits(hidden(ids, pass, run), run);
  }

  /// The residual stream after the last norm, without a cache.
  ///
  /// @param ids `[B, T]`
  /// @return `[B, T, D]`
  public Tensor hidden(Tokens ids, Run run) {
    return hidden(ids, Pass.whole(Positions.range(0, ids.length())), run);
  }

  /// The residual stream after the last norm, of tokens that follow those in `cache`; they are in
  /// it afterwards.
  ///
  /// @param ids `[B, T]`
  /// @return `[B, T, D]`
  public Tensor hidden(Tokens ids, DecoderCache cache, Run run) {
    return hidden(ids, cache.pass(ids), run);
  }

  /// An empty cache for `batch` sequences of up to `limit` positions.
  public DecoderCache newCache(int batch, int limit) {
    return newCache(batch, limit, CacheChoice.fitting());
  }

  /// An empty cache for `batch` sequences of up to `limit` positions, of a kind.
  public DecoderCache newCache(int batch, int limit, CacheChoice choice) {
    return new DecoderCache(blocks, batch, limit, choice);
  }

  /// @param hidden `[..., D]`
  /// @return `[..., V]`
  public Tensor logits(Tensor hidden, Run run) {
    Tensor logits = head.forward(hidden, run);
    return logitCap.isPresent() ? run.apply(new SoftCap(logits, logitCap.get())) : logits;
  }

  private Tensor hidden(Tokens ids, Pass pass, Run run) {
    Tensor x = embedding.forward(ids, pass.positions(), run);
    for (int block = 0; block < blocks.size(); block++) {
      int number = block;
      x = run.applyBlock(x, (in, inner) -> blocks.get(number).forward(in, number, pass, inner));
    }
    return norm.isPresent() ? norm.get().forward(x, new Site("ln_final"), run) : x;
  }

  /// Token embeddings, scaled, and what tells positions apart where it is added to them.
  ///
  /// @param tokens `[V, D]`
  /// @param dropout the share that a run that trains drops
  public record Embedding(
      Weight tokens, Optional<PositionEmbedding> positions, float scale, float dropout) {
    /// Embeddings of which nothing is dropped.
    public Embedding(Weight tokens, Optional<PositionEmbedding> positions, float scale) {
      this(tokens, positions, scale, 0);
    }

    public Embedding withDropout(float share) {
      return new Embedding(tokens, positions, scale, share);
    }

    /// @return `[B, T, D]`
    Tensor forward(Tokens ids, Positions at, Run run) {
      Tensor embedded = run.apply(new Gather(tokens, ids));
      Tensor scaled = scale == 1 ? embedded : run.apply(new Scale(embedded, scale));
      Tensor x = run.at(new Site("embed"), scaled);
      if (positions.isPresent()) {
        Tensor places = positions.get().forward(ids, at, run);
        x = run.apply(new Add(x, run.at(new Site("pos_embed"), places)));
      }
      return Dropout.apply(x, dropout, run);
    }
  }
}
