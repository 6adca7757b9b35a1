package dev.heed.attention.mixer;

import dev.heed.attention.Variant;
import java.util.List;
import java.util.stream.Stream;

/// Every choice of a state mixer.
public final class MixerVariants {
  private static final String LINEAR =
      "Katharopoulos et al. 2020, https://arxiv.org/abs/2006.16236";
  private static final String CHUNKS = "Yang et al. 2024, https://arxiv.org/abs/2312.06635";

  private MixerVariants() {}

  /// All of them, axis by axis.
  public static List<Variant> all() {
    return Stream.of(features(), decays(), writes(), modes()).flatMap(List::stream).toList();
  }

  private static List<Variant> features() {
    return List.of(
        of(
            "feature map",
            "identity",
            FeatureMap.Identity.class,
            "queries and keys as they are",
            "Schlag et al. 2021, https://arxiv.org/abs/2102.11174"),
        of("feature map", "elu+1", FeatureMap.EluPlusOne.class, "x + 1 above 0, exp below", LINEAR),
        of(
            "feature map",
            "relu",
            FeatureMap.Relu.class,
            "what is above 0",
            "Kasai et al. 2021, https://arxiv.org/abs/2103.13076"),
        of(
            "feature map",
            "unit",
            FeatureMap.Unit.class,
            "numbers over their length, as the delta rule wants its keys",
            "Yang et al. 2024, https://arxiv.org/abs/2406.06484"),
        of(
            "feature map",
            "taylor",
            FeatureMap.Taylor.class,
            "the Taylor series of exp to the second power",
            "Arora et al. 2024, https://arxiv.org/abs/2402.18668"),
        of(
            "feature map",
            "favor+",
            Favor.class,
            "positive orthogonal random features, exp on average",
            "Choromanski et al. 2021, https://arxiv.org/abs/2009.14794"));
  }

  private static List<Variant> decays() {
    return List.of(
        of("decay", "none", Decay.None.class, "nothing fades: linear attention", LINEAR),
        of(
            "decay",
            "fixed",
            Decay.Fixed.class,
            "a constant a head: retention",
            "Sun et al. 2023, https://arxiv.org/abs/2307.08621"),
        of(
            "decay",
            "per head",
            Decay.PerHead.class,
            "from the input, a number a head: Mamba-2",
            "Dao and Gu 2024, https://arxiv.org/abs/2405.21060"),
        of(
            "decay",
            "per channel",
            Decay.PerChannel.class,
            "from the input, a number a channel: gated linear attention",
            CHUNKS));
  }

  private static List<Variant> writes() {
    return List.of(
        of("write", "add", Write.class, "a value is added under its key", LINEAR),
        of(
            "write",
            "delta",
            Write.class,
            "what is missing of a value is added: the delta rule",
            "Schlag et al. 2021, https://arxiv.org/abs/2102.11174"));
  }

  private static List<Variant> modes() {
    return List.of(
        of("mode", "parallel", MixerMode.Parallel.class, "all positions against all", LINEAR),
        of(
            "mode",
            "chunked",
            MixerMode.Chunked.class,
            "positions of a chunk against each other, a state between",
            CHUNKS),
        of(
            "mode",
            "recurrent",
            MixerMode.Recurrent.class,
            "position after position, as decoding does",
            LINEAR));
  }

  private static Variant of(String axis, String form, Class<?> type, String summary, String paper) {
    return new Variant("mixer " + axis, form, type, summary, paper);
  }
}
