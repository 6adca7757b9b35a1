package dev.heed.kernel;

/// What is observed of weights, as the definitions read.
final class ScalarObserverTiles implements ObserverTiles {
  private static final int QUERIES = QueryBlock.QUERIES;

  @Override
  public void clean(QueryBlock block) {
    for (int n = 0; n < block.keys * QUERIES; n++) {
      boolean there = n % QUERIES < block.count && block.sees(n % QUERIES, n / QUERIES);
      block.scores[n] = there ? block.scores[n] : 0;
    }
  }

  @Override
  public void addInformation(QueryBlock block, float[] sums) {
    for (int n = 0; n < block.keys * QUERIES; n++) {
      double weight = block.scores[n];
      sums[n % QUERIES] -= weight <= 0 ? 0 : (float) (weight * Math.log(weight));
    }
  }

  @Override
  public void raise(QueryBlock block, float[] maxima) {
    for (int n = 0; n < block.keys * QUERIES; n++) {
      maxima[n % QUERIES] = Math.max(maxima[n % QUERIES], block.scores[n]);
    }
  }

  @Override
  public void addDistance(QueryBlock block, int[] i, int iFrom, int[] j, int jFrom, float[] sums) {
    for (int s = 0; s < block.keys; s++) {
      for (int t = 0; t < block.count; t++) {
        sums[t] += block.scores[s * QUERIES + t] * Math.abs(i[iFrom + t] - j[jFrom + s]);
      }
    }
  }

  @Override
  public void addKeys(QueryBlock block, float[] sums, int from) {
    for (int s = 0; s < block.keys; s++) {
      float sum = 0;
      for (int t = 0; t < block.count; t++) {
        sum += block.scores[s * QUERIES + t];
      }
      sums[from + s] += sum;
    }
  }

  @Override
  public void addQueries(QueryBlock block, int first, int count, float[] sums, int at) {
    for (int s = first; s < first + count; s++) {
      for (int t = 0; t < block.count; t++) {
        sums[at + t] += block.scores[s * QUERIES + t];
      }
    }
  }

  @Override
  public void addScores(
      QueryBlock block, int first, int count, float[] sums, float[] counts, int at) {
    for (int s = first; s < first + count; s++) {
      for (int t = 0; t < block.count; t++) {
        float score = block.scores[s * QUERIES + t];
        boolean sees = block.sees(t, s) && score != Float.NEGATIVE_INFINITY;
        sums[at + t] += sees ? score : 0;
        counts[at + t] += sees ? 1 : 0;
      }
    }
  }

  @Override
  public void collect(QueryBlock block, TopKeys top, int first) {
    for (int s = 0; s < block.keys; s++) {
      top.hits[s] = 0;
      for (int t = 0; t < block.count; t++) {
        float number = block.scores[s * QUERIES + t];
        boolean hit = block.sees(t, s) && !(number <= top.bounds[t]);
        top.hits[s] |= hit ? 1 << t : 0;
      }
    }
    top.append(block.scores, block.keys, first);
  }
}
