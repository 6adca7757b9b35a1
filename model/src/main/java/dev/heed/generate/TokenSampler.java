package dev.heed.generate;

import java.util.HashSet;
import java.util.List;
import java.util.SplittableRandom;

/// Draws tokens as a [Sampling] says, the same from the same seed.
public final class TokenSampler implements Sampler {
  private final Sampling sampling;
  private final SplittableRandom random;

  public TokenSampler(Sampling sampling) {
    this.sampling = sampling;
    this.random = new SplittableRandom(sampling.seed());
  }

  @Override
  public int choose(float[] logits, List<Integer> history) {
    penalize(logits, history);
    int best = largest(logits);
    return sampling.temperature() == 0
        ? best
        : Candidates.of(logits, sampling).draw(random.nextDouble());
  }

  /// Changes the logits of tokens that are in `history`.
  void penalize(float[] logits, List<Integer> history) {
    if (sampling.repetitionPenalty() == 1) {
      return;
    }
    float penalty = (float) sampling.repetitionPenalty();
    for (int token : new HashSet<>(history)) {
      logits[token] = logits[token] > 0 ? logits[token] / penalty : logits[token] * penalty;
    }
  }

  private static int largest(float[] logits) {
    int best = 0;
    for (int id = 0; id < logits.length; id++) {
      if (Float.isNaN(logits[id])) {
        throw new GenerationException(
            "sample: the logit of token %d is NaN; the weights or the input are broken"
                .formatted(id));
      }
      if (logits[id] > logits[best]) {
        best = id;
      }
    }
    if (logits[best] == Float.NEGATIVE_INFINITY) {
      throw new GenerationException(
          "sample: the logits of all %d tokens are -Infinity; one that is finite is needed"
              .formatted(logits.length));
    }
    return best;
  }
}
