package dev.heed.cli.prove;

import dev.heed.checkpoint.Json;
import dev.heed.data.Batch;
import dev.heed.lens.Distributions;
import dev.heed.lens.HeadRole;
import dev.heed.lens.Intervention;
import dev.heed.lens.Lens;
import dev.heed.lens.Pattern;
import dev.heed.lens.Place;
import dev.heed.lens.Sites;
import dev.heed.lens.Trace;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Where the heads of a decoder look in texts in which a passage comes twice.
///
/// @param previous the weight of each head on the token before, layer by layer
/// @param induction the weight of each head on what followed the token before, where the passage
///   comes again, layer by layer
@SuppressWarnings("ArrayRecordComponent")
record HeadScores(double[][] previous, double[][] induction) {
  private static final Sites PATTERNS = Sites.matching("blocks.*.attn.pattern");

  /// The head of a model that plays a role best.
  record Best(int layer, int head, double score) {}

  /// Of the texts of a batch.
  static HeadScores of(Lens lens, Batch batch) {
    Trace trace = lens.run(batch.inputs(), List.of(), PATTERNS);
    int[] targets = batch.targets().ids();
    return new HeadScores(
        scores(HeadRole.PREVIOUS, trace, targets), scores(HeadRole.INDUCTION, trace, targets));
  }

  private static double[][] scores(HeadRole role, Trace trace, int[] targets) {
    double[][] scores = new double[trace.sites().size()][];
    for (int layer = 0; layer < scores.length; layer++) {
      int heads = trace.value(layer, "attn.pattern").shape().axis(1);
      scores[layer] = new double[heads];
      for (int head = 0; head < heads; head++) {
        Mean mean = new Mean(role);
        for (int text = 0; text < trace.batch(); text++) {
          int from = text * trace.length();
          int[] own = Arrays.copyOfRange(targets, from, from + trace.length());
          mean.add(trace.pattern(text, layer, head), trace.tokens(text), own);
        }
        scores[layer][head] = mean.sum / Math.max(1, mean.queries);
      }
    }
    return scores;
  }

  /// The mean weight on the keys that a role expects, over the queries that see such a key and
  /// another.
  private static final class Mean {
    private final HeadRole role;
    private double sum;
    private long queries;

    Mean(HeadRole role) {
      this.role = role;
    }

    void add(Pattern pattern, int[] tokens, int[] targets) {
      for (int q = 0; q < tokens.length; q++) {
        int expected = 0;
        double weight = 0;
        for (int k = 0; k < tokens.length; k++) {
          if (pattern.sees(q, k) && role.expects(tokens, q, k)) {
            expected++;
            weight += pattern.get(q, k);
          }
        }
        boolean comesAgain = role != HeadRole.INDUCTION || targets[q] >= 0;
        if (comesAgain && expected > 0 && pattern.visible(q) > 1) {
          queries++;
          sum += weight;
        }
      }
    }
  }

  Best bestPrevious() {
    return best(previous);
  }

  Best bestInduction() {
    return best(induction);
  }

  /// All heads that do with more than this share of their weight what the best previous-token head
  /// does: a model may have several, and then does without the best.
  List<Best> previousAbove(double share) {
    List<Best> all = new ArrayList<>();
    for (int layer = 0; layer < previous.length; layer++) {
      for (int head = 0; head < previous[layer].length; head++) {
        if (previous[layer][head] > share) {
          all.add(new Best(layer, head, previous[layer][head]));
        }
      }
    }
    return all;
  }

  private static Best best(double[][] scores) {
    Best best = new Best(0, 0, Double.NEGATIVE_INFINITY);
    for (int layer = 0; layer < scores.length; layer++) {
      for (int head = 0; head < scores[layer].length; head++) {
        if (scores[layer][head] > best.score()) {
          best = new Best(layer, head, scores[layer][head]);
        }
      }
    }
    return best;
  }

  /// A line of a timeline, without its end: the best scores, and those of all heads.
  Json.Obj json() {
    return Json.object()
        .with("previous token", bestPrevious().score())
        .with("prefix matching", bestInduction().score())
        .with(
            "heads",
            Json.object().with("previous", json(previous)).with("induction", json(induction)));
  }

  private static Json json(double[][] scores) {
    List<Json> layers = new ArrayList<>();
    for (double[] layer : scores) {
      layers.add(Json.of(Arrays.stream(layer).mapToObj(HeadScores::rounded).toList()));
    }
    return Json.of(layers);
  }

  private static Json rounded(double score) {
    return Json.of(Math.round(score * 1e6) / 1e6);
  }

  /// The loss on the targets of batches without some heads, nats a token.
  static double lossWithout(List<Best> heads, Lens lens, List<Batch> batches) {
    List<Intervention> changes = new ArrayList<>();
    heads.forEach(one -> changes.add(new Intervention.Zero(Place.head(one.layer, one.head))));
    return loss(lens, batches, changes);
  }

  /// The loss on the targets of batches, nats a token.
  static double loss(Lens lens, List<Batch> batches, List<Intervention> changes) {
    double sum = 0;
    long count = 0;
    for (Batch batch : batches) {
      Trace trace = lens.run(batch.inputs(), changes, Sites.none());
      int[] targets = batch.targets().ids();
      for (int n = 0; n < targets.length; n++) {
        if (targets[n] >= 0) {
          sum +=
              Distributions.loss(
                  trace.logits().row(n / trace.length(), n % trace.length()), targets[n]);
          count++;
        }
      }
    }
    return sum / count;
  }
}
