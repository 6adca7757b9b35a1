package dev.heed.kernel;

import jdk.incubator.vector.FloatVector;

/// The kernels on vector lanes, of the width that the machine prefers.
final class VectorKernels {
  private VectorKernels() {}

  static Kernels create(String why) {
    String reason = "%s, %d lanes".formatted(why, FloatVector.SPECIES_PREFERRED.length());
    return new Kernels(
        "VectorKernels",
        reason,
        new VectorProducts(),
        new VectorWeightProducts(),
        new VectorRows(),
        new VectorRowsBackward(),
        new VectorAttentionTiles(),
        new VectorBackwardTiles(),
        new VectorNormalizerTiles(),
        new VectorModifierTiles(),
        new VectorObserverTiles(),
        new VectorAdditiveTiles(),
        new VectorChanceTiles(),
        new VectorLaneMath(),
        new VectorLookup(),
        new VectorUpdates());
  }
}
