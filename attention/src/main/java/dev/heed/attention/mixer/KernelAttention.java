package dev.heed.attention.mixer;

import dev.heed.attention.UnsupportedCombinationException;
import dev.heed.grad.Run;
import dev.heed.tensor.Tensor;
import java.util.Optional;

/// Attention by features of queries and keys: a state mixer over what [FeatureMap] makes of them,
/// with weights that add up to one where it is normalized.
///
/// @param epsilon what is added to the sum of a position's weights, by which its result is divided;
///   not divided where there is none
public record KernelAttention(FeatureMap features, StateMixer mixer, Optional<Float> epsilon) {
  /// What the paper of [Favor] adds to features, so that none vanishes.
  private static final float LEAST = 1e-6f;

  /// Linear attention, [Katharopoulos et al. 2020](https://arxiv.org/abs/2006.16236).
  public static KernelAttention normalized(FeatureMap features) {
    return new KernelAttention(features, StateMixer.linear(), Optional.of(LEAST));
  }

  /// A mixer of features whose result is what the state gives.
  public static KernelAttention plain(FeatureMap features, StateMixer mixer) {
    return new KernelAttention(features, mixer, Optional.empty());
  }

  /// What is kept of the positions before.
  ///
  /// @param state `[B, N, F, W]`, or one wider where it is normalized
  /// @param largest `[B, heads of keys]`, the largest exponents of random features; -∞ at first
  public record Memory(Tensor state, Tensor largest) {
    /// A memory of nothing yet.
    ///
    /// @param width of queries and keys
    /// @param valueWidth of values
    public static Memory empty(
        KernelAttention of, int batch, StateShape.Heads heads, int width, int valueWidth) {
      int columns = of.epsilon().isPresent() ? valueWidth + 1 : valueWidth;
      Tensor state = Tensor.zeros(batch, heads.states(), of.features().features(width), columns);
      Tensor largest = Tensor.zeros(batch, heads.keys());
      largest.fill(Float.NEGATIVE_INFINITY);
      return new Memory(state, largest);
    }
  }

  /// @param input queries, keys and values before they are mapped, without a past
  /// @return `[B, T, heads·W]`
  public Tensor forward(StateInput input, Run run) {
    return forward(input, Optional.empty(), run);
  }

  /// @param memory of the positions before, to which these are added
  public Tensor forward(StateInput input, Optional<Memory> memory, Run run) {
    if (input.past().isPresent()) {
      throw new UnsupportedCombinationException(
          "attention by features", "an input with a past", "the memory brings it");
    }
    StateShape.Heads heads = input.shape().heads();
    StateInput mapped =
        switch (features) {
          case FeatureMap.Rowwise map ->
              input.mapped(
                  run.apply(new MapFeatures(input.q(), heads.queries(), map)),
                  run.apply(new MapFeatures(input.k(), heads.keys(), map)),
                  values(input, run));
          case Favor favor -> favored(favor, input, memory.map(Memory::largest), run);
        };
    StateMixer over = features instanceof Favor ? mixer.withDecay(Decay.perHead()) : mixer;
    Tensor y =
        memory.isPresent()
            ? run.apply(
                MixState.of(over, mapped.withPast(memory.get().state())).into(memory.get().state()))
            : run.apply(MixState.of(over, mapped));
    return epsilon.isPresent() ? run.apply(new DivideByLast(y, heads.outputs(), epsilon.get())) : y;
  }

  private Tensor values(StateInput input, Run run) {
    int heads = input.shape().heads().values();
    return epsilon.isPresent() ? run.apply(new WithOnes(input.v(), heads)) : input.v();
  }

  /// Keys are taken relative to the largest exponent so far, by whose rise the state fades: exact,
  /// and the same for any cut into parts.
  private StateInput favored(Favor favor, StateInput input, Optional<Tensor> largest, Run run) {
    if (!(mixer.decay() instanceof Decay.None) || mixer.write() != Write.ADD) {
      throw new UnsupportedCombinationException(
          "random features", mixer.toString(), "a mixer that adds and does not fade does");
    }
    StateShape.Heads heads = input.shape().heads();
    Tensor q = run.apply(new FavorExponents(input.q(), heads.queries(), favor));
    Tensor k = run.apply(new FavorExponents(input.k(), heads.keys(), favor));
    Tensor most = Maxima.ofRows(k, heads.keys());
    Tensor falls = Maxima.running(most, largest, input);
    Tensor queries = run.apply(new Exponentials(q, Maxima.ofRows(q, heads.queries()), LEAST));
    Tensor keys = run.apply(new Exponentials(k, most, LEAST));
    return input
        .mapped(queries, keys, values(input, run))
        .withDecay(repeated(falls, heads.states() / heads.keys()));
  }

  /// The number of each head `times` times.
  private static Tensor repeated(Tensor x, int times) {
    Tensor y = Tensor.zeros(x.axis(0), x.axis(1), x.axis(2) * times);
    for (int i = 0; i < y.size(); i++) {
      y.array()[i] = x.array()[x.offset() + i / times];
    }
    return y;
  }
}
