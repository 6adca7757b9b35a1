package dev.heed.train;

import dev.heed.data.TokenData;
import dev.heed.evaluate.Evaluator;
import dev.heed.evaluate.Losses;
import dev.heed.grad.Run;
import dev.heed.model.Decoder;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/// The loss on data that is not learned from, the same data at every look: all of it, as `heed
/// eval` measures it, or stretches that are spread evenly over it.
final class Validation {
  private static final int STRETCHES = 8;

  private final List<TokenData> stretches = new ArrayList<>();
  private final int context;

  /// @param most tokens to look at; 0 for all
  Validation(TokenData data, int context, int most) {
    this.context = context;
    long length = Math.max(most / STRETCHES, context) + 1L;
    if (data.size() < 2) {
      return;
    }
    if (most == 0 || data.size() <= STRETCHES * length) {
      stretches.add(data);
      return;
    }
    for (int i = 0; i < STRETCHES; i++) {
      long from = (data.size() - length) / (STRETCHES - 1) * i;
      stretches.add(data.slice(from, from + length));
    }
  }

  /// Whether there is anything to look at.
  boolean isEmpty() {
    return stretches.isEmpty();
  }

  /// The mean loss in nats a token.
  double loss(Decoder decoder, Run run) {
    Evaluator evaluator = new Evaluator(decoder, context, OptionalInt.empty());
    double sum = 0;
    long count = 0;
    for (TokenData stretch : stretches) {
      Losses losses = evaluator.evaluate(stretch, run);
      sum += losses.mean() * losses.count();
      count += losses.count();
    }
    return sum / count;
  }
}
