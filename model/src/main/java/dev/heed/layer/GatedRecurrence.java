package dev.heed.layer;

import dev.heed.attention.CacheChoice;
import dev.heed.attention.mixer.Interpolate;
import dev.heed.attention.mixer.Logistic;
import dev.heed.grad.Run;
import dev.heed.tensor.Tensor;
import java.util.List;
import java.util.Optional;

/// The recurrence of minGRU, [Feng et al. 2024](https://arxiv.org/abs/2410.01201) section 3.1: each
/// channel goes from what it holds towards a candidate, by a gate; both depend on the position
/// alone.
///
/// @param gate `[I, D]`
/// @param candidate `[I, D]`
/// @param output `[D, I]`
public record GatedRecurrence(Linear gate, Linear candidate, Linear output) implements Mixer {
  @Override
  public Tensor forward(Tensor x, int block, Pass pass, Run run) {
    Tensor share = run.apply(new Logistic(gate.forward(x, run)));
    Interpolate mix = Interpolate.of(share, candidate.forward(x, run));
    Optional<MixerCache.States> kept = pass.states(block);
    if (kept.isPresent()) {
      mix = mix.after(kept.get().part(0));
      kept.get().advance(x.axis(1));
    }
    if (pass.documents().isPresent()) {
      mix = mix.within(pass.documents().get());
    }
    return output.forward(run.apply(mix), run);
  }

  @Override
  public MixerCache newCache(int batch, int limit, int longest, CacheChoice choice) {
    return new MixerCache.States(List.of(Tensor.zeros(batch, gate.out())));
  }
}
