package dev.heed.bench.curves;

import dev.heed.attention.source.ExactIndex;
import dev.heed.attention.source.NeighbourIndex;
import dev.heed.kernel.Kernels;
import dev.heed.memory.lucene.Graph;
import dev.heed.tensor.CounterRandom;
import java.io.PrintStream;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// How many of the ten nearest keys does a graph find, and how fast beside looking at all? `java
/// -cp bench/target/bench.jar dev.heed.bench.curves.RecallCurve [KEYS]`
///
/// Independent normal numbers of width 64: the worst case for a graph, for no two keys are near
/// each other. One thread, all draws with seeds.
public final class RecallCurve {
  private static final int WIDTH = 64;
  private static final int QUERIES = 500;
  private static final int NEIGHBOURS = 10;

  private RecallCurve() {}

  public static void main(String[] arguments) {
    int count = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 20_000;
    float[] keys = numbers(0, count);
    float[] queries = numbers(1, QUERIES);
    PrintStream out = System.out;
    NeighbourIndex exact = ExactIndex.factory(Kernels.best().lookup()).over(keys, WIDTH);
    exact.extend(count);
    int[][] nearest = search(exact, queries);
    out.printf("%d keys of width %d, the %d nearest%n", count, WIDTH, NEIGHBOURS);
    out.printf("%-28s %8s %12s %12s%n", "index", "recall", "us a query", "us a key");
    out.printf("%-28s %8.3f %12.1f %12s%n", "exact", 1.0, micros(exact, queries), "-");
    for (Graph graph :
        List.of(
            new Graph(4, 20, 10), new Graph(8, 50, 50), Graph.usual(), new Graph(32, 200, 400))) {
      NeighbourIndex index = graph.factory().over(keys, WIDTH);
      long start = System.nanoTime();
      index.extend(count);
      double building = (System.nanoTime() - start) / 1e3 / count;
      double recall = recall(nearest, search(index, queries));
      out.printf(
          "%-28s %8.3f %12.1f %12.1f%n",
          "graph(%d,%d,%d)".formatted(graph.connections(), graph.building(), graph.searching()),
          recall,
          micros(index, queries),
          building);
    }
  }

  private static float[] numbers(int stream, int rows) {
    CounterRandom random = CounterRandom.of(7).stream(stream);
    float[] numbers = new float[rows * WIDTH];
    for (int n = 0; n < numbers.length; n++) {
      numbers[n] = (float) random.normal(n);
    }
    return numbers;
  }

  private static int[][] search(NeighbourIndex index, float[] queries) {
    int[][] found = new int[QUERIES][NEIGHBOURS];
    for (int query = 0; query < QUERIES; query++) {
      int count = index.find(queries, query * WIDTH, found[query]);
      Arrays.fill(found[query], count, NEIGHBOURS, -1);
    }
    return found;
  }

  /// The time of a query, after [#search] has warmed the way.
  private static double micros(NeighbourIndex index, float[] queries) {
    long start = System.nanoTime();
    search(index, queries);
    return (System.nanoTime() - start) / 1e3 / QUERIES;
  }

  private static double recall(int[][] nearest, int[][] found) {
    int both = 0;
    for (int query = 0; query < QUERIES; query++) {
      Set<Integer> all = new HashSet<>();
      Arrays.stream(nearest[query]).forEach(all::add);
      both += (int) Arrays.stream(found[query]).filter(all::contains).count();
    }
    return both / (double) (QUERIES * NEIGHBOURS);
  }
}
