package dev.heed.memory.lucene;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heed.attention.CacheShape;
import dev.heed.attention.HeadView;
import dev.heed.attention.source.ExactIndex;
import dev.heed.attention.source.NeighbourIndex;
import dev.heed.attention.source.NeighbourMemory;
import dev.heed.attention.source.Recall;
import dev.heed.grad.Run;
import dev.heed.kernel.Kernels;
import dev.heed.kernel.Workers;
import dev.heed.tensor.HeedException;
import dev.heed.tensor.Tensor;
import java.util.Arrays;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class LuceneIndexTest {
  private static final int KEYS = 6_000;
  private static final int WIDTH = 24;
  private static final int NEIGHBOURS = 10;

  private final float[] keys = numbers(1, KEYS * WIDTH);
  private final float[] queries = numbers(2, 100 * WIDTH);

  private static float[] numbers(int seed, int count) {
    Random random = new Random(seed);
    float[] numbers = new float[count];
    for (int n = 0; n < count; n++) {
      numbers[n] = (float) random.nextGaussian();
    }
    return numbers;
  }

  private NeighbourIndex filled(NeighbourIndex.Factory factory) {
    NeighbourIndex index = factory.over(keys, WIDTH);
    index.extend(KEYS / 3);
    index.extend(KEYS);
    return index;
  }

  private static Set<Integer> find(NeighbourIndex index, float[] queries, int query) {
    int[] found = new int[NEIGHBOURS];
    int count = index.find(queries, query * WIDTH, found);
    return Arrays.stream(found, 0, count).boxed().collect(Collectors.toSet());
  }

  /// The share of the nearest that are found.
  private double recall(Graph graph) {
    NeighbourIndex exact = filled(ExactIndex.factory(Kernels.best().lookup()));
    NeighbourIndex index = filled(graph.factory());
    int found = 0;
    for (int query = 0; query < 100; query++) {
      Set<Integer> nearest = find(exact, queries, query);
      assertThat(nearest).hasSize(NEIGHBOURS);
      nearest.retainAll(find(index, queries, query));
      found += nearest.size();
    }
    return found / (100.0 * NEIGHBOURS);
  }

  @Test
  void find_usualGraph_findsNearlyAllNearest() {
    assertThat(recall(Graph.usual())).isGreaterThan(0.93);
  }

  @Test
  void find_worseGraph_findsFewer() {
    double worse = recall(new Graph(2, 4, 10));
    assertThat(worse).isLessThan(recall(new Graph(8, 40, 40))).isBetween(0.02, 0.7);
  }

  @Test
  void find_sameKeys_givesTheSame() {
    NeighbourIndex one = filled(Graph.usual().factory());
    NeighbourIndex other = filled(Graph.usual().factory());
    for (int query = 0; query < 100; query++) {
      assertThat(find(one, queries, query)).isEqualTo(find(other, queries, query));
    }
  }

  @Test
  void find_fewKeys_findsThemAll() {
    NeighbourIndex index = Graph.usual().factory().over(keys, WIDTH);
    assertThat(find(index, queries, 0)).isEmpty();
    index.extend(3);
    assertThat(find(index, queries, 0)).containsExactlyInAnyOrder(0, 1, 2);
  }

  @Test
  void recall_throughMemory_isNearExact() {
    CacheShape shape = new CacheShape(2, 2, WIDTH, 5);
    Tensor k = Tensor.of(numbers(3, 2 * 900 * 2 * WIDTH), 2, 900, 2 * WIDTH);
    Tensor v = Tensor.of(numbers(4, 2 * 900 * 2 * 5), 2, 900, 2 * 5);
    Tensor q = Tensor.of(numbers(5, 2 * 11 * 4 * WIDTH), 2, 11, 4 * WIDTH);
    try (Workers workers = Workers.of(2)) {
      Run run = Run.inference(Kernels.best(), workers);
      float[][] results = new float[2][];
      NeighbourIndex.Factory exact = ExactIndex.factory(run.kernels().lookup());
      NeighbourIndex.Factory[] factories = {exact, Graph.usual().factory()};
      for (int n = 0; n < 2; n++) {
        NeighbourMemory memory = new NeighbourMemory(shape, 1000, factories[n]);
        memory.add(HeadView.split(k, 2), HeadView.split(v, 2));
        results[n] = run.apply(new Recall(q, memory, 4, 8)).toArray();
      }
      int same = 0;
      for (int n = 0; n < results[0].length; n++) {
        same += results[0][n] == results[1][n] ? 1 : 0;
      }
      assertThat(same).isGreaterThan(results[0].length * 9 / 10);
    }
  }

  @Test
  void of_nothing_isRefused() {
    assertThatThrownBy(() -> new Graph(0, 1, 1)).isInstanceOf(HeedException.class);
  }
}
