package dev.heed.lens;

import dev.heed.text.SpecialTokens;
import dev.heed.text.Tokenizer;
import java.util.ArrayList;
import java.util.List;

/// The two tokens that tell two prompts apart.
///
/// @param right what the clean prompt is answered with
/// @param wrong what the corrupt prompt is answered with
public record Answers(int right, int wrong) {
  public Answers {
    if (right == wrong) {
      throw new LensException(
          "answers: both prompts are answered with token %d, which tells nothing; two tokens would fit"
              .formatted(right));
    }
  }

  /// By how much the logit of the right one is above that of the wrong one.
  public Metric metric() {
    return Metric.logitDifference(right, wrong);
  }

  /// What the model says after a prompt.
  public static int said(Lens lens, int[] prompt) {
    float[] row = lens.trace(prompt, Sites.none()).logits().row(0, prompt.length - 1);
    int best = 0;
    for (int id = 1; id < row.length; id++) {
      best = row[id] > row[best] ? id : best;
    }
    return best;
  }

  /// The token that a text is.
  public static int token(Tokenizer tokenizer, String text) {
    int[] ids = tokenizer.encode(text, SpecialTokens.WITHOUT).ids();
    if (ids.length != 1) {
      List<String> pieces = new ArrayList<>();
      for (int id : ids) {
        pieces.add(tokenizer.piece(id));
      }
      throw new LensException(
          "answers: '%s' is %d tokens of this model, %s; one would fit"
              .formatted(text, ids.length, pieces));
    }
    return ids[0];
  }
}
