package dev.heed.kernel;

/// The kernels that a run computes with, one member a family.
///
/// @param name `ScalarKernels` or `VectorKernels`
/// @param reason why these were chosen, in one line
public record Kernels(
    String name,
    String reason,
    Products products,
    WeightProducts weights,
    Rows rows,
    RowsBackward rowsBackward,
    AttentionTiles attention,
    BackwardTiles backward,
    NormalizerTiles normalizers,
    ModifierTiles modifiers,
    ObserverTiles observers,
    AdditiveTiles additive,
    ChanceTiles chance,
    LaneMath lanes,
    Lookup lookup,
    Updates updates) {
  /// Plain loops: the definition, and the only choice without `jdk.incubator.vector`.
  public static Kernels scalar() {
    return scalar("asked for");
  }

  static Kernels scalar(String reason) {
    return new Kernels(
        "ScalarKernels",
        reason,
        new ScalarProducts(),
        new ScalarWeightProducts(),
        new ScalarRows(),
        new ScalarRowsBackward(),
        new ScalarAttentionTiles(),
        new ScalarBackwardTiles(),
        new ScalarNormalizerTiles(),
        new ScalarModifierTiles(),
        new ScalarObserverTiles(),
        new ScalarAdditiveTiles(),
        new ScalarChanceTiles(),
        new ScalarLaneMath(),
        new ScalarLookup(),
        new ScalarUpdates());
  }

  /// The fastest kernels that this JVM can run, chosen once: vector kernels where the module
  /// `jdk.incubator.vector` is readable, else, with one warning, scalar ones. The system property
  /// `heed.kernels` (`scalar` or `vector`) forces the choice; forced vector kernels without the
  /// module are a [dev.heed.tensor.HeedException].
  public static Kernels best() {
    return KernelChoice.best();
  }
}
