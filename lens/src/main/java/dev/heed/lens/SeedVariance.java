package dev.heed.lens;

import dev.heed.checkpoint.Json;
import java.util.ArrayList;
import java.util.List;

/// How far attention and answers differ between models that differ by chance alone, such as by
/// their seeds: what an adversary of [Faithfulness] is to be measured by. [Wiegreffe and Pinter
/// 2019](https://arxiv.org/abs/1908.04626) section 3.3.
///
/// Heads of two trainings do not correspond, so what is compared is the mean of all, which differs
/// less than heads do.
///
/// @param divergence Jensen-Shannon divergence of the last tokens' attention, 0 to `ln 2`; the
///   median over texts and models
/// @param variation how far the answers are from each other, total variation, likewise
public record SeedVariance(double divergence, double variation) {
  /// Of a model beside others that read the same tokens.
  public static SeedVariance of(Lens lens, List<Lens> others, List<int[]> texts) {
    if (others.isEmpty() || texts.isEmpty()) {
      throw new LensException(
          "seeds: %d other models and %d texts; one of each at least would fit"
              .formatted(others.size(), texts.size()));
    }
    List<Double> divergences = new ArrayList<>();
    List<Double> variations = new ArrayList<>();
    for (int[] text : texts) {
      Last one = Last.of(lens, text);
      for (Lens beside : others) {
        Last other = Last.of(beside, text);
        if (one.answer.length != other.answer.length) {
          throw new LensException(
              "seeds: models of %d and %d tokens; one vocabulary would fit"
                  .formatted(one.answer.length, other.answer.length));
        }
        divergences.add(Distributions.jensenShannon(one.attention, other.attention));
        variations.add(Distributions.totalVariation(one.answer, other.answer));
      }
    }
    return new SeedVariance(median(divergences), median(variations));
  }

  /// What the last token of a text looks at, and what is expected after it.
  private record Last(double[] attention, double[] answer) {
    static Last of(Lens lens, int[] text) {
      int last = text.length - 1;
      Trace trace = lens.trace(text, Sites.matching("blocks.*.attn.pattern"));
      double[] attention = Faithfulness.attention(lens, trace, last);
      double sum = 0;
      for (double weight : attention) {
        sum += weight;
      }
      for (int k = 0; k < attention.length; k++) {
        attention[k] /= sum > 0 ? sum : 1;
      }
      return new Last(attention, Distributions.softmax(trace.logits().row(0, last)));
    }
  }

  private static double median(List<Double> numbers) {
    return numbers.stream().sorted().toList().get(numbers.size() / 2);
  }

  /// All of it.
  public Json.Obj json() {
    return Json.object().with("divergence", divergence).with("variation", variation);
  }
}
