package dev.heed.bench;

import dev.heed.kernel.Kernels;
import dev.heed.kernel.Matrix;
import dev.heed.kernel.Workers;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/// What does a feed-forward product of a small Llama cost on scalar and on vector kernels, and does
/// it allocate?
///
/// `java -jar bench/target/bench.jar ProductBenchmark -prof gc`
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = "--add-modules=jdk.incubator.vector")
public class ProductBenchmark {
  /// Rows of the left-hand side: one token, a few, a prompt.
  @Param({"1", "8", "256"})
  public int rows;

  private static final int IN = 768;
  private static final int OUT = 2048;

  private final Kernels scalar = Kernels.scalar();
  private final Kernels vector = Kernels.best();
  private final Workers workers = Workers.of(1);
  private Matrix a;
  private Matrix b;
  private Matrix c;

  /// Fills the operands and checks both kernels against each other once.
  @Setup
  public void fill() {
    Random random = new Random(5);
    a = Matrix.of(numbers(random, rows * IN), rows, IN);
    b = Matrix.of(numbers(random, IN * OUT), IN, OUT);
    c = Matrix.of(new float[rows * OUT], rows, OUT);
    scalar.products().multiply(a, b, c, workers);
    float[] definition = c.array().clone();
    vector.products().multiply(a, b, c, workers);
    for (int i = 0; i < definition.length; i++) {
      if (Math.abs(definition[i] - c.array()[i]) > 1e-6f * IN * 4) {
        throw new IllegalStateException(
            "product: element %d is %s, should be %s".formatted(i, c.array()[i], definition[i]));
      }
    }
  }

  /// Ends the threads.
  @TearDown
  public void close() {
    workers.close();
  }

  /// Three loops, sums in `double`.
  @Benchmark
  public float[] scalar() {
    scalar.products().multiply(a, b, c, workers);
    return c.array();
  }

  /// The register tile.
  @Benchmark
  public float[] vector() {
    vector.products().multiply(a, b, c, workers);
    return c.array();
  }

  private static float[] numbers(Random random, int count) {
    float[] numbers = new float[count];
    for (int i = 0; i < count; i++) {
      numbers[i] = (float) random.nextGaussian();
    }
    return numbers;
  }
}
