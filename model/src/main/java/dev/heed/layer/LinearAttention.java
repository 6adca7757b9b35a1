package dev.heed.layer;

import dev.heed.attention.CacheChoice;
import dev.heed.attention.Rotary;
import dev.heed.attention.Rotate;
import dev.heed.attention.mixer.Decay;
import dev.heed.attention.mixer.KernelAttention;
import dev.heed.attention.mixer.LogLogistic;
import dev.heed.attention.mixer.Logistic;
import dev.heed.attention.mixer.MixerException;
import dev.heed.attention.mixer.StateInput;
import dev.heed.attention.mixer.StateShape;
import dev.heed.grad.Activate;
import dev.heed.grad.Activation;
import dev.heed.grad.Multiply;
import dev.heed.grad.Run;
import dev.heed.grad.Site;
import dev.heed.tensor.Tensor;
import java.util.List;
import java.util.Optional;

/// Attention by a state in the place of a cache: linear attention, retention, gated linear
/// attention and the delta rule, by the choices of `attention`. It is causal and knows the order of
/// positions by its decay, its rotation, or not at all.
public record LinearAttention(
    SelfAttention.Projections projections,
    Optional<Rotary> rotary,
    KernelAttention attention,
    Gates gates,
    Heads heads)
    implements Mixer {
  /// What the input decides besides queries, keys and values.
  ///
  /// @param decay `[G, D]` or `[G·E, D]`: decays are `log(logistic) / divisor` of it
  /// @param divisor of the logarithms of decays: the larger, the longer is memory
  /// @param strength `[G, D]`: values are written by `logistic` of it
  /// @param headNorm of each head of what was read
  /// @param output `[H·E, D]`: what was read is multiplied by `silu` of it
  public record Gates(
      Optional<Linear> decay,
      float divisor,
      Optional<Linear> strength,
      Optional<Norm> headNorm,
      Optional<Linear> output) {
    public static final Gates NONE =
        new Gates(Optional.empty(), 16, Optional.empty(), Optional.empty(), Optional.empty());

    public Gates withDecay(Linear gate, float over) {
      return new Gates(Optional.of(gate), over, strength, headNorm, output);
    }

    public Gates withStrength(Linear gate) {
      return new Gates(decay, divisor, Optional.of(gate), headNorm, output);
    }

    public Gates withHeadNorm(Norm norm) {
      return new Gates(decay, divisor, strength, Optional.of(norm), output);
    }

    public Gates withOutput(Linear gate) {
      return new Gates(decay, divisor, strength, headNorm, Optional.of(gate));
    }
  }

  public LinearAttention {
    Decay decay = attention.mixer().decay();
    int width =
        switch (decay) {
          case Decay.PerHead _ -> heads.keys();
          case Decay.PerChannel _ -> heads.keys() * attention.features().features(heads.width());
          case Decay.None _, Decay.Fixed _ -> 0;
        };
    int given = gates.decay().map(Linear::out).orElse(0);
    if (given != width) {
      throw new MixerException(
          "linear attention: %s and a gate of %d numbers; %d are read"
              .formatted(decay, given, width));
    }
  }

  @Override
  public Tensor forward(Tensor x, int block, Pass pass, Run run) {
    Tensor q = seen(projections.query().forward(x, run), block, "q", run);
    Tensor k = seen(projections.key().forward(x, run), block, "k", run);
    Tensor v = seen(projections.value().forward(x, run), block, "v", run);
    q = rotated(q, heads.queries(), pass, run);
    k = rotated(k, heads.keys(), pass, run);
    StateInput input =
        StateInput.of(seen(q, block, "rot_q", run), seen(k, block, "rot_k", run), v, stateHeads());
    Tensor z = attention.forward(gated(input, x, pass, run), memory(block, pass), run);
    pass.states(block).ifPresent(states -> states.advance(x.axis(1)));
    Tensor sized = gates.headNorm().isPresent() ? gates.headNorm().get().forward(z, run) : z;
    Tensor open = gates.output().isPresent() ? opened(sized, x, run) : sized;
    return HeadResults.project(open, projections.output(), heads.queries(), block, run);
  }

  private Tensor opened(Tensor z, Tensor x, Run run) {
    Tensor gate = gates.output().orElseThrow().forward(x, run);
    return run.apply(new Multiply(z, run.apply(new Activate(gate, Activation.SILU))));
  }

  private StateInput gated(StateInput plain, Tensor x, Pass pass, Run run) {
    StateInput input = plain;
    if (gates.decay().isPresent()) {
      Tensor gate = gates.decay().get().forward(x, run);
      input = input.withDecay(run.apply(new LogLogistic(gate, gates.divisor())));
    }
    if (gates.strength().isPresent()) {
      Tensor gate = gates.strength().get().forward(x, run);
      input = input.withStrength(run.apply(new Logistic(gate)));
    }
    return pass.documents().isPresent() ? input.withDocuments(pass.documents().get()) : input;
  }

  private Optional<KernelAttention.Memory> memory(int block, Pass pass) {
    return pass.states(block)
        .map(states -> new KernelAttention.Memory(states.part(0), states.part(1)));
  }

  private StateShape.Heads stateHeads() {
    return new StateShape.Heads(heads.queries(), heads.keys(), heads.keys());
  }

  private Tensor rotated(Tensor x, int count, Pass pass, Run run) {
    return rotary.isPresent() ? run.apply(new Rotate(x, count, pass.angles(rotary.get()))) : x;
  }

  private static Tensor seen(Tensor value, int block, String point, Run run) {
    return run.at(Site.inBlock(block, "attn." + point), value);
  }

  @Override
  public MixerCache newCache(int batch, int limit, int longest, CacheChoice choice) {
    KernelAttention.Memory empty =
        KernelAttention.Memory.empty(
            attention,
            batch,
            stateHeads(),
            heads.width(),
            projections.value().out() / heads.keys());
    return new MixerCache.States(List.of(empty.state(), empty.largest()));
  }
}
