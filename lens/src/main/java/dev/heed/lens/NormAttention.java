package dev.heed.lens;

import dev.heed.attention.Source;
import dev.heed.attention.UnsupportedCombinationException;
import dev.heed.layer.Block;
import dev.heed.layer.SelfAttention;
import dev.heed.tensor.Weight;

/// Attention weighed by what it carries: a large weight on a small value moves little, [Kobayashi
/// et al. 2020](https://arxiv.org/abs/2004.10102).
public final class NormAttention {
  /// What it reads of a trace.
  public static final Sites SITES =
      Sites.matching("blocks.*.attn.pattern", "blocks.*.attn.v", "blocks.*.resid_pre");

  private final Trace trace;
  private final SelfAttention attention;
  private final int layer;
  private final int length;

  private NormAttention(Trace trace, SelfAttention attention, int layer) {
    this.trace = trace;
    this.attention = attention;
    this.layer = layer;
    this.length = trace.length();
  }

  /// Of a layer of the first text of a trace that has [#SITES].
  public static NormAttention of(Lens lens, Trace trace, int layer) {
    Block block = lens.decoder().blocks().get(layer);
    if (!(block.mixer().layer() instanceof SelfAttention attention)) {
      throw new LensException(
          "norms: layer %d has a %s; self-attention would fit"
              .formatted(layer, block.mixer().layer().getClass().getSimpleName()));
    }
    if (!attention.source().equals(Source.self())) {
      throw new UnsupportedCombinationException(
          "source " + attention.source().text(), "norms of attention", "keys of the text alone");
    }
    if (attention.headNorms().result().isPresent()) {
      throw new UnsupportedCombinationException(
          "a norm of a head's result", "norms of attention", "results that are sums of values");
    }
    return new NormAttention(trace, attention, layer);
  }

  /// `A · ‖v_k‖`, the longest value counting as 1, `[T, T]`.
  public double[][] byValues(int head) {
    double[] lengths = new double[length];
    for (int k = 0; k < length; k++) {
      lengths[k] = norm(Patterns.doubles(value(head, k)));
    }
    return weighed(head, lengths);
  }

  /// `A · ‖v_k W_O‖`, the longest counting as 1, `[T, T]`: what reaches the residual stream.
  public double[][] byOutputs(int head) {
    OutputHeads output = OutputHeads.of(attention);
    double[] lengths = new double[length];
    for (int k = 0; k < length; k++) {
      lengths[k] = norm(output.project(head, gated(head, k)));
    }
    return weighed(head, lengths);
  }

  /// `‖Σ_h A_h v_k W_O‖` over all heads, `[T, T]`: how much of a key's vector is added to a query,
  /// before a norm of what is added where the block has one.
  public double[][] norms() {
    OutputHeads output = OutputHeads.of(attention);
    int heads = attention.heads().queries();
    double[][][] vectors = new double[heads][length][];
    Pattern[] patterns = new Pattern[heads];
    for (int head = 0; head < heads; head++) {
      patterns[head] = trace.pattern(layer, head);
      for (int k = 0; k < length; k++) {
        vectors[head][k] = output.project(head, gated(head, k));
      }
    }
    double[][] norms = new double[length][length];
    for (int q = 0; q < length; q++) {
      for (int k = 0; k < length; k++) {
        norms[q][k] = norm(sum(patterns, vectors, q, k));
      }
    }
    return norms;
  }

  /// [#norms] and, on the diagonal, the norm of what the residual stream carries: for
  /// [Rollout#ofWeighed].
  public double[][] normsWithResidual() {
    double[][] norms = norms();
    Value residual = trace.value(layer, "resid_pre");
    for (int q = 0; q < length; q++) {
      norms[q][q] += norm(Patterns.doubles(residual.row(0, q)));
    }
    return norms;
  }

  private static double[] sum(Pattern[] patterns, double[][][] vectors, int q, int k) {
    double[] sum = new double[vectors[0][k].length];
    for (int head = 0; head < patterns.length; head++) {
      double weight = patterns[head].get(q, k);
      for (int i = 0; weight != 0 && i < sum.length; i++) {
        sum[i] += weight * vectors[head][k][i];
      }
    }
    return sum;
  }

  private double[][] weighed(int head, double[] lengths) {
    double longest = 0;
    for (double each : lengths) {
      longest = Math.max(longest, each);
    }
    Pattern pattern = trace.pattern(layer, head);
    double[][] weighed = new double[length][length];
    for (int q = 0; q < length; q++) {
      for (int k = 0; k < length; k++) {
        weighed[q][k] = longest == 0 ? 0 : pattern.get(q, k) * lengths[k] / longest;
      }
    }
    return weighed;
  }

  /// The value that a query head reads, of its group.
  private float[] value(int head, int key) {
    int group = head / (attention.heads().queries() / attention.heads().keys());
    return trace.value(layer, "attn.v").row(0, key, group);
  }

  /// The value times the head's gate, where heads have gates.
  private float[] gated(int head, int key) {
    float[] value = value(head, key);
    Weight gate = attention.learned().get(SelfAttention.GATE);
    for (int e = 0; gate != null && e < value.length; e++) {
      value[e] *= gate.floats()[head];
    }
    return value;
  }

  private static double norm(double[] vector) {
    double sum = 0;
    for (double number : vector) {
      sum += number * number;
    }
    return Math.sqrt(sum);
  }
}
