package dev.heed.bench;

import dev.heed.kernel.Kernels;
import dev.heed.kernel.Matrix;
import dev.heed.kernel.Workers;
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

/// How much faster is the vector twin of the matrix product, for many rows and for few, for plain
/// and for transposed operands? `java -jar bench/target/bench.jar ProductTwins -prof gc`
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = "--add-modules=jdk.incubator.vector")
public class ProductTwins {
  /// Rows, summed length and columns, and which operands are stored transposed.
  @Param({"512x768x768 NN", "512x768x768 NT", "512x768x768 TN", "8x768x768 NT", "64x64x64 NN"})
  public String product = "";

  @Param({"scalar", "vector"})
  public String kernels = "";

  private final Workers workers = Workers.of(1);
  private Kernels chosen = Kernels.scalar();
  private Matrix a = Matrix.of(new float[0], 0, 0);
  private Matrix b = a;
  private Matrix c = a;

  /// Makes the operands and compares the first number with the other twin's.
  @Setup
  public void prepare() {
    String[] parts = product.split("[x ]");
    int m = Integer.parseInt(parts[0]);
    int k = Integer.parseInt(parts[1]);
    int n = Integer.parseInt(parts[2]);
    a = matrix(m, k, parts[3].charAt(0) == 'T');
    b = matrix(k, n, parts[3].charAt(1) == 'T');
    c = Matrix.of(new float[m * n], m, n);
    chosen = kernels.equals("scalar") ? Kernels.scalar() : Kernels.best();
    Matrix other = Matrix.of(new float[m * n], m, n);
    Kernels.scalar().products().multiply(a, b, other, workers);
    chosen.products().multiply(a, b, c, workers);
    if (!(Math.abs(c.array()[n - 1] - other.array()[n - 1]) < 1e-4 * k)) {
      throw new IllegalStateException("the twins disagree on " + product);
    }
  }

  private static Matrix matrix(int rows, int columns, boolean transposed) {
    float[] numbers = RandomNumbers.of(rows * columns, 7);
    return transposed
        ? Matrix.of(numbers, columns, rows).transpose()
        : Matrix.of(numbers, rows, columns);
  }

  @Benchmark
  public Matrix multiply() {
    chosen.products().multiply(a, b, c, workers);
    return c;
  }

  @TearDown
  public void close() {
    workers.close();
  }
}
