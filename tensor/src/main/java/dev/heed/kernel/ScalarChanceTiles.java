package dev.heed.kernel;

/// What chance does, as the definitions read.
final class ScalarChanceTiles implements ChanceTiles {
  private static final int QUERIES = QueryBlock.QUERIES;

  @Override
  public void hide(QueryBlock block, RowDraws draws, int first) {
    block.beginHiding();
    for (int s = 0; s < block.keys; s++) {
      for (int t = 0; t < block.count; t++) {
        if (draws.drops(t, first + s)) {
          block.visible[s] &= ~(1 << t);
        }
      }
    }
  }

  @Override
  public void drop(QueryBlock block, RowDraws draws, int first, float factor) {
    drop(block.scores, block, draws, first, factor);
  }

  @Override
  public void drop(BackwardBlock block, RowDraws draws, int first, float factor) {
    drop(block.gradients, block.block, draws, first, factor);
  }

  private static void drop(
      float[] numbers, QueryBlock block, RowDraws draws, int first, float factor) {
    for (int s = 0; s < block.keys; s++) {
      for (int t = 0; t < block.count; t++) {
        int at = s * QUERIES + t;
        numbers[at] = draws.drops(t, first + s) ? 0 : factor * numbers[at];
      }
    }
  }
}
