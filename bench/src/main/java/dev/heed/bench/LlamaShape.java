package dev.heed.bench;

/// The lengths of a Llama model that decide its speed.
///
/// @param width of a token's state, `D`
/// @param groups key/value heads, `G`
/// @param hidden width of the feed-forward, `F`
/// @param vocabulary tokens, `V`
record LlamaShape(int width, int layers, int heads, int groups, int hidden, int vocabulary) {
  /// 125 million weights, the shape of the figures in [Peer].
  static final LlamaShape SMALL = new LlamaShape(768, 12, 12, 4, 2048, 32_000);

  int groupWidth() {
    return width / heads * groups;
  }

  /// Numbers of the matrices that every token is multiplied with: the blocks and the head.
  long numbersPerToken() {
    return layers * (2L * width * width + 2L * width * groupWidth() + 3L * width * hidden)
        + (long) width * vocabulary;
  }
}
