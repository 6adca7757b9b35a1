package dev.heed.lens;

import dev.heed.checkpoint.Json;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Whether a model's weights are worth something to another that has nothing else to look with: a
/// layer learns to foresee the next token from the embeddings of those before it, weighed as the
/// model weighs them, and weighed alike. [Wiegreffe and Pinter
/// 2019](https://arxiv.org/abs/1908.04626) section 3.4, whose layer has a nonlinear one before it.
///
/// The weights are the mean over layers and heads. What is learned from are the first two thirds of
/// the texts, what is judged by the rest.
///
/// @param imposed the accuracy with the model's weights
/// @param uniform the accuracy with equal ones
/// @param majority the accuracy of always saying the most frequent token
public record ImposedWeights(double imposed, double uniform, double majority) {
  private static final Sites SITES = Sites.matching("embed").and("blocks.*.attn.pattern");

  /// Of texts of the kind that the model was made for.
  public static ImposedWeights of(Lens lens, List<int[]> texts) {
    if (texts.size() < 3 || texts.stream().anyMatch(text -> text.length < 2)) {
      throw new LensException(
          "imposed: %d texts; 3 of 2 tokens or more would fit".formatted(texts.size()));
    }
    LinearProbe.Rows[] imposed = {new LinearProbe.Rows(), new LinearProbe.Rows()};
    LinearProbe.Rows[] uniform = {new LinearProbe.Rows(), new LinearProbe.Rows()};
    Map<Integer, Integer> classes = new HashMap<>();
    for (int text = 0; text < texts.size(); text++) {
      int part = text < texts.size() * 2 / 3 ? 0 : 1;
      int[] tokens = texts.get(text);
      Trace trace = lens.trace(tokens, SITES);
      Value embedded = trace.value("embed");
      for (int t = 0; t + 1 < tokens.length; t++) {
        int label = classes.computeIfAbsent(tokens[t + 1], _ -> classes.size());
        add(imposed[part], pooled(embedded, Faithfulness.attention(lens, trace, t)), label);
        double[] alike = new double[t + 1];
        Arrays.fill(alike, 1);
        add(uniform[part], pooled(embedded, alike), label);
      }
    }
    int count = classes.size();
    return new ImposedWeights(
        LinearProbe.fit(imposed[0], imposed[1], count),
        LinearProbe.fit(uniform[0], uniform[1], count),
        LinearProbe.majority(imposed[0], imposed[1], count));
  }

  private static void add(LinearProbe.Rows rows, float[] row, int label) {
    rows.states().add(row);
    rows.labels().add(label);
  }

  /// The embeddings of the first tokens, weighed.
  private static float[] pooled(Value embedded, double[] weights) {
    int width = embedded.shape().axis(2);
    double[] sum = new double[width];
    double all = 0;
    for (int k = 0; k < weights.length; k++) {
      float[] row = embedded.row(0, k);
      all += weights[k];
      for (int d = 0; d < width; d++) {
        sum[d] += weights[k] * row[d];
      }
    }
    float[] mean = new float[width];
    for (int d = 0; d < width; d++) {
      mean[d] = all == 0 ? 0 : (float) (sum[d] / all);
    }
    return mean;
  }

  /// All of it.
  public Json.Obj json() {
    return Json.object()
        .with("imposed", imposed)
        .with("uniform", uniform)
        .with("majority", majority);
  }
}
