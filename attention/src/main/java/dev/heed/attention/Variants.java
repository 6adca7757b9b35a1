package dev.heed.attention;

import java.util.ArrayList;
import java.util.List;

/// Every choice on every axis of an attention call, and around it: where positions come in, how
/// keys and values are kept, who computes.
public final class Variants {
  private static final String VASWANI = "Vaswani et al. 2017, https://arxiv.org/abs/1706.03762";
  private static final String DROPOUT =
      "Srivastava et al. 2014, https://jmlr.org/papers/v15/srivastava14a.html";

  private Variants() {}

  /// All of them, axis by axis.
  public static List<Variant> all() {
    List<Variant> all = new ArrayList<>();
    all.addAll(of(ScoreForms.FORMS));
    all.addAll(of(ModifierForms.FORMS));
    all.addAll(MaskVariants.ALL);
    all.addAll(of(NormalizerForms.FORMS));
    all.addAll(of(MixingForms.FORMS));
    all.addAll(of(HeadChoiceForms.FORMS));
    all.addAll(heads());
    all.addAll(of(SourceForms.FORMS));
    all.addAll(of(ObserverForms.FORMS));
    all.addAll(chances());
    all.addAll(of(CacheChoice.FORMS));
    all.add(
        new Variant(
            "cache",
            "... int8",
            CacheNumbers.class,
            "numbers of eight bits, with a scale for each token and head",
            "Dettmers et al. 2022, https://arxiv.org/abs/2208.07339"));
    all.addAll(positions());
    all.addAll(executors());
    return List.copyOf(all);
  }

  private static <T> List<Variant> of(Forms<T> forms) {
    return forms.all().stream()
        .map(one -> new Variant(forms.axis(), one.text(), one.type(), one.summary(), one.paper()))
        .toList();
  }

  private static List<Variant> heads() {
    return List.of(
        new Variant(
            "heads",
            "H of G",
            Attention.class,
            "H query heads in groups that share G heads of keys and values; G = 1 is multi-query",
            "Ainslie et al. 2023, https://arxiv.org/abs/2305.13245"),
        new Variant(
            "heads",
            "widths(e, ...)",
            HeadWidths.class,
            "heads of unequal width, each with the scale of its own",
            "Voita et al. 2019, https://arxiv.org/abs/1905.09418"));
  }

  private static List<Variant> chances() {
    return List.of(
        chance("weights(p)", "a weight is left out after the normalizer", DROPOUT),
        chance(
            "keys(p)",
            "a query does not see a key, and the rest share its weight",
            "Li et al. 2022, https://arxiv.org/abs/2208.02646"),
        chance(
            "heads(p)",
            "a head gives zeros, and the others more",
            "Zhou et al. 2020, https://arxiv.org/abs/2004.13342"));
  }

  private static Variant chance(String form, String summary, String paper) {
    return new Variant("chance", form, Chance.class, summary, paper);
  }

  private static List<Variant> positions() {
    String su = "Su et al. 2021, https://arxiv.org/abs/2104.09864";
    String yarn = "Peng et al. 2023, https://arxiv.org/abs/2309.00071";
    return List.of(
        position("sinusoid", Sinusoid.class, "sines and cosines added to the input", VASWANI),
        position("rotary", RotaryScaling.None.class, "pairs of numbers turned by the position", su),
        position(
            "rotary linear",
            RotaryScaling.Linear.class,
            "rotary, with positions divided by a factor",
            "Chen et al. 2023, https://arxiv.org/abs/2306.15595"),
        position("rotary ntk", RotaryScaling.Ntk.class, "rotary, with a larger base", yarn),
        position(
            "rotary dynamic",
            RotaryScaling.DynamicNtk.class,
            "rotary, with a base that grows with the text",
            yarn),
        position(
            "rotary yarn",
            RotaryScaling.Yarn.class,
            "rotary, with slow pairs stretched and fast ones left alone",
            yarn),
        position(
            "rotary llama3",
            RotaryScaling.Llama3.class,
            "rotary, stretched by wavelength",
            "Llama Team 2024, https://arxiv.org/abs/2407.21783"),
        position(
            "rotary factors",
            RotaryScaling.Factors.class,
            "rotary, with a factor for each pair",
            "Ding et al. 2024, https://arxiv.org/abs/2402.13753"));
  }

  private static Variant position(String form, Class<?> type, String summary, String paper) {
    return new Variant("position", form, type, summary, paper);
  }

  private static List<Variant> executors() {
    return List.of(
        new Variant(
            "executor",
            "reference",
            Reference.class,
            "plain loops in double precision, every map materialised",
            VASWANI),
        new Variant(
            "executor",
            "tiled",
            Tiled.class,
            "tiles and no map: memory grows with the length, what the mask hides costs nothing",
            "Dao 2023, https://arxiv.org/abs/2307.08691"),
        new Variant(
            "executor",
            "decode",
            Decode.class,
            "few queries against a long cache, which threads share",
            "Dao et al. 2023, https://crfm.stanford.edu/2023/10/12/flashdecoding.html"));
  }
}
