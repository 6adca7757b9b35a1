package dev.heed.cli.prove;

import dev.heed.attention.Mask;
import dev.heed.data.Batch;
import dev.heed.data.Batches;
import dev.heed.data.MarkedToken;
import dev.heed.grad.Run;
import dev.heed.layer.Block;
import dev.heed.layer.SelfAttention;
import dev.heed.lens.AttentionFlow;
import dev.heed.lens.Distributions;
import dev.heed.lens.InputAttribution;
import dev.heed.lens.Lens;
import dev.heed.lens.LogitAttribution.Question;
import dev.heed.lens.NormAttention;
import dev.heed.lens.Pattern;
import dev.heed.lens.Patterns;
import dev.heed.lens.Ranks;
import dev.heed.lens.Rollout;
import dev.heed.lens.Sites;
import dev.heed.lens.Trace;
import dev.heed.lens.ValueZeroing;
import dev.heed.model.Decoder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Judges what claims to tell where an answer came from, on a task where that is known: a model
/// that tells the token after a marker. The marker and that token should come first.
///
/// Figures of each method: the area under its curve against the truth, and Spearman's correlation
/// with how far the answer falls when a token is replaced.
final class SourceRanking {
  private static final int EXAMPLES = 150;
  private static final int SLOW_EXAMPLES = 40;
  private static final int STEPS = 32;

  private final Lens lens;
  private final Map<String, double[]> sums = new LinkedHashMap<>();

  private SourceRanking(Lens lens) {
    this.lens = lens;
  }

  /// The model with every token seen by all.
  static Decoder seeingAll(Decoder decoder) {
    List<Block> blocks = new ArrayList<>();
    for (Block block : decoder.blocks()) {
      SelfAttention attention = (SelfAttention) block.mixer().layer();
      SelfAttention seeing =
          new SelfAttention(
              attention.projections(),
              attention.headNorms(),
              attention.rotary(),
              attention.attention().withMask(Mask.everything()),
              attention.source(),
              attention.learned(),
              attention.heads());
      blocks.add(new Block(block.mixer().withLayer(seeing), block.feedForward()));
    }
    return decoder.withBlocks(blocks);
  }

  /// The figures of all methods.
  static Map<String, Double> of(Decoder decoder, Batches unseen, Run run) {
    SourceRanking ranking = new SourceRanking(Lens.of(decoder, run));
    for (int example = 0; example < EXAMPLES; ) {
      Batch batch = unseen.batch(example);
      int length = batch.inputs().length();
      for (int row = 0; row < batch.inputs().batch() && example < EXAMPLES; row++) {
        int[] tokens = Arrays.copyOfRange(batch.inputs().ids(), row * length, (row + 1) * length);
        ranking.example(tokens, batch.targets().ids()[row * length], example++);
      }
    }
    Map<String, Double> figures = new LinkedHashMap<>();
    ranking.sums.forEach((method, sum) -> {
      figures.put(method + " auc", sum[0] / sum[2]);
      figures.put(method + " spearman", sum[1] / sum[2]);
    });
    return figures;
  }

  private void example(int[] tokens, int target, int number) {
    boolean[] truth = new boolean[tokens.length - 1];
    for (int i = 0; i < truth.length; i++) {
      truth[i] = tokens[i + 1] == MarkedToken.MARKS || tokens[i] == MarkedToken.MARKS;
    }
    double[] fall = fall(tokens, target);
    Trace trace = lens.trace(tokens, NormAttention.SITES);
    List<double[][]> raw = new ArrayList<>();
    List<double[][]> norms = new ArrayList<>();
    for (int layer = 0; layer < lens.decoder().blocks().size(); layer++) {
      raw.add(Patterns.mean(heads(trace, layer)));
      norms.add(NormAttention.of(lens, trace, layer).normsWithResidual());
    }
    List<double[][]> rolled = Rollout.of(raw);
    List<double[][]> rolledNorms = Rollout.ofWeighed(norms);
    for (int layer = 0; layer < raw.size(); layer++) {
      add("raw " + (layer + 1), raw.get(layer)[0], truth, fall);
      add("rollout " + (layer + 1), rolled.get(layer)[0], truth, fall);
      add("norm rollout " + (layer + 1), rolledNorms.get(layer)[0], truth, fall);
    }
    Question question = Question.of(0, target);
    double[] slopes = InputAttribution.gradientTimesInput(lens, tokens, question).scores();
    add("gradient x input", absolute(slopes), truth, fall);
    if (number < SLOW_EXAMPLES) {
      add("flow", AttentionFlow.of(raw, 0), truth, fall);
      double[] integrated = InputAttribution.integrated(lens, tokens, question, STEPS).scores();
      add("integrated gradients", absolute(integrated), truth, fall);
      add(
          "value zeroing rollout",
          Rollout.of(ValueZeroing.of(lens, tokens).normalized()).getLast()[0],
          truth,
          fall);
    }
  }

  private List<Pattern> heads(Trace trace, int layer) {
    List<Pattern> heads = new ArrayList<>();
    String site = "blocks." + layer + ".attn.pattern";
    for (int head = 0; head < lens.sites().get(site).heads(); head++) {
      heads.add(trace.pattern(layer, head));
    }
    return heads;
  }

  /// How far the probability of the answer falls when a token is another one, `[T - 1]`.
  private double[] fall(int[] tokens, int target) {
    double before = probability(tokens, target);
    double[] fall = new double[tokens.length - 1];
    for (int i = 0; i < fall.length; i++) {
      int[] other = tokens.clone();
      // a token of noise that is neither the answer nor what stood here
      int token = target;
      while (token == target || token == tokens[i + 1]) {
        token = 2 + (token + 1) % (lens.decoder().head().out() - 2);
      }
      other[i + 1] = token;
      fall[i] = before - probability(other, target);
    }
    return fall;
  }

  private double probability(int[] tokens, int target) {
    Trace trace = lens.trace(tokens, Sites.none());
    return Math.exp(-Distributions.loss(trace.logits().row(0, 0), target));
  }

  /// Adds what a method says of the tokens after the one that asks.
  private void add(String method, double[] scores, boolean[] truth, double[] fall) {
    double[] others = Arrays.copyOfRange(scores, 1, scores.length);
    double[] sum = sums.computeIfAbsent(method, _ -> new double[3]);
    sum[0] += Ranks.auc(others, truth);
    sum[1] += Ranks.spearman(others, fall);
    sum[2]++;
  }

  private static double[] absolute(double[] numbers) {
    return Arrays.stream(numbers).map(Math::abs).toArray();
  }
}
