package dev.heed.lens;

import dev.heed.checkpoint.Nearest;
import dev.heed.tensor.CounterRandom;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/// What stands at sites on the whole: the mean over all positions of some texts, and a sample of
/// them. Made by [Lens#baseline].
public final class Baseline {
  private final Map<String, Rows> rows;

  /// @param mean `[H·E]`
  /// @param samples `[N, H·E]`, each row of one position
  record Rows(float[] mean, float[] samples) {
    int count() {
      return samples.length / mean.length;
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
    private final Map<String, Sums> sums = new LinkedHashMap<>();

    Gathering(long seed) {
      random = CounterRandom.of(seed);
    }

    /// What was gathered of a site.
    private static final class Sums {
      private final double[] sum;
      private float[] samples;
      private int count;

      Sums(int width) {
        sum = new double[width];
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

      Rows rows() {
        float[] mean = new float[sum.length];
        for (int i = 0; i < mean.length; i++) {
          mean[i] = (float) (sum[i] / count);
        }
        int kept = Math.min(count, MOST) * sum.length;
        return new Rows(mean, Arrays.copyOf(samples, kept));
      }
    }

    void add(Trace trace) {
      for (String site : trace.sites()) {
        Value value = trace.value(site);
        int width = value.size() / (trace.batch() * trace.length());
        Sums into = sums.computeIfAbsent(site, _ -> new Sums(width));
        for (int at = 0; at < value.size(); at += width) {
          into.add(value.numbers(), at, random);
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
