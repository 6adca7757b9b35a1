package dev.heed.lens;

import dev.heed.checkpoint.Json;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/// Whether a model is right as often as it says: of what it thinks 70 % likely, 70 of 100 should
/// come true. [Guo et al. 2017](https://arxiv.org/abs/1706.04599) section 2.
///
/// @param count predictions
/// @param accuracy the share of which the likeliest outcome came true
/// @param confidence the mean probability of the likeliest outcome
/// @param ece expected calibration error: `Σ |bin| / n · |accuracy - confidence|` over `bins`
/// @param adaptiveEce the same over as many bins of as many predictions each
/// @param brier the mean of `Σ_v (p_v - [v came true])²`, 0 to 2
/// @param loss the mean of `-log p` of what came true, nats
/// @param bins of equal width, the lowest first, `(low, high]`
public record Calibration(
    int count,
    double accuracy,
    double confidence,
    double ece,
    double adaptiveEce,
    double brier,
    double loss,
    List<Bin> bins) {
  /// The usual number of bins.
  public static final int BINS = 15;

  /// Predictions of alike confidence.
  ///
  /// @param confidence the mean, 0 of an empty bin; likewise the accuracy
  public record Bin(double low, double high, int count, double confidence, double accuracy) {}

  public Calibration {
    bins = List.copyOf(bins);
  }

  /// All of it.
  public Json.Obj json() {
    return Json.object()
        .with("count", count)
        .with("accuracy", accuracy)
        .with("confidence", confidence)
        .with("ece", ece)
        .with("adaptiveEce", adaptiveEce)
        .with("brier", brier)
        .with("loss", loss)
        .with(
            "bins",
            Json.of(
                bins.stream()
                    .map(bin ->
                        Json.object()
                            .with("low", bin.low)
                            .with("high", bin.high)
                            .with("count", bin.count)
                            .with("confidence", bin.confidence)
                            .with("accuracy", bin.accuracy))
                    .toList()));
  }

  /// Predictions and what came true.
  ///
  /// @param logits `[N][V]`
  /// @param targets `[N]`
  public record Outcomes(List<float[]> logits, int[] targets) {
    public Outcomes {
      logits = List.copyOf(logits);
      if (logits.size() != targets.length || targets.length == 0) {
        throw new LensException(
            "calibration: %d predictions and %d outcomes; as many, at least one, would fit"
                .formatted(logits.size(), targets.length));
      }
      for (int i = 0; i < targets.length; i++) {
        if (targets[i] < 0 || targets[i] >= logits.get(i).length) {
          throw new LensException(
              "calibration: outcome %d is not one of %d, numbered from 0"
                  .formatted(targets[i], logits.get(i).length));
        }
      }
    }

    /// What a trace foresaw after each token of its texts but the last, and what came.
    public static Outcomes of(Trace trace) {
      List<float[]> logits = new ArrayList<>();
      List<Integer> targets = new ArrayList<>();
      for (int text = 0; text < trace.batch(); text++) {
        int[] tokens = trace.tokens(text);
        for (int t = 0; t + 1 < tokens.length; t++) {
          logits.add(trace.logits().row(text, t));
          targets.add(tokens[t + 1]);
        }
      }
      return new Outcomes(logits, targets.stream().mapToInt(id -> id).toArray());
    }

    /// Those of all texts together.
    public static Outcomes of(Lens lens, List<int[]> texts) {
      List<Outcomes> all = texts.stream().map(text -> of(lens.trace(text, Sites.none()))).toList();
      return new Outcomes(
          all.stream().flatMap(one -> one.logits.stream()).toList(),
          all.stream().flatMapToInt(one -> Arrays.stream(one.targets)).toArray());
    }

    /// Those from one to before another.
    Outcomes part(int from, int to) {
      return new Outcomes(logits.subList(from, to), Arrays.copyOfRange(targets, from, to));
    }

    private double loss(double temperature) {
      double sum = 0;
      for (int i = 0; i < targets.length; i++) {
        float[] row = logits.get(i);
        double largest = row[likeliest(row)];
        double exponentials = 0;
        for (float logit : row) {
          exponentials += Math.exp((logit - largest) / temperature);
        }
        sum += Math.log(exponentials) - (row[targets[i]] - largest) / temperature;
      }
      return sum / targets.length;
    }
  }

  /// Of predictions as they are.
  public static Calibration of(Outcomes outcomes) {
    return of(outcomes, 1);
  }

  /// Of predictions with logits divided by a temperature. Which outcome is the likeliest does not
  /// change, and the accuracy therefore not by a bit.
  public static Calibration of(Outcomes outcomes, double temperature) {
    if (!(temperature > 0 && temperature < Double.POSITIVE_INFINITY)) {
      throw new LensException(
          "calibration: a temperature of %s; one above 0 would fit".formatted(temperature));
    }
    int count = outcomes.targets.length;
    double[] confidences = new double[count];
    double[] right = new double[count];
    double brier = 0;
    for (int i = 0; i < count; i++) {
      float[] row = outcomes.logits.get(i);
      double[] p = Distributions.softmax(row, temperature);
      int first = likeliest(row);
      confidences[i] = p[first];
      right[i] = first == outcomes.targets[i] ? 1 : 0;
      brier += brier(p, outcomes.targets[i]);
    }
    return new Calibration(
        count,
        Arrays.stream(right).sum() / count,
        Arrays.stream(confidences).sum() / count,
        error(bins(confidences, right, BINS), count),
        adaptive(confidences, right),
        brier / count,
        outcomes.loss(temperature),
        bins(confidences, right, BINS));
  }

  /// The temperature with the least loss, by golden sections of its logarithm between 1/20 and 20.
  /// Fit it on other outcomes than those on which it is judged.
  public static double temperature(Outcomes outcomes) {
    double ratio = (Math.sqrt(5) - 1) / 2;
    double low = -Math.log(20);
    double high = Math.log(20);
    while (high - low > 1e-4) {
      double left = high - ratio * (high - low);
      double right = low + ratio * (high - low);
      if (outcomes.loss(Math.exp(left)) < outcomes.loss(Math.exp(right))) {
        high = right;
      } else {
        low = left;
      }
    }
    return Math.exp((low + high) / 2);
  }

  /// Bins of equal width over the confidence.
  static List<Bin> bins(double[] confidences, double[] right, int bins) {
    List<Bin> all = new ArrayList<>();
    for (int bin = 0; bin < bins; bin++) {
      double low = (double) bin / bins;
      double high = (bin + 1.0) / bins;
      int[] inside =
          IntStream.range(0, right.length)
              .filter(i -> confidences[i] > low && confidences[i] <= high)
              .toArray();
      all.add(bin(low, high, inside, confidences, right));
    }
    return all;
  }

  static double error(List<Bin> bins, int count) {
    double error = 0;
    for (Bin bin : bins) {
      error += (double) bin.count / count * Math.abs(bin.accuracy - bin.confidence);
    }
    return error;
  }

  private static double adaptive(double[] confidences, double[] right) {
    int count = right.length;
    Integer[] order = IntStream.range(0, count).boxed().toArray(Integer[]::new);
    Arrays.sort(order, Comparator.comparingDouble(i -> confidences[i]));
    List<Bin> bins = new ArrayList<>();
    for (int bin = 0; bin < BINS; bin++) {
      int from = (int) ((long) bin * count / BINS);
      int to = (int) ((bin + 1L) * count / BINS);
      int[] inside = Arrays.stream(order, from, to).mapToInt(i -> i).toArray();
      bins.add(bin(0, 1, inside, confidences, right));
    }
    return error(bins, count);
  }

  private static Bin bin(
      double low, double high, int[] inside, double[] confidences, double[] right) {
    double confidence = Arrays.stream(inside).mapToDouble(i -> confidences[i]).average().orElse(0);
    double accuracy = Arrays.stream(inside).mapToDouble(i -> right[i]).average().orElse(0);
    return new Bin(low, high, inside.length, confidence, accuracy);
  }

  private static double brier(double[] p, int target) {
    double sum = 0;
    for (int v = 0; v < p.length; v++) {
      double off = p[v] - (v == target ? 1 : 0);
      sum += off * off;
    }
    return sum;
  }

  private static int likeliest(float[] logits) {
    int first = 0;
    for (int v = 1; v < logits.length; v++) {
      first = logits[v] > logits[first] ? v : first;
    }
    return first;
  }
}
