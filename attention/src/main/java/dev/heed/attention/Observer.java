package dev.heed.attention;

/// What can be observed of the weights of a call, before chance drops any of them.
public sealed interface Observer {
  /// `-Σ w log w` of each query over the keys, in nats, `[B, H, T]`.
  record Entropy() implements Observer {}

  /// What each key gets from all queries, `Σ w`, `[B, H, S]`.
  record Coverage() implements Observer {}

  /// The largest weight of each query, `[B, H, T]`.
  record Maximum() implements Observer {}

  /// The mean distance that each query looks, `Σ w |i - j|`, `[B, H, T]`.
  record Distance() implements Observer {}

  /// The weight that went to the sink's logit, `[B, H, T]`; 0 where the normalizer has none.
  record SinkMass() implements Observer {}

  /// What the weights of each query add up to, `[B, H, T]`: 1 of a softmax without a sink.
  record Total() implements Observer {}

  /// How many keys the mask lets each query see, `[B, H, T]`.
  record Visible() implements Observer {}

  /// How many queries the mask lets see each key, `[B, H, S]`; what coverage is to be divided by.
  record SeenBy() implements Observer {}

  /// The weight that each query gives to the key of an index, `[B, H, T]`; 0 where there is none.
  record OnKey(int index) implements Observer {
    public OnKey {
      if (index < 0) {
        throw new AttentionException("key: index %d is none; 0 or more would fit".formatted(index));
      }
    }
  }

  /// The keys with the largest weights of each query, the largest first and the lowest index first
  /// where weights are equal, and these weights, `[B, H, T, n]`, where n is `count`, or S where
  /// there are no more keys; key -1 and weight 0 where fewer have any weight.
  record Top(int count) implements Observer {
    public Top {
      if (count < 1) {
        throw new AttentionException("top: %d keys are none; 1 or more would fit".formatted(count));
      }
    }

    /// How many keys are told of a query that `keys` stand before.
    int width(int keys) {
      return Math.min(count, keys);
    }
  }

  /// The mean weight of each square of `size` queries by `size` keys, `[B, H, ⌈T / size⌉, ⌈S /
  /// size⌉]`: the map, from further away.
  record BlockMap(int size) implements Observer {
    public BlockMap {
      if (size < 1) {
        throw new AttentionException(
            "blockmap: %d places are no square; 1 or more would fit".formatted(size));
      }
    }
  }

  /// Reads an observer as it is written: `entropy`, `top(8)`.
  static Observer parse(String text) {
    return ObserverForms.FORMS.parse(text);
  }

  /// The observer as it is written; [#parse] reads it back.
  default String text() {
    return ObserverForms.text(this);
  }

  static Observer entropy() {
    return new Entropy();
  }

  static Observer coverage() {
    return new Coverage();
  }

  static Observer maximum() {
    return new Maximum();
  }

  static Observer distance() {
    return new Distance();
  }

  static Observer sinkMass() {
    return new SinkMass();
  }

  static Observer total() {
    return new Total();
  }

  static Observer visible() {
    return new Visible();
  }

  static Observer seenBy() {
    return new SeenBy();
  }

  static Observer onKey(int index) {
    return new OnKey(index);
  }

  static Observer top(int count) {
    return new Top(count);
  }

  static Observer blockMap(int size) {
    return new BlockMap(size);
  }
}
