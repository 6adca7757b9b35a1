package dev.heed.layer;

import dev.heed.attention.Attend;
import dev.heed.attention.Attention;
import dev.heed.attention.AttentionException;
import dev.heed.attention.AttentionInput;
import dev.heed.attention.HeadView;
import dev.heed.attention.ObserveWeights;
import dev.heed.attention.Observer;
import dev.heed.attention.Observers;
import dev.heed.attention.Positions;
import dev.heed.attention.Rotary;
import dev.heed.attention.UnsupportedCombinationException;
import dev.heed.attention.source.NeighbourMemory;
import dev.heed.grad.Run;
import dev.heed.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// One forward of tokens through the blocks: where the tokens stand, and what the blocks keep of
/// those before them.
public final class Pass {
  private final Positions positions;
  private final int length;
  private final List<MixerCache> caches;
  private final Optional<Positions> documents;
  private final Map<Integer, Shared> shared = new HashMap<>();
  private final Map<Integer, NeighbourMemory> memories = new HashMap<>();
  private final Map<Integer, Past> noted = new HashMap<>();
  private final Map<Rotary, Rotary.Angles> angles = new HashMap<>();
  private final Map<Observer, List<Tensor>> observed = new LinkedHashMap<>();

  private Pass(
      Positions positions, int length, List<MixerCache> caches, Optional<Positions> documents) {
    this.positions = positions;
    this.length = length;
    this.caches = caches;
    this.documents = documents;
  }

  /// Tokens that follow nothing.
  ///
  /// @param positions `[T]` or `[B, T]`
  public static Pass whole(Positions positions) {
    return new Pass(positions, 0, List.of(), Optional.empty());
  }

  /// Tokens of several documents that follow nothing; a token sees its own document alone.
  ///
  /// @param positions `[T]` or `[B, T]`
  /// @param documents the number of each token's document, `[T]` or `[B, T]`
  public static Pass packed(Positions positions, Positions documents) {
    return new Pass(positions, 0, List.of(), Optional.of(documents));
  }

  /// Tokens that follow those in the caches, one a block.
  ///
  /// @param length of the text of which these tokens are a part, as far as it is known; angles that
  ///   depend on the length of a text are those of this length at least
  public static Pass after(List<MixerCache> caches, Positions positions, int length) {
    return new Pass(positions, length, caches, Optional.empty());
  }

  public Positions positions() {
    return positions;
  }

  /// The angles of the positions, computed once for all blocks that rotate alike.
  Rotary.Angles angles(Rotary rotary) {
    return angles.computeIfAbsent(rotary, turning -> turning.angles(positions, length));
  }

  /// What will be past, of a block.
  private record Past(HeadView k, HeadView v) {}

  /// The same pass, in which a block looks into a memory, one for each such block by its number.
  public Pass remembering(Map<Integer, NeighbourMemory> ofBlocks) {
    memories.putAll(ofBlocks);
    return this;
  }

  /// The memory of a block.
  NeighbourMemory memory(int block) {
    NeighbourMemory memory = memories.get(block);
    if (memory == null) {
      throw new AttentionException(
          "attention: block %d looks into a memory and the pass has those of blocks %s; Pass.remembering gives them"
              .formatted(block, memories.keySet()));
    }
    return memory;
  }

  void noteForMemory(int block, HeadView k, HeadView v) {
    noted.put(block, new Past(k, v));
  }

  /// Writes the text of this pass to the memories: once it is over, and its gradients computed
  /// where there are any.
  public void remember() {
    noted.forEach((block, past) -> memory(block).add(past.k, past.v));
    noted.clear();
  }

  /// Keys and values of a block, `[B, T, G·E]`.
  record Shared(Tensor k, Tensor v) {}

  /// Leaves the keys and values of a block to blocks that come after it.
  void share(int block, Tensor k, Tensor v) {
    shared.put(block, new Shared(k, v));
  }

  /// The keys and values of an earlier block.
  Shared shared(int block) {
    Shared found = shared.get(block);
    if (found == null) {
      throw new AttentionException(
          "attention: keys and values of block %d are to be shared, those of %s are there; an earlier block of self-attention would do"
              .formatted(block, shared.keySet()));
    }
    return found;
  }

  /// The same pass, in which what each attention to a text gives to its keys is observed too, with
  /// gradients: the entropy of each query and the coverage of each key.
  public Pass observing(Observers observers) {
    observed.clear();
    observers.each().forEach(observer -> observed.put(observer, new ArrayList<>()));
    return this;
  }

  /// What was observed, block by block, `[B, H, T]` or `[B, H, S]`.
  public List<Tensor> observed(Observer observer) {
    return List.copyOf(observed.getOrDefault(observer, List.of()));
  }

  /// Observes a call of which gradients are wanted.
  void observe(Attention attention, AttentionInput input, Attend.Operands of, Run run) {
    if (!observed.isEmpty() && run.recomputes()) {
      throw new UnsupportedCombinationException(
          "observed attention",
          "a run that recomputes blocks",
          "gradients would not find their way out of the block: keep the blocks");
    }
    observed.forEach((observer, all) ->
        all.add(
            run.apply(
                switch (observer) {
                  case Observer.Entropy _ -> ObserveWeights.entropy(attention, input, of);
                  case Observer.Coverage _ -> ObserveWeights.coverage(attention, input, of);
                  default ->
                      throw new UnsupportedCombinationException(
                          "observer " + observer.text(),
                          "a gradient",
                          "entropy and coverage have one");
                })));
  }

  Optional<Positions> documents() {
    return documents;
  }

  /// Whether blocks keep what they read.
  boolean keeps() {
    return !caches.isEmpty();
  }

  /// The keys and values that a block keeps.
  Optional<MixerCache.KeysAndValues> cache(int block) {
    return kept(block, MixerCache.KeysAndValues.class);
  }

  /// The state that a block keeps.
  Optional<MixerCache.States> states(int block) {
    return kept(block, MixerCache.States.class);
  }

  private <C extends MixerCache> Optional<C> kept(int block, Class<C> type) {
    if (caches.isEmpty()) {
      return Optional.empty();
    }
    MixerCache cache = caches.get(block);
    if (!type.isInstance(cache)) {
      throw new AttentionException(
          "cache: block %d keeps %s and was given %s; the cache is of another model"
              .formatted(block, type.getSimpleName(), cache.getClass().getSimpleName()));
    }
    return Optional.of(type.cast(cache));
  }
}
