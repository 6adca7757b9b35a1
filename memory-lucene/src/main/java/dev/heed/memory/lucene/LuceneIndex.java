package dev.heed.memory.lucene;

import dev.heed.attention.source.NeighbourIndex;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import org.apache.lucene.codecs.hnsw.DefaultFlatVectorScorer;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.KnnCollector;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.util.hnsw.HnswGraphBuilder;
import org.apache.lucene.util.hnsw.HnswGraphSearcher;
import org.apache.lucene.util.hnsw.RandomVectorScorer;

/// Keys in Lucene's graph, which grows with them and lives in memory; the largest inner products
/// that a walk through it finds.
///
/// The graph depends on the keys, their order and a fixed seed alone.
final class LuceneIndex implements NeighbourIndex {
  private static final long SEED = 42;
  private static final VectorSimilarityFunction LARGEST_PRODUCT =
      VectorSimilarityFunction.MAXIMUM_INNER_PRODUCT;

  private final Graph kind;
  private final KeyVectors keys;
  private final int width;
  private final HnswGraphBuilder builder;
  private int rows;

  LuceneIndex(Graph kind, float[] numbers, int width) {
    this.kind = kind;
    this.keys = new KeyVectors(numbers, width);
    this.width = width;
    try {
      this.builder =
          HnswGraphBuilder.create(
              DefaultFlatVectorScorer.INSTANCE.getRandomVectorScorerSupplier(LARGEST_PRODUCT, keys),
              kind.connections(),
              kind.building(),
              SEED);
    } catch (IOException e) {
      throw inMemory(e);
    }
  }

  /// Nothing is read or written, so that nothing can fail.
  private static UncheckedIOException inMemory(IOException e) {
    return new UncheckedIOException("a graph in memory", e);
  }

  @Override
  public void extend(int count) {
    try {
      for (; rows < count; rows++) {
        builder.addGraphNode(rows);
      }
    } catch (IOException e) {
      throw inMemory(e);
    }
  }

  @Override
  public int find(float[] query, int from, int[] found) {
    if (rows == 0) {
      return 0;
    }
    try {
      RandomVectorScorer scorer =
          DefaultFlatVectorScorer.INSTANCE.getRandomVectorScorer(
              LARGEST_PRODUCT, keys, Arrays.copyOfRange(query, from, from + width));
      int candidates = Math.min(rows, Math.max(kind.searching(), found.length));
      KnnCollector collected =
          HnswGraphSearcher.search(scorer, candidates, builder.getGraph(), null, Integer.MAX_VALUE);
      ScoreDoc[] best = collected.topDocs().scoreDocs;
      int count = Math.min(best.length, found.length);
      for (int n = 0; n < count; n++) {
        found[n] = best[n].doc;
      }
      return count;
    } catch (IOException e) {
      throw inMemory(e);
    }
  }
}
