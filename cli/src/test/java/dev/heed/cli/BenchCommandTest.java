package dev.heed.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heed.kernel.Kernels;
import dev.heed.kernel.Workers;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class BenchCommandTest {
  @Test
  void bench_json_printsWhatThePeerPrints() {
    CommandResult result =
        CommandResult.of(
            "bench", "--json", "--threads", "2", "--only", "gemm 2048x384", "--seconds", "0.01");

    assertThat(result.code()).isZero();
    assertThat(result.out())
        .matches(
            "\\{\"case\": \"gemm 2048x384x1536\", \"threads\": 2, \"median_s\": [-.0-9E]+,"
                + " \"min_s\": [-.0-9E]+, \"runs\": \\d+, \"unit\": \"GFLOP\","
                + " \"rate\": [.0-9]+, \"bytes\": \\d+, \"gc_s\": [.0-9E-]+}\\R");
  }

  @Test
  void bench_text_namesEveryCaseThatContainsIt() {
    CommandResult result =
        CommandResult.of("bench", "--threads", "1", "--only", "4096x768", "--seconds", "0.01");

    assertThat(result.out().lines().map(line -> line.split(" ")[0]).toList())
        .containsExactly("layernorm", "softmax", "gelu-tanh");
  }

  @Test
  void bench_noCaseContainsTheText_isWrongUsage() {
    CommandResult result = CommandResult.of("bench", "--only", "gmm");

    assertThat(result.code()).isEqualTo(ExitCode.USAGE);
    assertThat(result.err()).contains("no case contains 'gmm'");
  }

  @Test
  void bench_noTime_isWrongUsage() {
    CommandResult result = CommandResult.of("bench", "--seconds", "0");

    assertThat(result.code()).isEqualTo(ExitCode.USAGE);
    assertThat(result.err()).contains("--seconds: 0.0");
  }

  @Test
  void measure_runThatAllocates_countsItsBytesOfAllThreads() {
    float[][] kept = new float[2][];
    BenchCase one =
        new BenchCase(
            "allocate",
            "task",
            2,
            (_, workers) -> () -> workers.run(2, (task, _) -> kept[task] = new float[250_000]));
    try (Workers workers = Workers.of(2)) {
      assertThat(one.measure(Kernels.best(), workers, 0.001).garbage().bytes())
          .isBetween(2e6, 2.2e6);
    }
  }

  @Test
  void measure_anyCase_ordersItsTimes() {
    List<String> prepared = new ArrayList<>();
    BenchCase one =
        new BenchCase(
            "nothing",
            "GFLOP",
            1,
            (_, _) -> {
              prepared.add("once");
              return Thread::onSpinWait;
            });
    try (Workers workers = Workers.of(2)) {
      BenchCase.Times times = one.measure(Kernels.best(), workers, 0.001);
      assertThat(times.least()).isLessThanOrEqualTo(times.median());
      assertThat(times.runs()).isGreaterThanOrEqualTo(5);
    }
    assertThat(prepared).containsExactly("once");
  }
}
