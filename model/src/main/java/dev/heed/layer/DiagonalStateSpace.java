package dev.heed.layer;

import dev.heed.attention.CacheChoice;
import dev.heed.attention.mixer.DiagonalModes;
import dev.heed.attention.mixer.DiagonalStates;
import dev.heed.attention.mixer.Logistic;
import dev.heed.attention.mixer.SkipHeads;
import dev.heed.grad.Activate;
import dev.heed.grad.Activation;
import dev.heed.grad.Multiply;
import dev.heed.grad.Run;
import dev.heed.tensor.Tensor;
import dev.heed.tensor.Weight;
import java.util.List;
import java.util.Optional;

/// The layer of S4D, [Gu et al. 2022](https://arxiv.org/abs/2206.11893): modes of each channel, a
/// share of the input beside them, GELU, and a gated linear unit that mixes channels.
///
/// @param skip the share of the input, an array weight `[D]`
/// @param output `[D, D]`
/// @param gate `[D, D]`
public record DiagonalStateSpace(DiagonalModes modes, Weight skip, Linear output, Linear gate)
    implements Mixer {
  @Override
  public Tensor forward(Tensor x, int block, Pass pass, Run run) {
    DiagonalStates mix = DiagonalStates.of(x, modes);
    Optional<MixerCache.States> kept = pass.states(block);
    if (kept.isPresent()) {
      mix = mix.after(kept.get().part(0));
      kept.get().advance(x.axis(1));
    }
    if (pass.documents().isPresent()) {
      mix = mix.within(pass.documents().get());
    }
    Tensor whole = run.apply(new SkipHeads(run.apply(mix), x, skip));
    Tensor active = run.apply(new Activate(whole, Activation.GELU_ERF));
    Tensor open = run.apply(new Logistic(gate.forward(active, run)));
    return run.apply(new Multiply(output.forward(active, run), open));
  }

  @Override
  public MixerCache newCache(int batch, int limit, int longest, CacheChoice choice) {
    return new MixerCache.States(List.of(Tensor.zeros(batch, modes.channels(), 2 * modes.modes())));
  }
}
