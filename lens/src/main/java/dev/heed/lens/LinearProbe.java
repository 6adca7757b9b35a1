package dev.heed.lens;

import dev.heed.tensor.CounterRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// What can be read off a model's state by a linear layer, and whether that says anything of the
/// model: a probe that learns labels drawn at random for each kind of token as well has learned
/// words, not what they mean here. [Hewitt and Liang 2019](https://arxiv.org/abs/1909.03368).
///
/// @param accuracy on texts that the probe did not learn from
/// @param control the accuracy of a probe for labels that were drawn for each kind of token
/// @param majority the accuracy of always saying what is the most frequent
/// @param embedding the accuracy of a probe of the embeddings alone
public record LinearProbe(double accuracy, double control, double majority, double embedding) {
  private static final int STEPS = 300;
  private static final double RATE = .05;
  private static final double DECAY = 1e-3;

  /// How much more is read off than could be learned by heart.
  public double selectivity() {
    return accuracy - control;
  }

  /// Texts and what is to be read off each token.
  ///
  /// @param labels one a token, from 0; negative where there is none
  public record Task(List<int[]> texts, List<int[]> labels, int classes) {
    public Task {
      texts = List.copyOf(texts);
      labels = List.copyOf(labels);
      boolean fits = texts.size() == labels.size() && texts.size() >= 3 && classes >= 2;
      for (int i = 0; fits && i < texts.size(); i++) {
        fits =
            texts.get(i).length == labels.get(i).length
                && Arrays.stream(labels.get(i)).allMatch(label -> label < classes);
      }
      if (!fits) {
        throw new LensException(
            "probe: %d texts, labels of %d, %d classes; three texts at least, a label below the classes a token and two classes would fit"
                .formatted(texts.size(), labels.size(), classes));
      }
    }
  }

  /// Rows of states and their labels.
  record Rows(List<float[]> states, List<Integer> labels, List<Integer> tokens) {
    Rows() {
      this(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
    }
  }

  /// Probes the states at a site that has a row a position, learning from the first two thirds of
  /// the texts.
  public static LinearProbe of(Lens lens, Task task, String site, long seed) {
    Rows[] states = rows(lens, task, site);
    Rows[] embedded = rows(lens, task, "embed");
    int classes = task.classes;
    List<Integer> drawn = states[0].labels;
    if (drawn.isEmpty() || states[1].labels.isEmpty()) {
      throw new LensException("probe: no labels to learn from or to judge by; some would fit");
    }
    CounterRandom random = CounterRandom.of(seed);
    return new LinearProbe(
        fit(states[0], states[1], classes),
        fit(controlled(states[0], drawn, random), controlled(states[1], drawn, random), classes),
        majority(states[0], states[1], classes),
        fit(embedded[0], embedded[1], classes));
  }

  private static Rows[] rows(Lens lens, Task task, String site) {
    Rows[] parts = {new Rows(), new Rows()};
    int learned = task.texts.size() * 2 / 3;
    for (int text = 0; text < task.texts.size(); text++) {
      Rows into = parts[text < learned ? 0 : 1];
      int[] tokens = task.texts.get(text);
      Value value = lens.trace(tokens, Sites.matching(site)).value(site);
      for (int t = 0; t < tokens.length; t++) {
        if (task.labels.get(text)[t] >= 0) {
          into.states.add(value.row(0, t));
          into.labels.add(task.labels.get(text)[t]);
          into.tokens.add(tokens[t]);
        }
      }
    }
    return parts;
  }

  /// The same rows with a label for each kind of token, as frequent as those of the task.
  private static Rows controlled(Rows rows, List<Integer> drawn, CounterRandom random) {
    List<Integer> labels = new ArrayList<>();
    for (int token : rows.tokens) {
      labels.add(drawn.get(random.below(drawn.size(), token)));
    }
    return new Rows(rows.states, labels, rows.tokens);
  }

  static double majority(Rows learned, Rows judged, int classes) {
    int[] counts = new int[classes];
    learned.labels.forEach(label -> counts[label]++);
    int most = 0;
    for (int c = 1; c < classes; c++) {
      most = counts[c] > counts[most] ? c : most;
    }
    int frequent = most;
    return judged.labels.stream().filter(label -> label == frequent).count()
        / (double) judged.labels.size();
  }

  /// The accuracy of a softmax layer on `judged`, learned from `learned` by Adam on all rows at
  /// once, states brought to mean 0 and deviation 1.
  static double fit(Rows learned, Rows judged, int classes) {
    int width = learned.states.getFirst().length;
    double[][] scaling = scaling(learned.states, width);
    double[][] rows = scaled(learned.states, scaling);
    double[] weights = new double[classes * (width + 1)];
    double[] first = new double[weights.length];
    double[] second = new double[weights.length];
    for (int step = 1; step <= STEPS; step++) {
      double[] slope = slope(rows, learned.labels, weights, classes);
      for (int i = 0; i < weights.length; i++) {
        first[i] += .1 * (slope[i] - first[i]);
        second[i] += .01 * (slope[i] * slope[i] - second[i]);
        double mean = first[i] / (1 - Math.pow(.9, step));
        double size = Math.sqrt(second[i] / (1 - Math.pow(.99, step))) + 1e-8;
        weights[i] -= RATE * (mean / size + DECAY * weights[i]);
      }
    }
    double[][] others = scaled(judged.states, scaling);
    int right = 0;
    for (int i = 0; i < others.length; i++) {
      double[] logits = logits(others[i], weights, classes);
      int best = 0;
      for (int c = 1; c < classes; c++) {
        best = logits[c] > logits[best] ? c : best;
      }
      right += best == judged.labels.get(i) ? 1 : 0;
    }
    return (double) right / others.length;
  }

  private static double[] slope(
      double[][] rows, List<Integer> labels, double[] weights, int classes) {
    double[] slope = new double[weights.length];
    for (int i = 0; i < rows.length; i++) {
      double[] p = logits(rows[i], weights, classes);
      double largest = Double.NEGATIVE_INFINITY;
      for (double logit : p) {
        largest = Math.max(largest, logit);
      }
      double sum = 0;
      for (int c = 0; c < classes; c++) {
        p[c] = Math.exp(p[c] - largest);
        sum += p[c];
      }
      int width = rows[i].length;
      for (int c = 0; c < classes; c++) {
        double off = (p[c] / sum - (labels.get(i) == c ? 1 : 0)) / rows.length;
        for (int d = 0; d < width; d++) {
          slope[c * (width + 1) + d] += off * rows[i][d];
        }
        slope[c * (width + 1) + width] += off;
      }
    }
    return slope;
  }

  private static double[] logits(double[] row, double[] weights, int classes) {
    double[] logits = new double[classes];
    int width = row.length;
    for (int c = 0; c < classes; c++) {
      double sum = weights[c * (width + 1) + width];
      for (int d = 0; d < width; d++) {
        sum += weights[c * (width + 1) + d] * row[d];
      }
      logits[c] = sum;
    }
    return logits;
  }

  /// Means and deviations, `[2, D]`.
  private static double[][] scaling(List<float[]> states, int width) {
    double[][] scaling = new double[2][width];
    for (int d = 0; d < width; d++) {
      double sum = 0;
      double squares = 0;
      for (float[] state : states) {
        sum += state[d];
        squares += (double) state[d] * state[d];
      }
      double mean = sum / states.size();
      scaling[0][d] = mean;
      scaling[1][d] = Math.sqrt(Math.max(0, squares / states.size() - mean * mean)) + 1e-8;
    }
    return scaling;
  }

  private static double[][] scaled(List<float[]> states, double[][] scaling) {
    double[][] rows = new double[states.size()][scaling[0].length];
    for (int i = 0; i < rows.length; i++) {
      for (int d = 0; d < rows[i].length; d++) {
        rows[i][d] = (states.get(i)[d] - scaling[0][d]) / scaling[1][d];
      }
    }
    return rows;
  }
}
