package dev.heed.layer;

import dev.heed.attention.Variant;
import java.util.List;

/// Every mixer that a block of a model may have, and what is done with its heads.
public final class LayerVariants {
  private LayerVariants() {}

  /// All of them.
  public static List<Variant> all() {
    return List.of(
        new Variant(
            "heads",
            "removal",
            HeadRemoval.class,
            "heads taken out for good, with their rows of the projections",
            "Michel et al. 2019, https://arxiv.org/abs/1905.10650"),
        mixer(
            "attention",
            SelfAttention.class,
            "each position looks at others, by the axes above",
            "Vaswani et al. 2017, https://arxiv.org/abs/1706.03762"),
        mixer(
            "shared attention",
            SharedAttention.class,
            "attention to the keys and values of an earlier block",
            "Brandon et al. 2024, https://arxiv.org/abs/2405.12981"),
        mixer(
            "linear, retention, gated, delta",
            LinearAttention.class,
            "a state of keys and values that fades and is written to, by the axes above",
            "Katharopoulos et al. 2020, https://arxiv.org/abs/2006.16236"),
        mixer(
            "mamba2",
            StateSpaceDual.class,
            "a state space whose decay, keys and queries come from the input",
            "Dao and Gu 2024, https://arxiv.org/abs/2405.21060"),
        mixer(
            "s4d",
            DiagonalStateSpace.class,
            "a state space of complex modes for each channel, as recurrence or convolution",
            "Gu et al. 2022, https://arxiv.org/abs/2206.11893"),
        mixer(
            "convolution",
            GatedConvolution.class,
            "a short causal convolution of each channel, gated",
            "Dao et al. 2022, https://arxiv.org/abs/2212.14052"),
        mixer(
            "recurrence",
            GatedRecurrence.class,
            "a gated recurrence of each channel",
            "Feng et al. 2024, https://arxiv.org/abs/2410.01201"));
  }

  private static Variant mixer(String form, Class<?> type, String summary, String paper) {
    return new Variant("mixer", form, type, summary, paper);
  }
}
