package dev.heed.bench;

import dev.heed.kernel.Kernels;
import dev.heed.kernel.Rows;
import dev.heed.kernel.Rows.Row;
import java.util.Arrays;
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
import org.openjdk.jmh.annotations.Warmup;

/// How much faster are the vector twins of the row kernels, and do they allocate? `java -jar
/// bench/target/bench.jar RowTwins -prof gc`
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = "--add-modules=jdk.incubator.vector")
public class RowTwins {
  @Param({"768", "1000"})
  public int length = 0;

  @Param({"scalar", "vector"})
  public String kernels = "";

  private Rows rows = Kernels.scalar().rows();
  private float[] x = {};
  private float[] out = {};
  private float[] ones = {};

  /// Makes a row of signed numbers.
  @Setup
  public void prepare() {
    rows = (kernels.equals("scalar") ? Kernels.scalar() : Kernels.best()).rows();
    x = RandomNumbers.of(length, 3);
    out = new float[length];
    ones = new float[length];
    Arrays.fill(ones, 1);
  }

  @Benchmark
  public float[] softmax() {
    rows.softmax(x, 0, out, 0, length);
    return out;
  }

  @Benchmark
  public float[] layerNorm() {
    rows.layerNorm(new Row(x, 0), ones, x, 1e-5f, new Row(out, 0), 1, length);
    return out;
  }

  @Benchmark
  public float[] rmsNorm() {
    rows.rmsNorm(new Row(x, 0), ones, 1e-5f, new Row(out, 0), 1, length);
    return out;
  }

  @Benchmark
  public float[] geluErf() {
    rows.geluErf(x, 0, out, 0, length);
    return out;
  }

  @Benchmark
  public float[] geluTanh() {
    rows.geluTanh(x, 0, out, 0, length);
    return out;
  }

  @Benchmark
  public float[] silu() {
    rows.silu(x, 0, out, 0, length);
    return out;
  }

  @Benchmark
  public float[] softCap() {
    rows.softCap(30, x, 0, out, 0, length);
    return out;
  }
}
