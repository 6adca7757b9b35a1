package dev.heed.attention;

/// What is left out at random while a model trains: the last axis of an [Attention].
///
/// What is left out is a pure function of the call's generator ([AttentionInput#withRandom]) and of
/// the numbers of batch, head, query and key, so that tiles, threads and a second computation see
/// the same.
///
/// @param weights how likely a weight is set to zero after the normalizer; the others are divided
///   by what is likely to stay, [Srivastava et al.
///   2014](https://jmlr.org/papers/v15/srivastava14a.html)
/// @param keys how likely a query does not see a key, as if the mask hid it, so that the rest share
///   its weight, [Li et al. 2022](https://arxiv.org/abs/2208.02646)
/// @param heads how likely a head gives zeros; the others are divided by what is likely to stay,
///   [Zhou et al. 2020](https://arxiv.org/abs/2004.13342)
public record Chance(double weights, double keys, double heads) {
  private static final Chance NONE = new Chance(0, 0, 0);

  public Chance {
    check("weights", weights);
    check("keys", keys);
    check("heads", heads);
  }

  private static void check(String name, double share) {
    if (!(share >= 0 && share < 1)) {
      throw new AttentionException(
          "chance: %s are dropped with probability %s; 0 up to below 1 fits"
              .formatted(name, share));
    }
  }

  /// Everything stays.
  public static Chance none() {
    return NONE;
  }

  public Chance withWeights(double share) {
    return new Chance(share, keys, heads);
  }

  public Chance withKeys(double share) {
    return new Chance(weights, share, heads);
  }

  public Chance withHeads(double share) {
    return new Chance(weights, keys, share);
  }

  public boolean isNone() {
    return equals(NONE);
  }
}
