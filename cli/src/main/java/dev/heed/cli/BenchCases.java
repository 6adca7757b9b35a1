package dev.heed.cli;

import dev.heed.attention.Attend;
import dev.heed.attention.Attention;
import dev.heed.attention.AttentionInput;
import dev.heed.attention.AttentionSites;
import dev.heed.attention.Executor;
import dev.heed.attention.HeadView;
import dev.heed.attention.Positions;
import dev.heed.grad.Run;
import dev.heed.grad.TapeMemory;
import dev.heed.kernel.Matrix;
import dev.heed.kernel.Rows;
import dev.heed.kernel.Rows.Row;
import dev.heed.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/// The cases that both sides of the comparison run.
final class BenchCases {
  private static final int ROWS_A_TASK = 64;

  private BenchCases() {}

  static List<BenchCase> all() {
    List<BenchCase> cases = new ArrayList<>();
    cases.add(gemm(1024, 768, 768));
    cases.add(gemm(1024, 768, 3072));
    cases.add(gemm(1024, 3072, 768));
    cases.add(gemm(2048, 2048, 2048));
    cases.add(gemm(2048, 384, 1536));
    cases.add(attention("causal", new Lengths(1, 12, 12, 512, 512, 64)));
    cases.add(attention("causal", new Lengths(1, 12, 12, 2048, 2048, 64)));
    cases.add(attention("causal", new Lengths(1, 12, 12, 8192, 8192, 64)));
    cases.add(attention("full", new Lengths(8, 12, 12, 197, 197, 64)));
    cases.add(attention("gqa-causal", new Lengths(1, 32, 8, 2048, 2048, 128)));
    cases.add(attention("decode", new Lengths(1, 32, 8, 1, 8192, 128)));
    cases.add(attention("train-small", new Lengths(16, 6, 6, 256, 256, 64)));
    cases.add(training("causal", new Lengths(1, 12, 12, 512, 512, 64)));
    cases.add(training("causal", new Lengths(1, 12, 12, 2048, 2048, 64)));
    cases.add(training("full", new Lengths(8, 12, 12, 197, 197, 64)));
    cases.add(training("gqa-causal", new Lengths(1, 32, 8, 2048, 2048, 128)));
    cases.add(training("train-small", new Lengths(16, 6, 6, 256, 256, 64)));
    for (int[] shape : new int[][] {{4096, 768}, {65536, 256}}) {
      cases.add(rows("layernorm", shape[0], shape[1]));
      cases.add(rows("softmax", shape[0], shape[1]));
      cases.add(rows("gelu-tanh", shape[0], shape[1]));
    }
    cases.addAll(TrainCases.all());
    return cases;
  }

  private static BenchCase gemm(int m, int k, int n) {
    return new BenchCase(
        "gemm %dx%dx%d".formatted(m, k, n),
        "GFLOP",
        2e-9 * m * n * k,
        (kernels, workers) -> {
          Matrix a = Matrix.of(random(m * k), m, k);
          Matrix b = Matrix.of(random(k * n), k, n);
          Matrix c = Matrix.of(new float[m * n], m, n);
          return () -> kernels.products().multiply(a, b, c, workers);
        });
  }

  private record Lengths(int b, int h, int g, int t, int s, int e) {}

  private static BenchCase attention(String kind, Lengths of) {
    return new BenchCase(
        name(kind, of) + " forward",
        "GFLOP",
        gigaFlop(kind, of),
        (kernels, workers) -> forward(choice(kind), of, Run.inference(kernels, workers)));
  }

  /// Forward and backward on a tape, three and a half times the operations.
  private static BenchCase training(String kind, Lengths of) {
    return new BenchCase(
        name(kind, of) + " forward+backward",
        "GFLOP",
        3.5 * gigaFlop(kind, of),
        (kernels, workers) -> bothWays(choice(kind), of, Run.inference(kernels, workers)));
  }

  private static String name(String kind, Lengths of) {
    return "attention %s B%d H%d/%d %dx%d D%d"
        .formatted(kind, of.b(), of.h(), of.g(), of.t(), of.s(), of.e());
  }

  private static Attention choice(String kind) {
    return kind.equals("full") || kind.equals("decode") ? Attention.full() : Attention.causal();
  }

  private static double gigaFlop(String kind, Lengths of) {
    double share = choice(kind).equals(Attention.causal()) ? 0.5 : 1;
    return 4e-9 * of.b() * of.h() * of.t() * of.s() * of.e() * share;
  }

  private static Runnable forward(Attention attention, Lengths of, Run run) {
    AttentionInput input =
        input(
            of,
            new Attend.Operands(
                heads(of.b(), of.h(), of.t(), of.e()),
                heads(of.b(), of.g(), of.s(), of.e()),
                heads(of.b(), of.g(), of.s(), of.e())));
    HeadView out = HeadView.of(Tensor.zeros(of.b(), of.h(), of.t(), of.e()));
    Executor executor = Executor.fitting(input.shape());
    return () -> executor.forward(attention, input, out, run);
  }

  private static Runnable bothWays(Attention attention, Lengths of, Run run) {
    Attend.Operands operands =
        new Attend.Operands(
            heads(of.b(), of.h(), of.t(), of.e()),
            heads(of.b(), of.g(), of.s(), of.e()),
            heads(of.b(), of.g(), of.s(), of.e()));
    AttentionInput input = input(of, operands);
    int width = of.h() * of.e();
    Tensor dy = Tensor.of(random(of.b() * of.t() * width), of.b(), of.t(), width);
    AttentionSites sites = AttentionSites.inBlock(0);
    TapeMemory memory = new TapeMemory();
    return () -> {
      Run taped = run.taped(memory);
      Tensor y = taped.apply(Attend.trainable(attention, input, sites, operands));
      taped.tape().orElseThrow().backward(y, dy, taped);
    };
  }

  private static AttentionInput input(Lengths of, Attend.Operands operands) {
    return AttentionInput.of(
        HeadView.of(operands.q()),
        HeadView.of(operands.k()),
        HeadView.of(operands.v()),
        Positions.range(0, of.t()),
        Positions.range(0, of.s()));
  }

  private static Tensor heads(int batch, int heads, int length, int width) {
    return Tensor.of(random(batch * heads * length * width), batch, heads, length, width);
  }

  private static BenchCase rows(String kind, int rows, int columns) {
    return new BenchCase(
        "%s %dx%d".formatted(kind, rows, columns),
        "Gelement",
        1e-9 * rows * columns,
        (kernels, workers) -> {
          float[] x = random(rows * columns);
          float[] y = new float[rows * columns];
          float[] ones = new float[columns];
          Arrays.fill(ones, 1);
          float[] zeros = new float[columns];
          Rows kernel = kernels.rows();
          return () ->
              workers.run(
                  rows / ROWS_A_TASK,
                  (task, _) -> {
                    int from = task * ROWS_A_TASK * columns;
                    int length = ROWS_A_TASK * columns;
                    Row in = new Row(x, from);
                    Row out = new Row(y, from);
                    switch (kind) {
                      case "layernorm" ->
                          kernel.layerNorm(in, ones, zeros, 1e-5f, out, ROWS_A_TASK, columns);
                      case "softmax" -> {
                        for (int at = from; at < from + length; at += columns) {
                          kernel.softmax(x, at, y, at, columns);
                        }
                      }
                      default -> kernel.geluTanh(x, from, y, from, length);
                    }
                  });
        });
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
