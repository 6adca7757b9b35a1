package dev.heed.kernel;

/// The tiles of the other normalizers as the formulas read.
final class ScalarNormalizerTiles implements NormalizerTiles {
  private static final int QUERIES = QueryBlock.QUERIES;

  @Override
  public void weigh(QueryBlock block, WeightRule rule) {
    block.settle();
    for (int s = 0; s < block.keys; s++) {
      for (int t = 0; t < block.count; t++) {
        int at = s * QUERIES + t;
        boolean sees = block.sees(t, s);
        block.scores[at] = sees ? weight(rule, block.scores[at], block, t) : 0;
      }
    }
  }

  private static float weight(WeightRule rule, float score, QueryBlock block, int t) {
    return switch (rule) {
      case WeightRule.Exponential _ ->
          (float) Math.pow(2, score * QueryBlock.LOG2_E - block.origins[t] - block.offsets[t]);
      case WeightRule.Logistic(float bias) ->
          (float) (1 / (1 + Math.exp(-((double) score + bias))));
      case WeightRule.Ramp ramp ->
          (float) (ramp.factor() * Math.pow(measure(ramp, score, block, t), ramp.power()));
    };
  }

  private static float rate(WeightRule rule, float score, QueryBlock block, int t) {
    return switch (rule) {
      case WeightRule.Exponential _ -> weight(rule, score, block, t);
      case WeightRule.Logistic _ -> {
        float weight = weight(rule, score, block, t);
        yield weight * (1 - weight);
      }
      case WeightRule.Ramp ramp -> {
        double x = measure(ramp, score, block, t);
        // divided by x, because NaN to the power of 0 is 1
        double power = x == 0 ? 0 : x * Math.pow(x, ramp.power() - 1.0) / x;
        yield (float) (ramp.factor() * ramp.power() * ramp.slope() * power);
      }
    };
  }

  private static double measure(WeightRule.Ramp ramp, float score, QueryBlock block, int t) {
    double x = ramp.slope() * ((double) score - block.origins[t]) - block.offsets[t];
    return x < 0 ? 0 : x;
  }

  @Override
  public void collect(QueryBlock block, Reach reach) {
    for (int s = 0; s < block.keys; s++) {
      reach.hits[s] = 0;
    }
    for (int t = 0; t < block.count; t++) {
      float largest = reach.maxima[t];
      for (int s = 0; s < block.keys; s++) {
        float score = block.scores[s * QUERIES + t];
        largest = block.sees(t, s) && score > largest ? score : largest;
      }
      reach.maxima[t] = largest;
      reach.bounds[t] = largest - reach.reach;
      for (int s = 0; s < block.keys; s++) {
        boolean hit = block.sees(t, s) && !(block.scores[s * QUERIES + t] <= reach.bounds[t]);
        reach.hits[s] |= hit ? 1 << t : 0;
      }
    }
    reach.append(block.scores, block.keys);
  }

  @Override
  public void settle(QueryBlock block, Reach reach, WeightRule.Ramp rule) {
    for (int query = 0; query < block.count; query++) {
      settle(block, reach, query, rule);
    }
  }

  private static void settle(QueryBlock block, Reach reach, int query, WeightRule.Ramp rule) {
    if (reach.isDecided(block, query)) {
      return;
    }
    int count = reach.measure(query, rule.slope(), 1);
    float[] measures = reach.scores[query];
    double sum = 0;
    for (int n = 0; n < count; n++) {
      sum += measures[n];
    }
    ThresholdSearch search = new ThresholdSearch(rule.power(), count, sum);
    double powers;
    double rates;
    do {
      powers = 0;
      rates = 0;
      for (int n = 0; n < count; n++) {
        double x = measures[n] - search.offset();
        powers += x > 0 ? Math.pow(x, rule.power()) : 0;
        rates += x > 0 ? Math.pow(x, rule.power() - 1.0) : 0;
      }
    } while (search.step(powers, rates));
    block.row(query, reach.maxima[query], (float) search.offset());
  }

  @Override
  public void select(QueryBlock block, int first) {
    for (int s = 0; s < block.keys; s++) {
      for (int t = 0; t < block.count; t++) {
        float score = block.scores[s * QUERIES + t];
        boolean below = score < block.leasts[t];
        if (below || (score == block.leasts[t] && first + s > block.lasts[t])) {
          block.scores[s * QUERIES + t] = Float.NEGATIVE_INFINITY;
        }
      }
    }
  }

  @Override
  public void leave(QueryBlock block, int first, int count, int queries) {
    for (int n = first * QUERIES; n < (first + count) * QUERIES; n++) {
      boolean left = (queries >>> n % QUERIES & 1) != 0;
      block.scores[n] = left ? block.scores[n] : Float.NEGATIVE_INFINITY;
    }
  }

  @Override
  public void weigh(BackwardBlock block, WeightRule rule) {
    QueryBlock queries = block.block;
    block.begin(rule);
    for (int s = 0; s < queries.keys; s++) {
      for (int t = 0; t < QUERIES; t++) {
        int at = s * QUERIES + t;
        float score = queries.scores[at];
        boolean sees = t < block.count && queries.sees(t, s);
        block.rates[at] = sees ? rate(rule, score, queries, t) : 0;
        queries.scores[at] = sees ? weight(rule, score, queries, t) : 0;
        block.gradients[at] = sees ? block.gradients[at] : 0;
      }
    }
  }

  @Override
  public void addStatistics(BackwardBlock block, float[] coverage, int at) {
    for (int s = 0; s < block.block.keys; s++) {
      for (int t = 0; t < block.count; t++) {
        if (!block.block.sees(t, s)) {
          continue;
        }
        double weight = block.block.scores[s * QUERIES + t];
        double log = weight <= 0 ? 0 : block.entropies[t] * (Math.log(weight) + 1);
        block.gradients[s * QUERIES + t] += (float) (coverage[at + s] - log);
      }
    }
  }

  @Override
  public void add(BackwardBlock block) {
    for (int n = 0; n < block.block.keys * QUERIES; n++) {
      block.rateSums[n % QUERIES] += block.rates[n];
      block.rateGradients[n % QUERIES] += block.rates[n] * block.gradients[n];
    }
  }

  @Override
  public void addInformation(BackwardBlock block) {
    for (int n = 0; n < block.block.keys * QUERIES; n++) {
      int t = n % QUERIES;
      float weight = block.block.scores[n];
      float information = weight <= 0 ? 0 : (float) (-weight * Math.log(weight));
      block.weightGradients[t] += weight * block.gradients[n];
      block.information[t] += information;
      block.informationGradients[t] += information * block.gradients[n];
    }
  }

  @Override
  public void chain(BackwardBlock block) {
    for (int s = 0; s < block.block.keys; s++) {
      for (int t = 0; t < block.count; t++) {
        int at = s * QUERIES + t;
        float slope = block.sloped ? block.slopes[at] : 1;
        float gradient = block.rates[at] * (block.gradients[at] - block.deltas[t]) * slope;
        block.gradients[at] = block.block.sees(t, s) ? gradient : 0;
      }
    }
    block.sloped = false;
  }
}
