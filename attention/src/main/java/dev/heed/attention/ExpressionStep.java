package dev.heed.attention;

import dev.heed.attention.expression.Evaluation;
import dev.heed.kernel.BackwardBlock;
import dev.heed.kernel.LaneMath;
import dev.heed.kernel.QueryBlock;
import dev.heed.kernel.TileMachine;
import dev.heed.kernel.TilePlaces;

/// A function of the user's own on one block of queries of one head.
///
/// On the way back the function and all its derivatives are computed together, so that what they
/// share is computed once, and the derivatives wait for the gradients.
final class ExpressionStep implements ModifierStep {
  private final BoundExpression expression;
  private final TileMachine machine;
  private final LaneMath math;
  private final MapTile queries;
  private final double after;
  private final float[] forward;
  private final float[] backward;

  /// What the learned numbers of the head get, of no length where it is not wanted.
  private final double[][] sums;

  private final TileMachine.Slopes slopes;

  /// @param place of the modifier among all of the call
  /// @param after the constant factors of later modifiers
  ExpressionStep(LearnedSteps of, BoundExpression expression, int place, double after) {
    this.expression = expression;
    this.machine = of.scratch().keep(TileMachine.class, _ -> true, TileMachine::new);
    this.math = of.kernels().lanes();
    this.queries = of.queries();
    this.after = after;
    Evaluation head = expression.head(queries.h());
    this.forward = expression.forward.uniforms(head);
    this.backward = expression.backward.uniforms(head);
    this.sums = expression.parameters.stream().map(of::sums).toArray(double[][]::new);
    this.slopes = machine.slopes(place, expression.derivatives.size());
  }

  @Override
  public void forward(QueryBlock block, int first) {
    machine.forward(expression.forward.code(), forward, math, block, places(first, block.keys()));
  }

  private TilePlaces places(int first, int keys) {
    return expression.places(queries.withKeys(first, first + keys));
  }

  @Override
  public void again(BackwardBlock block, int first) {
    if (expression.keepsSlopes() && !learns()) {
      forward(block.queries(), first);
      return;
    }
    TilePlaces places = places(first, block.queries().keys());
    machine.again(expression.backward.code(), backward, math, block, places, slopes);
  }

  private boolean learns() {
    for (double[] sum : sums) {
      if (sum.length > 0) {
        return true;
      }
    }
    return false;
  }

  @Override
  public void back(BackwardBlock block, int first) {
    for (int n = 0; n < sums.length; n++) {
      if (sums[n].length > 0) {
        sums[n][0] += after * machine.sum(math, block, slopes, 1 + n);
      }
    }
    if (!expression.keepsSlopes()) {
      machine.back(math, block, slopes, 0);
    }
  }
}
