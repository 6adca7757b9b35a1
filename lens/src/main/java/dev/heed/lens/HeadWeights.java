package dev.heed.lens;

import dev.heed.grad.Run;
import dev.heed.kernel.Matrix;
import dev.heed.layer.Block;
import dev.heed.layer.Norm;
import dev.heed.layer.SelfAttention;
import dev.heed.model.Decoder;
import dev.heed.tensor.CounterRandom;
import dev.heed.tensor.Tensor;
import dev.heed.tensor.Weight;
import java.util.Optional;

/// What the weights of a head say about it, without any text: the gains of norms are taken into the
/// matrices behind them.
public final class HeadWeights {
  private static final int SAMPLES = 256;
  private static final int DRAWS = 4;
  private static final int AT_ONCE = 4096;

  private final Lens lens;
  private final SelfAttention attention;
  private final Optional<Norm> before;

  private HeadWeights(Lens lens, SelfAttention attention, Optional<Norm> before) {
    this.lens = lens;
    this.attention = attention;
    this.before = before;
  }

  /// Of a layer; nothing where it is no self-attention.
  public static Optional<HeadWeights> of(Lens lens, int layer) {
    Block block = lens.decoder().blocks().get(layer);
    return block.mixer().layer() instanceof SelfAttention attention
        ? Optional.of(new HeadWeights(lens, attention, block.mixer().norms().before()))
        : Optional.empty();
  }

  /// How much a head copies: what it writes when it looks at a token, straight to the head of the
  /// model, ranks the token itself above this share of the vocabulary. Mean over up to 256 tokens;
  /// .5 is chance.
  public double copying(int head) {
    Decoder decoder = lens.decoder();
    Weight table = decoder.embedding().tokens();
    int vocabulary = table.shape().axis(0);
    int count = Math.min(SAMPLES, vocabulary);
    Run run = lens.fresh();
    double below = 0;
    for (int i = 0; i < count; i++) {
      int token = (int) ((long) i * vocabulary / count);
      Tensor row = Tensor.of(table.rows(token, token + 1).toFloats(), 1, table.shape().axis(1));
      Tensor heard = before.map(norm -> norm.forward(row, run)).orElse(row);
      float[] values = attention.projections().value().forward(heard, run).toArray();
      float[] logits = LogitLens.logits(decoder, written(head, values), run);
      below += (vocabulary - rank(logits, token)) / (vocabulary - 1.0);
    }
    return below / count;
  }

  /// `Σ e uᵀ` of the embedding and the head of the model over the vocabulary, `[D, D]`: what
  /// [#eigenvalueCopying] of every head is computed from.
  public static double[][] throughVocabulary(Lens lens) {
    Decoder decoder = lens.decoder();
    Weight embedding = decoder.embedding().tokens();
    Weight head = decoder.head().weight();
    int width = embedding.shape().axis(1);
    int vocabulary = Math.min(embedding.shape().axis(0), head.shape().axis(0));
    Run run = lens.fresh();
    Matrix sum = new Matrix(new float[width * width], 0, width, width, width, 1);
    for (int from = 0; from < vocabulary; from += AT_ONCE) {
      int count = Math.min(AT_ONCE, vocabulary - from);
      float[] e = embedding.rows(from, from + count).toFloats();
      float[] u = head.rows(from, from + count).toFloats();
      run.kernels()
          .products()
          .multiplyAdd(
              new Matrix(e, 0, width, count, 1, width),
              new Matrix(u, 0, count, width, width, 1),
              sum,
              run.workers());
    }
    float[] gain = decoder.norm().map(HeadWeights::gain).orElseGet(() -> ones(width));
    double[][] product = new double[width][width];
    for (int i = 0; i < width * width; i++) {
      product[i / width][i % width] = (double) sum.array()[i] * gain[i % width];
    }
    return product;
  }

  /// How much of what a head does from tokens to tokens, `U W_O W_V E` of the whole vocabulary,
  /// copies: `Σ λ / Σ |λ|` of its eigenvalues, from -1, each token speaks against itself, to 1.
  /// [Elhage et al. 2021](https://transformer-circuits.pub/2021/framework/index.html), copying
  /// heads. The eigenvalues are those of `W_V Eᵀ U W_O`, `[E, E]`, and zeros.
  ///
  /// @param throughVocabulary [#throughVocabulary]
  /// @return 0 of a head that writes nothing
  public double eigenvalueCopying(int head, double[][] throughVocabulary) {
    double[][] value = matrix(attention.projections().value().weight(), group(head));
    double[][] read = times(value, transposed(throughVocabulary));
    double[][] values = Eigenvalues.of(times(read, transposed(output(head))));
    double sum = 0;
    double sizes = 0;
    for (int i = 0; i < values[0].length; i++) {
      sum += values[0][i];
      sizes += Math.hypot(values[0][i], values[1][i]);
    }
    return sizes == 0 ? 0 : sum / sizes;
  }

  private float[] written(int head, float[] values) {
    int width = attention.heads().width();
    float[] read = new float[width];
    System.arraycopy(values, group(head) * width, read, 0, width);
    double[] made = OutputHeads.of(attention).project(head, read);
    float[] row = new float[made.length];
    for (int i = 0; i < row.length; i++) {
      row[i] = (float) made[i];
    }
    return row;
  }

  private static int rank(float[] logits, int token) {
    int rank = 1;
    for (float logit : logits) {
      rank += logit > logits[token] ? 1 : 0;
    }
    return rank;
  }

  /// What a later head reads with: [Elhage et al.
  /// 2021](https://transformer-circuits.pub/2021/framework/index.html), composition of heads.
  public enum Reads {
    QUERY,
    KEY,
    VALUE
  }

  /// How strongly a head reads what an earlier one writes, `‖W₂ W₁‖ / (‖W₂‖ ‖W₁‖)` of the products
  /// of their matrices, less the same of random matrices: 0 for heads that know nothing of each
  /// other. Rotary positions are left out.
  public double composition(int head, Reads by, HeadWeights earlier, int earlierHead) {
    double[][] query = matrix(attention.projections().query().weight(), head);
    double[][] key = matrix(attention.projections().key().weight(), group(head));
    double[][] value = matrix(attention.projections().value().weight(), group(head));
    double[][] out = transposed(earlier.output(earlierHead));
    double[][] from =
        earlier.matrix(
            earlier.attention.projections().value().weight(), earlier.group(earlierHead));
    double score =
        switch (by) {
          case QUERY -> score(key, query, out, from);
          case KEY -> score(query, key, out, from);
          case VALUE -> score(transposed(output(head)), value, out, from);
        };
    return score - chance(query.length, query[0].length, from.length);
  }

  /// What [#composition] takes off: the score of random matrices.
  private static double chance(int width, int model, int earlierWidth) {
    double sum = 0;
    for (int draw = 0; draw < DRAWS; draw++) {
      CounterRandom random = CounterRandom.of(draw);
      sum +=
          score(
              random(random.stream(0), width, model),
              random(random.stream(1), width, model),
              random(random.stream(2), earlierWidth, model),
              random(random.stream(3), earlierWidth, model));
    }
    return sum / DRAWS;
  }

  private static double[][] random(CounterRandom random, int rows, int columns) {
    double[][] matrix = new double[rows][columns];
    for (int i = 0; i < rows * columns; i++) {
      matrix[i / columns][i % columns] = random.normal(i);
    }
    return matrix;
  }

  /// `‖Lᵀ (R Oᵀ) V‖ / (‖Lᵀ R‖ ‖Oᵀ V‖)` of matrices `[E, D]`, by products of width `E` alone.
  private static double score(double[][] l, double[][] r, double[][] o, double[][] v) {
    double[][] inner = times(r, o);
    double both = norm(times(l, l), inner, times(v, v));
    double second = norm(times(l, l), identity(r.length), times(r, r));
    double first = norm(times(o, o), identity(o.length), times(v, v));
    return both / (second * first);
  }

  /// `‖Aᵀ C B‖` from `A Aᵀ`, `C` and `B Bᵀ`.
  private static double norm(double[][] a, double[][] c, double[][] b) {
    double[][] left = times(transposed(c), transposed(a));
    double[][] right = times(left, transposed(c));
    double sum = 0;
    for (int i = 0; i < right.length; i++) {
      for (int j = 0; j < right.length; j++) {
        sum += right[i][j] * b[j][i];
      }
    }
    return Math.sqrt(Math.max(0, sum));
  }

  /// `A Bᵀ`.
  private static double[][] times(double[][] a, double[][] b) {
    double[][] c = new double[a.length][b.length];
    for (int i = 0; i < a.length; i++) {
      for (int j = 0; j < b.length; j++) {
        double sum = 0;
        for (int k = 0; k < a[i].length; k++) {
          sum += a[i][k] * b[j][k];
        }
        c[i][j] = sum;
      }
    }
    return c;
  }

  private static double[][] identity(int size) {
    double[][] one = new double[size][size];
    for (int i = 0; i < size; i++) {
      one[i][i] = 1;
    }
    return one;
  }

  private static double[][] transposed(double[][] a) {
    double[][] b = new double[a[0].length][a.length];
    for (int i = 0; i < a.length; i++) {
      for (int j = 0; j < b.length; j++) {
        b[j][i] = a[i][j];
      }
    }
    return b;
  }

  private int group(int head) {
    return head / (attention.heads().queries() / attention.heads().keys());
  }

  /// A head's rows of a projection, `[E, D]`, times the gain of the norm before it.
  private double[][] matrix(Weight weight, int head) {
    int width = attention.heads().width();
    int model = weight.shape().axis(1);
    float[] numbers = weight.rows(head * width, (head + 1) * width).toFloats();
    float[] gain = before.map(HeadWeights::gain).orElseGet(() -> ones(model));
    double[][] rows = new double[width][model];
    for (int i = 0; i < numbers.length; i++) {
      rows[i / model][i % model] = (double) numbers[i] * gain[i % model];
    }
    return rows;
  }

  /// A head's columns of the output projection, `[D, E]`.
  private double[][] output(int head) {
    OutputHeads heads = OutputHeads.of(attention);
    double[][] columns = new double[heads.rows()][heads.width()];
    for (int row = 0; row < columns.length; row++) {
      for (int e = 0; e < heads.width(); e++) {
        columns[row][e] = heads.weight()[(row * heads.heads() + head) * heads.width() + e];
      }
    }
    return columns;
  }

  private static float[] gain(Norm norm) {
    return switch (norm) {
      case Norm.LayerNorm layer -> layer.gain().floats();
      case Norm.RmsNorm rms -> rms.gain().floats();
    };
  }

  private static float[] ones(int count) {
    float[] ones = new float[count];
    java.util.Arrays.fill(ones, 1);
    return ones;
  }
}
