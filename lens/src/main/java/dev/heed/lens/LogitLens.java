package dev.heed.lens;

import dev.heed.grad.Run;
import dev.heed.model.Decoder;
import dev.heed.tensor.Tensor;
import dev.heed.tensor.Workspace;
import java.util.ArrayList;
import java.util.List;

/// What a model would say if it stopped early: the last norm and the head, applied to the residual
/// stream after each layer, with the norm's statistics computed anew. [nostalgebraist
/// 2020](https://www.lesswrong.com/posts/AcKRB8wDpdaN6v6ru/interpreting-gpt-the-logit-lens).
///
/// @param layers before the first block, then after each, `[L + 1][T]`
public record LogitLens(List<List<Guess>> layers) {
  /// What it reads of a trace.
  public static final Sites SITES = Sites.matching("blocks.0.resid_pre", "blocks.*.resid_post");

  /// What is foreseen after a token.
  ///
  /// @param token the likeliest
  /// @param probability of it
  /// @param rank of the token that does come, 1 for the likeliest; 0 after the last token
  /// @param loss of the token that does come, nats; 0 after the last token
  public record Guess(int token, double probability, int rank, double loss) {}

  public LogitLens {
    layers = layers.stream().map(List::copyOf).toList();
  }

  /// Of a text.
  public static LogitLens of(Lens lens, int[] tokens) {
    return of(lens, lens.trace(tokens, SITES));
  }

  /// Of the first text of a trace that has [#SITES].
  public static LogitLens of(Lens lens, Trace trace) {
    List<List<Guess>> layers = new ArrayList<>();
    layers.add(guesses(lens, trace, trace.value(0, "resid_pre")));
    for (int layer = 0; layer < lens.decoder().blocks().size(); layer++) {
      layers.add(guesses(lens, trace, trace.value(layer, "resid_post")));
    }
    return new LogitLens(layers);
  }

  private static List<Guess> guesses(Lens lens, Trace trace, Value residual) {
    Run run = lens.fresh();
    int[] tokens = trace.tokens();
    List<Guess> guesses = new ArrayList<>();
    for (int t = 0; t < tokens.length; t++) {
      Workspace.Mark mark = run.workspace().mark();
      float[] logits = logits(lens.decoder(), residual.row(0, t), run);
      run.workspace().release(mark);
      guesses.add(guess(logits, t + 1 < tokens.length ? tokens[t + 1] : -1));
    }
    return guesses;
  }

  /// The logits of one row of the residual stream, `[V]`.
  static float[] logits(Decoder decoder, float[] residual, Run run) {
    Tensor row = Tensor.of(residual, 1, residual.length);
    Tensor normed = decoder.norm().map(norm -> norm.forward(row, run)).orElse(row);
    return decoder.logits(normed, run).toArray();
  }

  private static Guess guess(float[] logits, int next) {
    int first = 0;
    int above = 0;
    for (int v = 0; v < logits.length; v++) {
      first = logits[v] > logits[first] ? v : first;
      above += next >= 0 && logits[v] > logits[next] ? 1 : 0;
    }
    double likely = Math.exp(-Distributions.loss(logits, first));
    return next < 0
        ? new Guess(first, likely, 0, 0)
        : new Guess(first, likely, above + 1, Distributions.loss(logits, next));
  }

  /// The mean loss after a layer, nats; the first is that of the embeddings.
  public double loss(int layer) {
    List<Guess> guesses = layers.get(layer);
    return guesses.subList(0, guesses.size() - 1).stream()
        .mapToDouble(Guess::loss)
        .average()
        .orElse(0);
  }
}
