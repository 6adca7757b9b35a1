package dev.heed.attention;

import dev.heed.attention.expression.Derivative;
import dev.heed.attention.expression.Evaluation;
import dev.heed.attention.expression.Numeric;
import dev.heed.attention.expression.ScoreFunction;
import dev.heed.kernel.TilePlaces;
import dev.heed.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/// A modifier with a function of the user's own, compiled once a call; threads may share it.
final class BoundExpression {
  final Numeric formula;

  /// The learned numbers that it reads.
  final List<String> parameters;

  /// By the score, then by each learned number.
  final List<Numeric> derivatives;

  final ScoreFunction forward;

  /// The function and all its derivatives.
  final ScoreFunction backward;

  private final AttentionInput input;
  private final boolean readsDocuments;

  BoundExpression(Modifier.Expression modifier, AttentionInput input) {
    this.formula = modifier.formula();
    this.input = input;
    this.parameters = modifier.parameters();
    this.readsDocuments = MaskReads.of(formula).documents();
    this.derivatives = new ArrayList<>(List.of(Derivative.byScore(formula)));
    parameters.forEach(name -> derivatives.add(Derivative.byParameter(formula, name)));
    List<Numeric> all = new ArrayList<>(List.of(formula));
    all.addAll(derivatives);
    this.forward = ScoreFunction.of(List.of(formula));
    this.backward = ScoreFunction.of(all);
  }

  /// Whether the score after the modifier grows as the one before it does.
  boolean keepsSlopes() {
    return derivatives.getFirst().equals(new Numeric.Literal(1));
  }

  /// What is the same at all places of a head.
  Evaluation head(int h) {
    return new Evaluation(0, 0, 0, 0, h, name -> parameter(name, h));
  }

  /// The place of query `t` and key `s`.
  Evaluation at(int b, int h, int t, int s) {
    return new Evaluation(
        input.qPos().at(b, t),
        input.kPos().at(b, s),
        readsDocuments ? input.docQ().orElseThrow().at(b, t) : 0,
        readsDocuments ? input.docK().orElseThrow().at(b, s) : 0,
        h,
        name -> parameter(name, h));
  }

  private double parameter(String name, int h) {
    Tensor numbers = input.parameters().get(name);
    return numbers.array()[numbers.offset() + h % numbers.size()];
  }

  /// Where the scores of the tile stand.
  TilePlaces places(MapTile tile) {
    Positions i = input.qPos();
    Positions j = input.kPos();
    int b = tile.b();
    return new TilePlaces(
        tile.queries(),
        i.array(),
        i.row(b) + tile.t0(),
        j.array(),
        j.row(b) + tile.s0(),
        documents(tile));
  }

  private TilePlaces.Documents documents(MapTile tile) {
    if (!readsDocuments) {
      return TilePlaces.Documents.NONE;
    }
    Positions q = input.docQ().orElseThrow();
    Positions k = input.docK().orElseThrow();
    int b = tile.b();
    return new TilePlaces.Documents(
        q.array(), q.row(b) + tile.t0(), k.array(), k.row(b) + tile.s0());
  }
}
