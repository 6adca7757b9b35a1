package dev.heed.attention.mixer;

/// The axes of a call. Keys and values have heads of their own: states are as many as the more of
/// the two, results as many as the more of queries and states. A head that fewer have than others
/// is read by as many of the others that follow one another.
///
/// @param batch `B`
/// @param length `T`
/// @param width `E`, of queries and keys
/// @param valueWidth `W`
public record StateShape(int batch, int length, Heads heads, int width, int valueWidth) {
  /// How many heads of each there are.
  public record Heads(int queries, int keys, int values) {
    public Heads {
      int states = Math.max(keys, values);
      int outputs = Math.max(queries, states);
      boolean divide =
          queries > 0
              && keys > 0
              && values > 0
              && states % keys == 0
              && states % values == 0
              && outputs % states == 0
              && outputs % queries == 0;
      if (!divide) {
        throw new MixerException(
            "mixer: %d heads of queries, %d of keys, %d of values; of any two the fewer must divide the more"
                .formatted(queries, keys, values));
      }
    }

    /// As many of each.
    public static Heads all(int heads) {
      return new Heads(heads, heads, heads);
    }

    /// `N`.
    public int states() {
      return Math.max(keys, values);
    }

    public int outputs() {
      return Math.max(queries, states());
    }

    /// Results that one state gives.
    int readers() {
      return outputs() / states();
    }
  }

  /// Numbers of all states, `[B, N, E, W]`.
  int[] states() {
    return new int[] {batch, heads.states(), width, valueWidth};
  }
}
