package dev.heed.layer;

import dev.heed.attention.CacheChoice;
import dev.heed.attention.mixer.Decay;
import dev.heed.attention.mixer.FadeByTime;
import dev.heed.attention.mixer.MixState;
import dev.heed.attention.mixer.SkipHeads;
import dev.heed.attention.mixer.StateInput;
import dev.heed.attention.mixer.StateMixer;
import dev.heed.attention.mixer.StateShape;
import dev.heed.attention.mixer.TimeSteps;
import dev.heed.grad.Activate;
import dev.heed.grad.Activation;
import dev.heed.grad.Multiply;
import dev.heed.grad.Run;
import dev.heed.grad.Site;
import dev.heed.tensor.Tensor;
import dev.heed.tensor.Weight;
import java.util.List;
import java.util.Optional;

/// The mixer of Mamba-2, [Dao and Gu 2024](https://arxiv.org/abs/2405.21060) section 7: a state
/// space model of `H` heads whose steps the input decides, after a short convolution and before a
/// gate.
///
/// @param norm of the gated result, over all heads
/// @param heads of queries and keys (`G`, the groups of B and C) and of values (`H`)
public record StateSpaceDual(
    Projections projections,
    Convolutions convolutions,
    Dynamics dynamics,
    Norm norm,
    StateShape.Heads heads)
    implements Mixer {
  private static final StateMixer MIXER = StateMixer.linear().withDecay(Decay.perHead());

  /// With `I = H·W` inner channels and states of `N` numbers a channel.
  ///
  /// @param gate `[I, D]`
  /// @param value `[I, D]`, x of the paper
  /// @param key `[G·N, D]`, B of the paper
  /// @param query `[G·N, D]`, C of the paper
  /// @param step `[H, D]`
  /// @param output `[D, I]`
  public record Projections(
      Linear gate, Linear value, Linear key, Linear query, Linear step, Linear output) {}

  /// Convolutions of what is projected.
  public record Convolutions(
      ShortConvolution value, ShortConvolution key, ShortConvolution query) {}

  /// How the state moves on: array weights `[H]`.
  ///
  /// @param stepBias added before steps are made positive
  /// @param rate the logarithm of how fast the state fades
  /// @param skip the share of the values that passes by the state
  /// @param low the shortest step
  /// @param high the longest step
  public record Dynamics(Weight stepBias, Weight rate, Weight skip, float low, float high) {}

  @Override
  public Tensor forward(Tensor x, int block, Pass pass, Run run) {
    Optional<MixerCache.States> kept = pass.states(block);
    Tensor gate = projections.gate().forward(x, run);
    Tensor v =
        convolutions.value().forward(projections.value().forward(x, run), part(kept, 0), pass, run);
    Tensor k =
        convolutions.key().forward(projections.key().forward(x, run), part(kept, 1), pass, run);
    Tensor q =
        convolutions.query().forward(projections.query().forward(x, run), part(kept, 2), pass, run);
    q = seen(q, block, "q", run);
    k = seen(k, block, "k", run);
    v = seen(v, block, "v", run);
    Tensor steps = projections.step().forward(x, run);
    steps = run.apply(new TimeSteps(steps, dynamics.stepBias(), dynamics.low(), dynamics.high()));
    Tensor logs = run.apply(new FadeByTime(steps, dynamics.rate()));
    StateInput input = StateInput.of(q, k, v, heads).withDecay(logs).withStrength(steps);
    Tensor mixed = mixed(input, part(kept, 3), pass, run);
    kept.ifPresent(states -> states.advance(x.axis(1)));
    Tensor whole = run.apply(new SkipHeads(mixed, v, dynamics.skip()));
    Tensor open = run.apply(new Activate(gate, Activation.SILU));
    Tensor z = norm.forward(run.apply(new Multiply(whole, open)), run);
    return HeadResults.project(
        z, projections.output(), Math.max(heads.queries(), heads.states()), block, run);
  }

  private static Optional<Tensor> part(Optional<MixerCache.States> kept, int index) {
    return kept.map(states -> states.part(index));
  }

  private static Tensor mixed(StateInput plain, Optional<Tensor> state, Pass pass, Run run) {
    StateInput input =
        pass.documents().isPresent() ? plain.withDocuments(pass.documents().get()) : plain;
    return state.isPresent()
        ? run.apply(MixState.of(MIXER, input.withPast(state.get())).into(state.get()))
        : run.apply(MixState.of(MIXER, input));
  }

  private static Tensor seen(Tensor value, int block, String point, Run run) {
    return run.at(Site.inBlock(block, "attn." + point), value);
  }

  @Override
  public MixerCache newCache(int batch, int limit, int longest, CacheChoice choice) {
    int width = projections.key().out() / heads.keys();
    int valueWidth = projections.value().out() / heads.values();
    return new MixerCache.States(
        List.of(
            convolutions.value().newState(batch),
            convolutions.key().newState(batch),
            convolutions.query().newState(batch),
            Tensor.zeros(batch, heads.states(), width, valueWidth)));
  }
}
