package dev.heed.lens;

import dev.heed.grad.Tokens;
import java.util.ArrayList;
import java.util.List;

/// How far a position moves when the value of a key is nothing, in each layer by itself: what
/// stands before every block is as it was. [Mohebbi et al. 2023](https://arxiv.org/abs/2301.12971).
///
/// @param raw `1 - cos` of what the block gives with and without, `[L][T, T]`
public record ValueZeroing(List<double[][]> raw) {
  /// Changes below it count as none where rows are brought to sum 1.
  private static final double LEAST = 1e-5;

  private static final int AT_ONCE = 16;

  public ValueZeroing {
    raw = List.copyOf(raw);
  }

  /// Of a text, in as many passes as it has tokens.
  public static ValueZeroing of(Lens lens, int[] tokens) {
    int layers = lens.decoder().blocks().size();
    Trace clean = lens.trace(tokens, Sites.matching("blocks.*.resid_pre", "blocks.*.resid_post"));
    List<double[][]> raw = new ArrayList<>();
    for (int layer = 0; layer < layers; layer++) {
      raw.add(new double[tokens.length][tokens.length]);
    }
    for (int first = 0; first < tokens.length; first += AT_ONCE) {
      zero(lens, clean, first, Math.min(AT_ONCE, tokens.length - first), raw);
    }
    return new ValueZeroing(raw);
  }

  /// Texts of one pass, each without the value of another key.
  private static void zero(Lens lens, Trace clean, int first, int count, List<double[][]> raw) {
    int length = clean.length();
    int[] ids = new int[count * length];
    for (int text = 0; text < count; text++) {
      System.arraycopy(clean.tokens(), 0, ids, text * length, length);
    }
    List<Intervention> changes = new ArrayList<>();
    for (int layer = 0; layer < raw.size(); layer++) {
      changes.add(new Intervention.Patch(Place.at(layer, "resid_pre"), clean));
      if (lens.sites().has("blocks." + layer + ".attn.v")) {
        changes.add(
            new Intervention.Custom(
                Place.at(layer, "attn.v"),
                (row, values) ->
                    row.position() == first + row.text() ? new float[values.length] : values));
      }
    }
    Trace zeroed =
        lens.run(new Tokens(ids, count, length), changes, Sites.matching("blocks.*.resid_post"));
    for (int layer = 0; layer < raw.size(); layer++) {
      Value before = clean.value(layer, "resid_post");
      Value after = zeroed.value(layer, "resid_post");
      for (int text = 0; text < count; text++) {
        for (int q = 0; q < length; q++) {
          raw.get(layer)[q][first + text] = 1 - cosine(before.row(0, q), after.row(text, q));
        }
      }
    }
  }

  /// Rows of sum 1, `[L][T, T]`; of zeros where nothing moves a position. Look at [#raw] beside
  /// them: rows of sum 1 hide that nothing happened.
  public List<double[][]> normalized() {
    List<double[][]> all = new ArrayList<>();
    for (double[][] layer : raw) {
      double[][] rows = new double[layer.length][layer.length];
      for (int q = 0; q < rows.length; q++) {
        double sum = 0;
        for (int k = 0; k < rows.length; k++) {
          rows[q][k] = layer[q][k] < LEAST ? 0 : layer[q][k];
          sum += rows[q][k];
        }
        for (int k = 0; sum > 0 && k < rows.length; k++) {
          rows[q][k] /= sum;
        }
      }
      all.add(rows);
    }
    return all;
  }

  private static double cosine(float[] a, float[] b) {
    double product = 0;
    double ofA = 0;
    double ofB = 0;
    for (int i = 0; i < a.length; i++) {
      product += (double) a[i] * b[i];
      ofA += (double) a[i] * a[i];
      ofB += (double) b[i] * b[i];
    }
    return product / Math.sqrt(ofA * ofB);
  }
}
