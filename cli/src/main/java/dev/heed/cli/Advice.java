package dev.heed.cli;

import dev.heed.kernel.Kernels;
import java.util.ArrayList;
import java.util.List;

/// What would make this machine faster or safer.
final class Advice {
  /// A core with vector kernels does more than this many GFLOP/s, one with scalar kernels less.
  private static final double SLOW_CORE = 10;

  /// Attention of this share of the speed of a matrix product is not the kernels' doing.
  private static final double SLOW_ATTENTION = 0.2;

  private Advice() {}

  static List<String> of(Kernels kernels, int threads, MachineSpeed speed) {
    List<String> advice = new ArrayList<>();
    Runtime.Version java = Runtime.version();
    if (java.feature() == 25 && java.interim() == 0 && java.update() < 3) {
      advice.add(
          "this JDK is %s; 25.0.3 or later mends a collector that can corrupt pinned arrays (JDK-8377811)"
              .formatted(java));
    }
    if (kernels.name().equals("ScalarKernels")) {
      advice.add(
          "scalar kernels are many times slower: start Java with --add-modules jdk.incubator.vector");
    } else if (speed.product() < SLOW_CORE * threads) {
      advice.add(
          "the matrix product is slow for vector kernels: is the machine busy, or the processor throttled?");
    } else if (speed.attention() < SLOW_ATTENTION * speed.product()) {
      advice.add("attention is slow beside the matrix product: is the machine busy?");
    }
    int processors = Runtime.getRuntime().availableProcessors();
    if (threads > processors) {
      advice.add(
          "%d threads on %d processors wait for each other: use --threads %d"
              .formatted(threads, processors, processors));
    }
    if (Runtime.getRuntime().maxMemory() < 1L << 30) {
      advice.add("the heap is below 1 GiB; long contexts need more: -Xmx2g");
    }
    return advice;
  }
}
