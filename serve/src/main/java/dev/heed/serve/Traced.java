package dev.heed.serve;

import dev.heed.lens.Baseline;
import dev.heed.lens.Lens;
import dev.heed.lens.Pattern;
import dev.heed.lens.Sites;
import dev.heed.lens.Trace;
import dev.heed.lens.Value;
import dev.heed.lens.ValueZeroing;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// What a model did with a text, and the model through a lens. For the thread that computes alone.
final class Traced {
  private final Lens lens;
  private final Texts texts;
  private final Trace trace;
  private final List<Patterns> blocks;
  private Optional<Baseline> means = Optional.empty();
  private Optional<ValueZeroing> zeroing = Optional.empty();

  private Traced(Lens lens, Texts texts, Trace trace) {
    this.lens = lens;
    this.texts = texts;
    this.trace = trace;
    this.blocks = new ArrayList<>();
    for (int block = 0; block < lens.decoder().blocks().size(); block++) {
      String site = "blocks." + block + ".attn.pattern";
      blocks.add(trace.has(site) ? Patterns.of(trace.value(site)) : Patterns.NONE);
    }
  }

  /// Reads a text.
  static Traced of(Lens lens, Texts texts, Cancellation cancellation) {
    Sites sites =
        ending(lens, ".attn.pattern").and(ending(lens, ".attn.v")).and(ending(lens, ".resid_pre"));
    return new Traced(lens, texts, lens.withCheck(cancellation::check).trace(texts.ids(), sites));
  }

  /// The sites of a model that end so, of which there may be none.
  private static Sites ending(Lens lens, String end) {
    return new Sites(lens.sites().paths().stream().filter(path -> path.endsWith(end)).toList());
  }

  /// The model through a lens that ends its computing where nobody waits for it.
  Lens lens(Cancellation cancellation) {
    return lens.withCheck(cancellation::check);
  }

  Texts texts() {
    return texts;
  }

  /// The patterns of each block.
  List<Patterns> blocks() {
    return blocks;
  }

  Pattern pattern(int layer, int head) {
    return trace.pattern(layer, head);
  }

  /// What stood where: patterns, values, and what came before each block.
  Trace trace() {
    return trace;
  }

  /// What the model foretells.
  Predictions predictions() {
    return new Predictions(trace.logits());
  }

  /// The means of what heads give over this text, computed when they are first asked for.
  Baseline means(Cancellation cancellation) {
    if (means.isEmpty()) {
      means =
          Optional.of(lens(cancellation).baseline(List.of(texts.ids()), ending(lens, ".attn.z")));
    }
    return means.get();
  }

  /// What positions lose without the value of a key, computed when it is first asked for.
  ValueZeroing zeroing(Cancellation cancellation) {
    if (zeroing.isEmpty()) {
      zeroing = Optional.of(ValueZeroing.of(lens(cancellation), texts.ids()));
    }
    return zeroing.get();
  }

  /// Maps one after the other, row after row.
  static float[] flat(double[][]... maps) {
    float[] all = new float[Arrays.stream(maps).mapToInt(map -> map.length * map.length).sum()];
    int to = 0;
    for (double[][] map : maps) {
      for (double[] row : map) {
        for (double number : row) {
          all[to++] = (float) number;
        }
      }
    }
    return all;
  }

  /// The patterns of a block, `[H, T, S]`; no head where a block does not attend.
  ///
  /// @param triangular whether nobody looks ahead, and keys are the tokens themselves
  record Patterns(FloatBuffer weights, int heads, int queries, int keys, boolean triangular) {
    static final Patterns NONE = new Patterns(FloatBuffer.allocate(0), 0, 0, 0, true);

    /// @param pattern `[1, H, T, S]`
    static Patterns of(Value pattern) {
      int heads = pattern.shape().axis(1);
      int queries = pattern.shape().axis(2);
      int keys = pattern.shape().axis(3);
      FloatBuffer weights = pattern.buffer();
      boolean triangular = queries == keys && nothingAhead(weights, queries);
      return new Patterns(weights, heads, queries, keys, triangular);
    }

    private static boolean nothingAhead(FloatBuffer weights, int length) {
      for (int row = 0; row < weights.limit() / length; row++) {
        for (int k = row % length + 1; k < length; k++) {
          if (weights.get(row * length + k) != 0) {
            return false;
          }
        }
      }
      return true;
    }

    /// How many keys a row sends.
    int sent(int query) {
      return triangular ? query + 1 : keys;
    }

    /// How many weights a head sends.
    int sentByHead() {
      return triangular ? queries * (queries + 1) / 2 : queries * keys;
    }

    int at(int head, int query) {
      return (head * queries + query) * keys;
    }

    /// Row after row of a map, as far as rows are sent.
    float[] flat(double[][] map) {
      float[] all = new float[sentByHead()];
      int to = 0;
      for (int q = 0; q < queries; q++) {
        for (int k = 0; k < sent(q); k++) {
          all[to++] = (float) map[q][k];
        }
      }
      return all;
    }
  }

  /// Bytes that it holds.
  long bytes() {
    long length = texts.size();
    long floats = trace.logits().size();
    long bits = 0;
    for (String site : trace.sites()) {
      floats += trace.value(site).size();
      bits += site.endsWith(".attn.pattern") ? trace.value(site).size() : 0;
    }
    long gathered = means.isEmpty() ? 0 : lens.memory(texts.size(), ending(lens, ".attn.z")).kept();
    long maps = zeroing.map(found -> found.raw().size() * length * length).orElse(0L);
    return floats * Float.BYTES + bits / Byte.SIZE + gathered + maps * Double.BYTES;
  }

  /// The patterns of all heads, block after block, row after row, without what lies ahead: for each
  /// weight `255 √w`, so that small ones are not lost.
  byte[] thumbnails() {
    byte[] bytes =
        new byte[blocks.stream().mapToInt(block -> block.heads() * block.sentByHead()).sum()];
    int to = 0;
    for (Patterns block : blocks) {
      for (int h = 0; h < block.heads(); h++) {
        for (int q = 0; q < block.queries(); q++) {
          int from = block.at(h, q);
          for (int k = 0; k < block.sent(q); k++) {
            // heads that talk may have weights beyond 0 and 1
            double weight = Math.clamp(block.weights().get(from + k), 0.0, 1.0);
            bytes[to++] = (byte) Math.round(255 * Math.sqrt(weight));
          }
        }
      }
    }
    return bytes;
  }

  /// The pattern of one head as it is, row after row, without what lies ahead.
  float[] head(int number, int head) {
    Patterns block = blocks.get(number);
    float[] weights = new float[block.sentByHead()];
    int to = 0;
    for (int q = 0; q < block.queries(); q++) {
      block.weights().get(block.at(head, q), weights, to, block.sent(q));
      to += block.sent(q);
    }
    return weights;
  }
}
