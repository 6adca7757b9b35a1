package dev.heed.bench;

import dev.heed.kernel.Kernels;
import dev.heed.kernel.MemorySpeed;
import dev.heed.kernel.Workers;
import dev.heed.tensor.DataType;
import dev.heed.tensor.Shape;
import dev.heed.tensor.Tensor;
import dev.heed.tensor.Weight;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// How many tokens a second can the products with stored weights sustain, in each format, beside
/// llama.cpp and beside the machine's memory? Only the products of one token are computed, all
/// weights of a 125 M Llama in turn, so that none stays in cache.
///
/// `java --add-modules jdk.incubator.vector -cp bench/target/bench.jar dev.heed.bench.DecodeSpeed`
///
/// Arguments: names of formats (default: all five), and `threads=1`.
final class DecodeSpeed {
  private static final LlamaShape SHAPE = LlamaShape.SMALL;
  private static final int TOKENS = 24;

  private record Group(int in, List<Weight> weights, List<Tensor> results) {}

  private final List<Group> groups = new ArrayList<>();
  private final Tensor x;
  private final Kernels kernels = Kernels.best();
  private long bytes;

  private DecodeSpeed(RandomWeights random, int rows) {
    x = Tensor.zeros(rows, Math.max(SHAPE.width(), SHAPE.hidden()));
    for (int i = 0; i < x.size(); i++) {
      x.array()[i] = (float) Math.sin(i);
    }
    int width = SHAPE.width();
    for (int layer = 0; layer < SHAPE.layers(); layer++) {
      add(random, width, width, SHAPE.groupWidth(), SHAPE.groupWidth());
      add(random, width, width);
      add(random, width, SHAPE.hidden(), SHAPE.hidden());
      add(random, SHAPE.hidden(), width);
    }
    add(random, width, SHAPE.vocabulary());
  }

  private void add(RandomWeights random, int in, int... outs) {
    List<Weight> weights = new ArrayList<>();
    List<Tensor> results = new ArrayList<>();
    for (int out : outs) {
      Weight weight = random.of("w", out, in);
      weights.add(weight);
      results.add(Tensor.zeros(x.axis(0), out));
      bytes += weight.segment().byteSize();
    }
    groups.add(new Group(in, weights, results));
  }

  /// Nanoseconds of one pass over all weights.
  private long pass(Workers workers) {
    long begin = System.nanoTime();
    for (Group group : groups) {
      Tensor input = Tensor.over(x.array(), 0, Shape.of(x.axis(0), group.in));
      for (int i = 0; i < group.weights.size(); i++) {
        kernels.weights().multiply(input, group.weights.get(i), group.results.get(i), workers);
      }
    }
    return System.nanoTime() - begin;
  }

  /// Sorted nanoseconds of some passes.
  private long[] passes(Workers workers) {
    long[] nanos = new long[TOKENS];
    for (int i = 0; i < TOKENS; i++) {
      nanos[i] = pass(workers);
    }
    Arrays.sort(nanos);
    return nanos;
  }

  public static void main(String[] args) {
    List<DataType> types = new ArrayList<>();
    int rows = 1;
    for (String arg : args) {
      if (arg.startsWith("rows=")) {
        rows = Integer.parseInt(arg.substring(5));
      } else {
        types.add(DataType.valueOf(arg));
      }
    }
    if (types.isEmpty()) {
      types = List.of(DataType.F32, DataType.BF16, DataType.F16, DataType.Q8_0, DataType.Q4_0);
    }
    System.out.printf("kernels: %s (%s)%n", Kernels.best().name(), Kernels.best().reason());
    try (Workers one = Workers.of(1);
        Workers two = Workers.of(2)) {
      for (DataType type : types) {
        report(type, rows, List.of(one, two));
      }
    }
  }

  private static void report(DataType type, int rows, List<Workers> choices) {
    try (Arena arena = Arena.ofShared()) {
      DecodeSpeed speed = new DecodeSpeed(new RandomWeights(type, arena), rows);
      MemorySegment probe = arena.allocate(256L << 20, 64).fill((byte) 1);
      speed.passes(choices.getFirst());
      for (Workers workers : choices) {
        double memory = bestRead(probe, workers);
        long[] nanos = speed.passes(workers);
        double tokens = 1e9 / nanos[TOKENS / 2];
        double peer = Peer.LLAMA_CPP.get(type).decode(workers.threads());
        System.out.printf(
            "%-5s %d threads  %7.1f tokens/s = %4.2f of llama.cpp's %3.0f   %5.1f GB/s, memory %5.1f; best %7.1f%n",
            type,
            workers.threads(),
            tokens * rows,
            tokens / peer,
            peer,
            speed.bytes * tokens / 1e9,
            memory,
            1e9 / nanos[0] * rows);
      }
    }
  }

  private static double bestRead(MemorySegment probe, Workers workers) {
    double best = 0;
    for (int i = 0; i < 5; i++) {
      best = Math.max(best, MemorySpeed.read(probe, workers));
    }
    return best;
  }
}
