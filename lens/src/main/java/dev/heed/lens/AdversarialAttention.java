package dev.heed.lens;

import dev.heed.attention.Attention;
import dev.heed.attention.AttentionShape;
import dev.heed.attention.Modifier;
import dev.heed.attention.Need;
import dev.heed.attention.Score;
import dev.heed.grad.Gradients;
import dev.heed.grad.Run;
import dev.heed.grad.Tokens;
import dev.heed.layer.Block;
import dev.heed.layer.Block.Branch;
import dev.heed.layer.Heads;
import dev.heed.layer.Mixer;
import dev.heed.layer.SelfAttention;
import dev.heed.lens.Faithfulness.Candidate;
import dev.heed.model.Decoder;
import dev.heed.tensor.CounterRandom;
import dev.heed.tensor.Tensor;
import dev.heed.tensor.Weight;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/// Looks for other attention that leads to the same answer: of the last token, in every layer and
/// head at once, by gradients. [Jain and Wallace 2019](https://arxiv.org/abs/1902.10186) section
/// 4.2.2.
///
/// Scores are replaced by numbers of their own, which are led away from the model's attention and
/// from each other, for as long as the answer stays. They begin at random, and those of one
/// candidate beside the model's, so that a search that finds no other way back still says how far
/// one can go from there. Earlier tokens attend as before; in a causal model the last one changes
/// nothing for them.
final class AdversarialAttention {
  private static final double PENALTY = 500;

  /// The learned number of a head that stands in the denominator of
  /// [dev.heed.attention.Normalizer.Sink].
  private static final String SINK = "sink";

  private final Lens lens;
  private final int[] tokens;
  private final Settings settings;
  private final List<Integer> layers = new ArrayList<>();
  private final List<Weight> biases = new ArrayList<>();
  private final List<double[][]> clean = new ArrayList<>();
  private final double[] answer;
  private final Decoder decoder;

  /// How to search.
  ///
  /// @param candidates that are led away from each other
  /// @param rate of Adam (amsgrad)
  /// @param tolerance how far an answer may move, total variation
  record Settings(int candidates, int steps, double rate, double tolerance, long seed) {}

  /// @param best whose answer stays; the model's own where none does
  /// @param last where the candidates are in the end
  record Found(Candidate best, List<Candidate> last) {}

  static Found search(Lens lens, int[] tokens, Settings settings) {
    return new AdversarialAttention(lens, tokens, settings).search();
  }

  private AdversarialAttention(Lens lens, int[] tokens, Settings settings) {
    this.lens = lens;
    this.tokens = tokens;
    this.settings = settings;
    for (int layer = 0; layer < lens.decoder().blocks().size(); layer++) {
      if (lens.decoder().blocks().get(layer).mixer().layer() instanceof SelfAttention) {
        layers.add(layer);
      }
    }
    Trace trace = lens.trace(tokens, Faithfulness.SITES);
    answer = Distributions.softmax(trace.logits().row(0, tokens.length - 1));
    layers.forEach(layer -> begin(trace, layer));
    decoder = attacked();
  }

  /// The model's scores, with random ones for the last token.
  private void begin(Trace trace, int layer) {
    int length = tokens.length;
    float[] scores = trace.value(layer, "attn.attn_scores").numbers();
    int heads = scores.length / (length * length);
    float[] bias = new float[settings.candidates * scores.length];
    double[][] rows = new double[heads][];
    for (int head = 0; head < heads; head++) {
      rows[head] = Patterns.doubles(trace.pattern(layer, head).row(length - 1));
      Faithfulness.checkCausal(trace.pattern(layer, head));
    }
    CounterRandom random = CounterRandom.of(settings.seed).stream(layer);
    for (int i = 0; i < bias.length; i++) {
      float given = scores[i % scores.length];
      boolean free = i / length % length == length - 1 && given != Float.NEGATIVE_INFINITY;
      // one candidate begins beside the model's own attention, where the answer still stays
      double begun = i < scores.length ? given + .05 * random.normal(i) : 3 * random.normal(i);
      bias[i] = free ? (float) begun : given;
    }
    biases.add(Weight.of(Modifier.BIAS, bias, settings.candidates, heads, length, length));
    clean.add(rows);
  }

  private Decoder attacked() {
    Decoder model = lens.decoder();
    List<Block> blocks = new ArrayList<>(model.blocks());
    for (int i = 0; i < layers.size(); i++) {
      int layer = layers.get(i);
      Branch<Mixer> branch = blocks.get(layer).mixer();
      Mixer changed = attacked(attention(i), biases.get(i));
      blocks.set(layer, new Block(branch.withLayer(changed), blocks.get(layer).feedForward()));
    }
    return new Decoder(
        model.embedding(), blocks, model.norm(), model.head(), model.logitCap(), model.context());
  }

  /// The attention with a table for its scores.
  private SelfAttention attacked(SelfAttention attention, Weight table) {
    Attention plain =
        attention.attention().withScore(Score.dot(0)).withModifiers(List.of(new Modifier.Bias()));
    Heads heads = attention.heads();
    AttentionShape shape =
        new AttentionShape(
            settings.candidates,
            heads.queries(),
            heads.keys(),
            tokens.length,
            tokens.length,
            heads.width(),
            heads.width());
    Map<String, Weight> learned = new LinkedHashMap<>();
    List<String> needed = plain.needs(shape).stream().map(Need::name).toList();
    attention
        .learned()
        .forEach((name, weight) -> {
          if (needed.contains(name) || name.equals(SelfAttention.GATE)) {
            learned.put(name, weight);
          }
        });
    learned.put(Modifier.BIAS, table);
    SelfAttention.Projections all = attention.projections();
    return new SelfAttention(
        // scores that are given leave nothing to forget
        new SelfAttention.Projections(all.query(), all.key(), all.value(), all.output()),
        attention.headNorms(),
        attention.rotary(),
        plain,
        attention.source(),
        learned,
        heads);
  }

  private Found search() {
    int[] ids = new int[settings.candidates * tokens.length];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = tokens[i % tokens.length];
    }
    Tokens batch = new Tokens(ids, settings.candidates, tokens.length);
    List<Ascent> ascents = biases.stream().map(bias -> new Ascent(bias.floats().length)).toList();
    Candidate best = new Candidate(0, 0);
    List<Candidate> all = List.of();
    for (int step = 0; step <= settings.steps; step++) {
      Run run = lens.fresh().taped();
      Tensor logits = decoder.forward(batch, run);
      Tensor slope = Tensor.zeros(logits.shape());
      all = candidates(variations(logits, slope));
      for (Candidate one : all) {
        boolean stays = one.variation() <= settings.tolerance;
        best = stays && one.divergence() > best.divergence() ? one : best;
      }
      Gradients gradients = Gradients.of(biases);
      run.tape().orElseThrow().backward(logits, slope, gradients, run);
      for (int i = 0; i < biases.size(); i++) {
        float[] gradient = gradients.of(biases.get(i)).toArray();
        float[] bias = biases.get(i).floats();
        addDivergence(i, gradient);
        ascents.get(i).step(bias, gradient, step + 1);
      }
    }
    return new Found(best, all);
  }

  private List<Candidate> candidates(double[] moved) {
    return IntStream.range(0, moved.length)
        .mapToObj(c -> new Candidate(divergence(c), moved[c]))
        .toList();
  }

  /// How far each candidate's answer moved; the slope of the penalty goes to the logits.
  private double[] variations(Tensor logits, Tensor slope) {
    int width = logits.axis(2);
    double[] moved = new double[settings.candidates];
    for (int c = 0; c < moved.length; c++) {
      int at = logits.offset() + ((c + 1) * tokens.length - 1) * width;
      double[] p = Distributions.softmax(Arrays.copyOfRange(logits.array(), at, at + width));
      moved[c] = Distributions.totalVariation(p, answer);
      double mean = 0;
      for (int v = 0; v < width; v++) {
        mean += p[v] * Math.signum(p[v] - answer[v]) / 2;
      }
      for (int v = 0; moved[c] > settings.tolerance && v < width; v++) {
        double sign = Math.signum(p[v] - answer[v]) / 2;
        slope.array()[slope.offset() + at - logits.offset() + v] =
            (float) (PENALTY * p[v] * (sign - mean));
      }
    }
    return moved;
  }

  /// The mean divergence of a candidate from the model's attention.
  private double divergence(int candidate) {
    double sum = 0;
    int count = 0;
    for (int i = 0; i < biases.size(); i++) {
      double[][] rows = clean.get(i);
      for (int head = 0; head < rows.length; head++) {
        double[] row = row(i, candidate, head);
        sum += Distributions.jensenShannon(row, rows[head]);
        count++;
      }
    }
    return sum / count;
  }

  /// Adds the slope of `-JSD(A', A) - Σ JSD(A', A'')` of each candidate, by its scores.
  private void addDivergence(int layer, float[] gradient) {
    double[][] rows = clean.get(layer);
    for (int head = 0; head < rows.length; head++) {
      for (int c = 0; c < settings.candidates; c++) {
        double[] row = row(layer, c, head);
        double[] slope = new double[row.length];
        away(row, rows[head], 1, slope);
        for (int other = 0; other < settings.candidates; other++) {
          if (other != c) {
            away(row, row(layer, other, head), 1.0 / settings.candidates, slope);
          }
        }
        double mean = 0;
        for (int k = 0; k < row.length; k++) {
          mean += row[k] * slope[k];
        }
        int at = at(rows.length, c, head);
        for (int k = 0; k < row.length; k++) {
          gradient[at + k] += (float) (row[k] * (slope[k] - mean));
        }
      }
    }
  }

  /// The slope of `-JSD(p, q)` by `p`, a share of it.
  private static void away(double[] p, double[] q, double share, double[] slope) {
    for (int k = 0; k < p.length; k++) {
      slope[k] -= p[k] > 0 ? share / 2 * Math.log(p[k] / ((p[k] + q[k]) / 2)) : 0;
    }
  }

  private int at(int heads, int candidate, int head) {
    return ((candidate * heads + head + 1) * tokens.length - 1) * tokens.length;
  }

  /// The weights of the last token; with a sink in the denominator they add up to less than 1.
  private double[] row(int layer, int candidate, int head) {
    double[][] rows = clean.get(layer);
    int at = at(rows.length, candidate, head);
    float[] scores = Arrays.copyOfRange(biases.get(layer).floats(), at, at + tokens.length + 1);
    Weight sinks = attention(layer).learned().get(SINK);
    scores[tokens.length] = sinks == null ? Float.NEGATIVE_INFINITY : sinks.floats()[head];
    return Arrays.copyOf(Distributions.softmax(scores), tokens.length);
  }

  private SelfAttention attention(int layer) {
    return (SelfAttention) lens.decoder().blocks().get(layers.get(layer)).mixer().layer();
  }

  /// Adam that never lets its second moment shrink, [Reddi et al.
  /// 2018](https://openreview.net/forum?id=ryQu7f-RZ), of the rows of the last token.
  private final class Ascent {
    private final double[] mean;
    private final double[] square;
    private final double[] largest;

    Ascent(int size) {
      mean = new double[size];
      square = new double[size];
      largest = new double[size];
    }

    void step(float[] numbers, float[] gradient, int step) {
      int length = tokens.length;
      for (int i = 0; i < numbers.length; i++) {
        boolean free = i / length % length == length - 1 && Float.isFinite(numbers[i]);
        if (free) {
          mean[i] += .1 * (gradient[i] - mean[i]);
          square[i] += .001 * ((double) gradient[i] * gradient[i] - square[i]);
          largest[i] = Math.max(largest[i], square[i] / (1 - Math.pow(.999, step)));
          double first = mean[i] / (1 - Math.pow(.9, step));
          numbers[i] -= (float) (settings.rate * first / (Math.sqrt(largest[i]) + 1e-8));
        }
      }
    }
  }
}
