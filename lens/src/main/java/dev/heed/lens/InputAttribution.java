package dev.heed.lens;

import dev.heed.attention.Positions;
import dev.heed.grad.Gather;
import dev.heed.grad.Gradients;
import dev.heed.grad.Run;
import dev.heed.grad.Tokens;
import dev.heed.layer.Pass;
import dev.heed.lens.LogitAttribution.Question;
import dev.heed.model.Decoder;
import dev.heed.tensor.Tensor;
import dev.heed.tensor.Weight;
import java.util.List;

/// What each token of a text did for a logit, by gradients of its embedding.
///
/// @param scores one a token, `[T]`
/// @param value the logit, or the difference of two
/// @param baseline the same for a text whose every embedding is the mean of the vocabulary
public record InputAttribution(double[] scores, double value, double baseline) {
  private static final int AT_ONCE = 8;

  /// How much the scores of [#integrated] miss of `value - baseline`, which is their sum for
  /// endlessly many steps.
  public double gap() {
    double sum = 0;
    for (double score : scores) {
      sum += score;
    }
    return value - baseline - sum;
  }

  /// Gradient times input, [Shrikumar et al. 2016](https://arxiv.org/abs/1605.01713).
  public static InputAttribution gradientTimesInput(Lens lens, int[] tokens, Question question) {
    Path path = new Path(lens, tokens, question);
    Path.Slopes slopes = path.slopes(new double[] {1});
    double baseline = path.slopes(new double[] {0}).values[0];
    double[] scores = path.products(slopes.gradients, path.embeddings, 1);
    return new InputAttribution(scores, slopes.values[0], baseline);
  }

  /// Integrated gradients, [Sundararajan et al. 2017](https://arxiv.org/abs/1703.01365), by the
  /// midpoints of `steps` equal parts of the way. It begins at the mean embedding and not at zeros,
  /// where norms are steep and all happens at once.
  public static InputAttribution integrated(Lens lens, int[] tokens, Question question, int steps) {
    if (steps < 1) {
      throw new LensException("integrated: %d steps; at least 1 would fit".formatted(steps));
    }
    Path path = new Path(lens, tokens, question);
    double[] scores = new double[tokens.length];
    for (int first = 0; first < steps; first += AT_ONCE) {
      double[] shares = new double[Math.min(AT_ONCE, steps - first)];
      for (int i = 0; i < shares.length; i++) {
        shares[i] = (first + i + .5) / steps;
      }
      double[] part = path.products(path.slopes(shares).gradients, path.way, steps);
      for (int t = 0; t < scores.length; t++) {
        scores[t] += part[t];
      }
    }
    double[] ends = path.slopes(new double[] {0, 1}).values;
    return new InputAttribution(scores, ends[1], ends[0]);
  }

  /// A text whose embeddings go from the mean of all to what they are. The embeddings stand in a
  /// table of their own, of which alone gradients are wanted.
  private static final class Path {
    private final Decoder decoder;
    private final Run run;
    private final Question question;
    private final float[] embeddings;
    private final float[] way;
    private final int length;

    /// @param values of the question, one a share
    /// @param gradients of the embeddings, `[N, T, D]`
    record Slopes(double[] values, float[] gradients) {}

    Path(Lens lens, int[] tokens, Question question) {
      question.check(lens, tokens);
      decoder = lens.decoder();
      run = lens.fresh();
      this.question = question;
      length = tokens.length;
      embeddings = run.apply(new Gather(decoder.embedding().tokens(), Tokens.of(tokens))).toArray();
      float[] mean = mean(decoder.embedding().tokens());
      way = embeddings.clone();
      for (int i = 0; i < way.length; i++) {
        way[i] -= mean[i % mean.length];
      }
    }

    private static float[] mean(Weight table) {
      int rows = table.shape().axis(0);
      double[] sum = new double[table.shape().axis(1)];
      for (int row = 0; row < rows; row++) {
        float[] numbers = table.rows(row, row + 1).toFloats();
        for (int i = 0; i < sum.length; i++) {
          sum[i] += numbers[i];
        }
      }
      float[] mean = new float[sum.length];
      for (int i = 0; i < mean.length; i++) {
        mean[i] = (float) (sum[i] / rows);
      }
      return mean;
    }

    Slopes slopes(double[] shares) {
      int width = embeddings.length / length;
      float[] table = new float[shares.length * embeddings.length];
      int[] ids = new int[shares.length * length];
      for (int i = 0; i < table.length; i++) {
        int at = i % embeddings.length;
        table[i] = (float) (embeddings[at] - (1 - shares[i / embeddings.length]) * way[at]);
      }
      for (int i = 0; i < ids.length; i++) {
        ids[i] = i;
      }
      Weight inputs = Weight.of("inputs", table, ids.length, width);
      Run taped = run.taped();
      Tensor logits =
          reading(inputs)
              .forward(
                  new Tokens(ids, shares.length, length),
                  Pass.whole(Positions.range(0, length)),
                  taped);
      Tensor wanted = Tensor.zeros(logits.shape());
      double[] values = new double[shares.length];
      for (int i = 0; i < values.length; i++) {
        values[i] = ask(logits, wanted, i);
      }
      Gradients gradients = Gradients.of(List.of(inputs));
      taped.tape().orElseThrow().backward(logits, wanted, gradients, taped);
      return new Slopes(values, gradients.of(inputs).toArray());
    }

    private double ask(Tensor logits, Tensor wanted, int text) {
      int row = (text * length + question.position()) * logits.axis(2);
      wanted.array()[wanted.offset() + row + question.token()] += 1;
      double value = logits.array()[logits.offset() + row + question.token()];
      if (question.against().isPresent()) {
        int other = row + question.against().get();
        wanted.array()[wanted.offset() + other] -= 1;
        value -= logits.array()[logits.offset() + other];
      }
      return value;
    }

    private Decoder reading(Weight inputs) {
      Decoder.Embedding embedding = decoder.embedding();
      return decoder.withEmbedding(
          new Decoder.Embedding(inputs, embedding.positions(), embedding.scale()));
    }

    /// `Σ_n gradient_n · vector / parts` of each token.
    double[] products(float[] gradients, float[] vectors, int parts) {
      double[] products = new double[length];
      int width = embeddings.length / length;
      for (int i = 0; i < gradients.length; i++) {
        int at = i % embeddings.length;
        products[at / width] += (double) gradients[i] * vectors[at] / parts;
      }
      return products;
    }
  }
}
