package dev.heed.serve;

import dev.heed.tensor.Tensor;
import java.util.List;

/// What a model did with a text.
///
/// @param blocks the patterns of each block
/// @param logits `[T, V]`
record Traced(List<Patterns> blocks, Tensor logits, int length) {
  Traced {
    blocks = List.copyOf(blocks);
  }

  /// The patterns of a block, `[H, T, S]`; no head where a block does not attend.
  ///
  /// @param triangular whether nobody looks ahead, and keys are the tokens themselves
  record Patterns(float[] weights, int heads, int queries, int keys, boolean triangular) {
    static final Patterns NONE = new Patterns(new float[0], 0, 0, 0, true);

    /// @param pattern `[1, H, T, S]`
    static Patterns of(Tensor pattern) {
      int heads = pattern.axis(1);
      int queries = pattern.axis(2);
      int keys = pattern.axis(3);
      float[] weights = pattern.toArray();
      boolean triangular = queries == keys && nothingAhead(weights, queries);
      return new Patterns(weights, heads, queries, keys, triangular);
    }

    private static boolean nothingAhead(float[] weights, int length) {
      for (int row = 0; row < weights.length / length; row++) {
        for (int k = row % length + 1; k < length; k++) {
          if (weights[row * length + k] != 0) {
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
  }

  /// Bytes that it holds.
  long bytes() {
    long floats = logits.size();
    for (Patterns block : blocks) {
      floats += block.weights().length;
    }
    return floats * Float.BYTES;
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
            bytes[to++] = (byte) Math.round(255 * Math.sqrt(block.weights()[from + k]));
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
      System.arraycopy(block.weights(), block.at(head, q), weights, to, block.sent(q));
      to += block.sent(q);
    }
    return weights;
  }
}
