package dev.heed.layer;

import dev.heed.attention.CacheChoice;
import dev.heed.grad.Multiply;
import dev.heed.grad.Run;
import dev.heed.tensor.Tensor;
import java.util.List;
import java.util.Optional;

/// BaseConv, [Arora et al. 2023](https://arxiv.org/abs/2312.04927) section 4: a linear layer times
/// a convolution of each channel, here a short one ([ShortConvolution]).
///
/// @param projection `[D, D]`
public record GatedConvolution(Linear projection, ShortConvolution convolution) implements Mixer {
  @Override
  public Tensor forward(Tensor x, int block, Pass pass, Run run) {
    Optional<MixerCache.States> kept = pass.states(block);
    Optional<Tensor> state = kept.map(states -> states.part(0));
    Tensor near = convolution.forward(x, state, pass, run);
    kept.ifPresent(states -> states.advance(x.axis(1)));
    return run.apply(new Multiply(projection.forward(x, run), near));
  }

  @Override
  public MixerCache newCache(int batch, int limit, int longest, CacheChoice choice) {
    return new MixerCache.States(List.of(convolution.newState(batch)));
  }
}
