package dev.heed.kernel;

/// The kernels that a run computes with, one member a family.
///
/// @param name `ScalarKernels` or `VectorKernels`
/// @param reason why these were chosen, in one line
public record Kernels(String name, String reason, Products products, WeightProducts weights, Rows rows) {
  /// Plain loops: the definition, and the only choice without `jdk.incubator.vector`.
  public static Kernels scalar() {
    return new Kernels(
        "ScalarKernels", "asked for", new ScalarProducts(), new ScalarWeightProducts(), new ScalarRows());
  }

  /// The fastest kernels that this JVM can run, chosen once.
  public static Kernels best() {
    return Best.KERNELS;
  }

  private static final class Best {
    static final Kernels KERNELS = scalar();
  }
}
