package dev.heed.model;

import dev.heed.attention.CacheChoice;
import dev.heed.attention.Positions;
import dev.heed.grad.Tokens;
import dev.heed.layer.Block;
import dev.heed.layer.MixerCache;
import dev.heed.layer.Pass;
import dev.heed.tensor.ShapeException;
import java.util.ArrayList;
import java.util.List;

/// What a decoder has read: what each block keeps of it, keys and values, of the latest positions
/// only where it looks through a window, or a state. One sequence, or batch of sequences, uses a
/// cache.
public final class DecoderCache implements AutoCloseable {
  /// The most tokens that are read at once where a cache must know.
  public static final int LONGEST_PART = 512;

  private final List<MixerCache> blocks = new ArrayList<>();
  private final int batch;
  private final int limit;
  private int expected;

  DecoderCache(List<Block> layers, int batch, int limit, CacheChoice choice) {
    this(batch, limit);
    for (Block layer : layers) {
      int longest = Math.min(limit, LONGEST_PART);
      blocks.add(layer.mixer().layer().newCache(batch, limit, longest, choice));
    }
  }

  private DecoderCache(int batch, int limit) {
    this.batch = batch;
    this.limit = limit;
  }

  /// Says how long the text will be of which the next tokens are parts, so that a text that is read
  /// in parts is turned as it would be in one; matters to rotary angles that depend on the length.
  public void expect(int length) {
    expected = length;
  }

  /// How many positions are in the cache.
  public int length() {
    return blocks.getFirst().length();
  }

  /// Forgets all but the first `length` positions; fails where a window would have to look at
  /// positions before them that it has let go, and where a state would have to be unmixed.
  public void truncate(int length) {
    blocks.forEach(block -> block.truncate(length));
  }

  /// Goes on with sequence `order[b]` in the place of each sequence `b`, as a beam search does.
  public void reorder(int... order) {
    blocks.forEach(block -> block.reorder(order));
  }

  /// A cache of the sequences `order`, each as often as it is named, which shares with this one
  /// what they have in common: paged caches do, states are copied, other caches refuse.
  public DecoderCache fork(int... order) {
    DecoderCache fork = new DecoderCache(order.length, limit);
    fork.expected = expected;
    blocks.forEach(block -> fork.blocks.add(block.fork(order)));
    return fork;
  }

  /// Gives pages back that others may use.
  @Override
  public void close() {
    blocks.forEach(MixerCache::close);
  }

  /// Bytes held.
  public long bytes() {
    return blocks.stream().mapToLong(MixerCache::bytes).sum();
  }

  /// The pass of tokens that follow those in the cache.
  Pass pass(Tokens ids) {
    if (ids.batch() != batch || length() + ids.length() > limit) {
      throw new ShapeException(
          "cache: tokens [%d, %d] do not fit after %d positions of [%d, %d]"
              .formatted(ids.batch(), ids.length(), length(), batch, limit));
    }
    return Pass.after(blocks, Positions.range(length(), ids.length()), expected);
  }
}
