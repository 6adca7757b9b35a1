package dev.heed.data;

/// How many rows of how many tokens a batch has, `[B, T]`.
public record BatchShape(int rows, int length) {
  public BatchShape {
    if (rows < 1 || length < 1 || (long) rows * length > Integer.MAX_VALUE) {
      throw new DataException(
          "batch: [%d, %d] rows of tokens; at least [1, 1] and at most %d tokens fit"
              .formatted(rows, length, Integer.MAX_VALUE));
    }
  }

  public int tokens() {
    return rows * length;
  }
}
