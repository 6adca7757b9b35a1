package dev.heed.lens;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.IntStream;

/// What a change does to what a model expects of a text.
///
/// @param lossBefore nats a token, of the tokens of the text after the first; 0 of a single token
/// @param lossAfter with the change
/// @param divergence Kullback-Leibler divergence of what is expected with the change from what is
///   expected without, the mean over all positions, nats
/// @param top the tokens that are among the five most probable after the last position without the
///   change or with it, the most probable without it first
public record Effect(double lossBefore, double lossAfter, double divergence, List<Chance> top) {
  private static final int TOP = 5;

  public Effect {
    top = List.copyOf(top);
  }

  /// How probable a token is without the change and with it.
  public record Chance(int token, double before, double after) {}

  /// Of two runs over one text.
  public static Effect of(Trace before, Trace after) {
    if (before.length() != after.length() || before.batch() != 1 || after.batch() != 1) {
      throw new LensException(
          "effect: [%d, %d] and [%d, %d] tokens; two runs over one text would fit"
              .formatted(before.batch(), before.length(), after.batch(), after.length()));
    }
    int[] tokens = before.tokens();
    double[] losses = new double[2];
    double divergence = 0;
    for (int t = 0; t < tokens.length; t++) {
      float[] was = before.logits().row(0, t);
      float[] is = after.logits().row(0, t);
      divergence +=
          Distributions.kullbackLeibler(Distributions.softmax(was), Distributions.softmax(is));
      if (t + 1 < tokens.length) {
        losses[0] += Distributions.loss(was, tokens[t + 1]) / (tokens.length - 1);
        losses[1] += Distributions.loss(is, tokens[t + 1]) / (tokens.length - 1);
      }
    }
    return new Effect(losses[0], losses[1], divergence / tokens.length, top(before, after));
  }

  /// How much more is lost, nats a token.
  public double deltaLoss() {
    return lossAfter - lossBefore;
  }

  private static List<Chance> top(Trace before, Trace after) {
    double[] was = Distributions.softmax(before.logits().row(0, before.length() - 1));
    double[] is = Distributions.softmax(after.logits().row(0, after.length() - 1));
    TreeSet<Integer> tokens = new TreeSet<>(largest(was));
    tokens.addAll(largest(is));
    List<Chance> top = new ArrayList<>();
    tokens.forEach(token -> top.add(new Chance(token, was[token], is[token])));
    top.sort(Comparator.comparingDouble(Chance::before).reversed());
    return top;
  }

  private static List<Integer> largest(double[] p) {
    return IntStream.range(0, p.length)
        .boxed()
        .sorted(Comparator.comparingDouble((Integer token) -> p[token]).reversed())
        .limit(TOP)
        .toList();
  }
}
