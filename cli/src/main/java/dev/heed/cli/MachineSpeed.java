package dev.heed.cli;

import dev.heed.attention.Attention;
import dev.heed.attention.AttentionInput;
import dev.heed.attention.HeadView;
import dev.heed.attention.Positions;
import dev.heed.attention.Tiled;
import dev.heed.grad.Run;
import dev.heed.kernel.Kernels;
import dev.heed.kernel.Matrix;
import dev.heed.kernel.Workers;
import dev.heed.tensor.Tensor;
import java.util.Arrays;
import java.util.Random;

/// How fast this machine computes and reads, measured for about ten seconds.
///
/// @param product GFLOP/s of a matrix product
/// @param attention GFLOP/s of causal attention, masked scores not counted
/// @param memory GB/s of reading what no cache holds
record MachineSpeed(double product, double attention, double memory) {
  private static final double SECONDS_EACH = 3;

  static MachineSpeed measure(Kernels kernels, Workers workers) {
    return new MachineSpeed(
        product(kernels, workers), attention(kernels, workers), memory(workers));
  }

  private static double product(Kernels kernels, Workers workers) {
    int size = 1024;
    Matrix a = Matrix.of(random(size * size), size, size);
    Matrix b = Matrix.of(random(size * size), size, size);
    Matrix c = Matrix.of(new float[size * size], size, size);
    double seconds = medianSeconds(() -> kernels.products().multiply(a, b, c, workers));
    return 2.0 * size * size * size / seconds / 1e9;
  }

  private static double attention(Kernels kernels, Workers workers) {
    int heads = 8;
    int length = 1024;
    int width = 64;
    HeadView q = HeadView.of(Tensor.of(random(heads * length * width), 1, heads, length, width));
    HeadView k = HeadView.of(Tensor.of(random(heads * length * width), 1, heads, length, width));
    HeadView v = HeadView.of(Tensor.of(random(heads * length * width), 1, heads, length, width));
    HeadView out = HeadView.of(Tensor.zeros(1, heads, length, width));
    Positions positions = Positions.range(0, length);
    AttentionInput input = AttentionInput.of(q, k, v, positions, positions);
    Run run = Run.inference(kernels, workers);
    double seconds = medianSeconds(() -> new Tiled().forward(Attention.causal(), input, out, run));
    return 2.0 * heads * length * length * width / seconds / 1e9;
  }

  private static double memory(Workers workers) {
    int parts = 16;
    float[][] blocks = new float[parts][1 << 22];
    float[] sums = new float[parts];
    double seconds =
        medianSeconds(() -> workers.run(parts, (part, _) -> sums[part] = readAll(blocks[part])));
    return (double) parts * (1 << 24) / seconds / 1e9;
  }

  // One number a cache line is enough to fetch the line.
  private static float readAll(float[] block) {
    float first = 0;
    float second = 0;
    float third = 0;
    float fourth = 0;
    for (int i = 0; i < block.length; i += 64) {
      first += block[i];
      second += block[i + 16];
      third += block[i + 32];
      fourth += block[i + 48];
    }
    return first + second + third + fourth;
  }

  private static double medianSeconds(Runnable work) {
    long end = System.nanoTime() + (long) (SECONDS_EACH * 1e9);
    double[] seconds = new double[10_000];
    int count = 0;
    while (count < 3 || count < seconds.length && System.nanoTime() < end) {
      long start = System.nanoTime();
      work.run();
      seconds[count++] = (System.nanoTime() - start) * 1e-9;
    }
    // the first half warms up
    double[] warm = Arrays.copyOfRange(seconds, count / 2, count);
    Arrays.sort(warm);
    return warm[warm.length / 2];
  }

  private static float[] random(int size) {
    Random random = new Random(size);
    float[] numbers = new float[size];
    for (int i = 0; i < size; i++) {
      numbers[i] = (float) random.nextGaussian();
    }
    return numbers;
  }
}
