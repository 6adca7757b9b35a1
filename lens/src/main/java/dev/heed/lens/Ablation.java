package dev.heed.lens;

import java.util.ArrayList;
import java.util.List;

/// What a model loses without a part: the mean loss of texts, with and without.
///
/// @param texts that are foreseen
/// @param from the first token of a text whose loss counts; 1 for all that can be foreseen
/// @param intact the loss of the model as it is, nats a token
public record Ablation(Lens lens, List<int[]> texts, int from, double intact, Baseline means) {
  private static final Sites HEADS = Sites.matching("blocks.*.attn.z");

  /// Of texts.
  public static Ablation of(Lens lens, List<int[]> texts, int from) {
    if (from < 1) {
      throw new LensException(
          "ablation: losses from token %d on; 1 or later would fit, nothing foresees the first"
              .formatted(from));
    }
    List<int[]> kept = texts.stream().map(int[]::clone).toList();
    return new Ablation(
        lens, kept, from, loss(lens, kept, from, List.of()), lens.baseline(kept, HEADS));
  }

  /// The mean of each head over the texts in the place of its result: what it tells of this place
  /// goes, what it always says stays.
  public Replacement mean() {
    return new Replacement.Mean(means);
  }

  /// How much more is lost without some heads of a layer, nats a token.
  public double cost(Replacement by, int layer, Integer... heads) {
    return cost(List.of(by.at(Place.at(layer, "attn.z").heads(heads))));
  }

  /// How much more is lost with changes, nats a token.
  public double cost(List<Intervention> changes) {
    return loss(lens, texts, from, changes) - intact;
  }

  private static double loss(Lens lens, List<int[]> texts, int from, List<Intervention> changes) {
    List<Double> losses = new ArrayList<>();
    for (int[] text : texts) {
      Trace trace = lens.run(text, changes, Sites.none());
      for (int t = from; t < text.length; t++) {
        losses.add(Distributions.loss(trace.logits().row(0, t - 1), text[t]));
      }
    }
    if (losses.isEmpty()) {
      throw new LensException(
          "ablation: %d texts with nothing to foresee from token %d on; longer ones would fit"
              .formatted(texts.size(), from));
    }
    return losses.stream().mapToDouble(loss -> loss).sum() / losses.size();
  }
}
