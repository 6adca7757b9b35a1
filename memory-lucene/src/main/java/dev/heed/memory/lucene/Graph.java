package dev.heed.memory.lucene;

import dev.heed.attention.source.NeighbourIndex;
import dev.heed.tensor.HeedException;

/// How a graph of neighbours is built and searched, [Malkov and Yashunin
/// 2016](https://arxiv.org/abs/1603.09320). More of each finds more of the nearest and takes
/// longer.
///
/// @param connections of a key to others
/// @param building candidates that are kept while a key is connected
/// @param searching candidates that are kept while a query is looked up, at least the neighbours
///   that it wants
public record Graph(int connections, int building, int searching) {
  public Graph {
    if (connections < 1 || building < 1 || searching < 1) {
      throw new HeedException(
          "graph: %d connections, %d candidates in building and %d in searching; at least 1 each"
              .formatted(connections, building, searching));
    }
  }

  /// What finds about 96 of the 100 nearest among ten thousand keys and 91 among twenty thousand,
  /// where no two keys are near each other; real ones are found more often.
  public static Graph usual() {
    return new Graph(16, 100, 100);
  }

  /// Indexes of this kind, for a [dev.heed.attention.source.NeighbourMemory].
  public NeighbourIndex.Factory factory() {
    return (keys, width) -> new LuceneIndex(this, keys, width);
  }
}
