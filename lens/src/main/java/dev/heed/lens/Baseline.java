package dev.heed.lens;

import dev.heed.checkpoint.Nearest;
import dev.heed.tensor.CounterRandom;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/// What stands at sites on the whole: the mean over all positions of some texts, or of each
/// position, and a sample of them. Made by [Lens#baseline] or [Lens#baselineByPosition].
public final class Baseline {
  private final Map<String, Rows> rows;

  /// @param mean `[H·E]`
  /// @param samples `[N, H·E]`, each row of one position
  /// @param byPosition the mean of each position, `[P, H·E]`; of no length where there is one for
  ///   all
  record Rows(float[] mean, float[] samples, float[] byPosition) {
    int count() {
      return samples.length / mean.length;
    }

    /// Writes the mean at a position, from number `from` on.
    void mean(int position, int from, float[] into) {
      if (byPosition.length == 0) {
        System.arraycopy(mean, from, into, 0, into.length);
        return;
      }
      if (position >= byPosition.length / mean.length) {
        throw new LensException(
            "baseline: no text reaches position %d; %d positions have a mean"
                .formatted(position, byPosition.length / mean.length));
      }
      System.arraycopy(byPosition, position * mean.length + from, into, 0, into.length);
    }
  }

  private Baseline(Map<String, Rows> rows) {
    this.rows = Collections.unmodifiableMap(rows);
  }

  /// The mean at a site, one number for each of a position; a copy.
  public float[] mean(String site) {
    return rows(site).mean.clone();
  }

  Rows rows(String site) {
    Rows found = rows.get(site);
    if (found == null) {
      throw new LensException(
          "baseline: '%s' was not looked at; %s"
              .formatted(site, Nearest.hint(site, rows.keySet())));
    }
    return found;
  }

  /// Gathers what traces hold: means exactly, samples by a reservoir ([Vitter
  /// 1985](https://doi.org/10.1145/3147.3165), algorithm R).
  static final class Gathering {
    private static final int MOST = 1024;
    private static final int FIRST = 64;

    private final CounterRandom random;
    private final int positions;
    private final Map<String, Sums> sums = new LinkedHashMap<>();

    /// @param positions of which each has a mean of its own; 0 for one mean of all
    Gathering(long seed, int positions) {
      random = CounterRandom.of(seed);
      this.positions = positions;
    }

    /// What was gathered of a site.
    private static final class Sums {
      private final double[] sum;
      private float[] samples;
      private int count;

      private final double[] byPosition;
      private final int[] texts;

      Sums(int width, int positions) {
        sum = new double[width];
        byPosition = new double[positions * width];
        texts = new int[positions];
        samples = new float[FIRST * width];
      }

      void add(float[] numbers, int at, CounterRandom random) {
        int width = sum.length;
        int place = count < MOST ? count : random.below(count + 1, count);
        for (int i = 0; i < width; i++) {
          sum[i] += numbers[at + i];
        }
        if (place < MOST) {
          if ((place + 1) * width > samples.length) {
            samples = Arrays.copyOf(samples, 2 * samples.length);
          }
          System.arraycopy(numbers, at, samples, place * width, width);
        }
        count++;
      }

      void add(float[] numbers, int at, int position) {
        int width = sum.length;
        for (int i = 0; i < width; i++) {
          byPosition[position * width + i] += numbers[at + i];
        }
        texts[position]++;
      }

      Rows rows() {
        float[] mean = new float[sum.length];
        for (int i = 0; i < mean.length; i++) {
          mean[i] = (float) (sum[i] / count);
        }
        int kept = Math.min(count, MOST) * sum.length;
        float[] means = new float[byPosition.length];
        for (int i = 0; i < means.length; i++) {
          means[i] = (float) (byPosition[i] / texts[i / sum.length]);
        }
        return new Rows(mean, Arrays.copyOf(samples, kept), means);
      }
    }

    void add(Trace trace) {
      for (String site : trace.sites()) {
        Value value = trace.value(site);
        int width = value.size() / (trace.batch() * trace.length());
        Sums into = sums.computeIfAbsent(site, _ -> new Sums(width, positions));
        for (int at = 0; at < value.size(); at += width) {
          into.add(value.numbers(), at, random);
          if (positions > 0) {
            into.add(value.numbers(), at, at / width % trace.length());
          }
        }
      }
    }

    Baseline baseline() {
      Map<String, Rows> all = new LinkedHashMap<>();
      sums.forEach((site, gathered) -> all.put(site, gathered.rows()));
      return new Baseline(all);
    }
  }
}
