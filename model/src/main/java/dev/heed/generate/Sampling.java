package dev.heed.generate;

/// How the next token is drawn. The steps apply in the order of the components: penalty,
/// temperature, then the three cuts, then a draw from what is left.
///
/// @param repetitionPenalty divides positive and multiplies negative logits of tokens that were
///   seen, 1 for none ([Keskar et al. 2019](https://arxiv.org/abs/1909.05858), section 4.1)
/// @param temperature divides the logits; 0 takes the largest
/// @param topK keeps the `k` largest, 0 for all
/// @param topP keeps the smallest set that holds this probability, 1 for all ([Holtzman et al.
///   2020](https://arxiv.org/abs/1904.09751))
/// @param minP keeps what has at least this share of the largest probability, 0 for all
/// @param seed of the draw
public record Sampling(
    double repetitionPenalty, double temperature, int topK, double topP, double minP, long seed) {
  /// Always the most probable token.
  public static final Sampling GREEDY = new Sampling(1, 0, 0, 1, 0, 0);

  public Sampling {
    require(repetitionPenalty > 0, "repetition penalty", repetitionPenalty, "above 0");
    require(
        temperature >= 0 && temperature < 1e6, "temperature", temperature, "0 to below 1000000");
    require(topK >= 0, "top-k", topK, "0 (off) or above");
    require(topP > 0 && topP <= 1, "top-p", topP, "above 0, at most 1");
    require(minP >= 0 && minP <= 1, "min-p", minP, "0 to 1");
  }

  private static void require(boolean fits, String name, Number value, String expected) {
    if (!fits) {
      throw new GenerationException("sampling: %s is %s; %s fits".formatted(name, value, expected));
    }
  }
}
