package dev.heed.attention;

import dev.heed.tensor.Tensor;
import java.util.List;

/// The modifiers of a call on one score after another of a query, in double precision; and back.
final class ReferenceModifiers {
  private final BoundCall call;
  private final List<Modifier> modifiers;
  private int b;
  private int h;
  private int t;

  /// The scores before the first modifier and after each, `[1 + modifiers][S]`.
  private final double[][] steps;

  ReferenceModifiers(BoundCall call) {
    this.call = call;
    this.modifiers = call.attention.modifiers();
    this.steps = new double[modifiers.size() + 1][call.shape.keys()];
  }

  /// Moves to query `t` of head `h` of batch `b`.
  void at(int b, int h, int t) {
    this.b = b;
    this.h = h;
    this.t = t;
  }

  /// What all modifiers make of the score with key `s`.
  double forward(int s, double score) {
    steps[0][s] = score;
    for (int m = 0; m < modifiers.size(); m++) {
      steps[m + 1][s] = modify(m, steps[m][s], s);
    }
    return steps[modifiers.size()][s];
  }

  private double modify(int m, double score, int s) {
    return switch (modifiers.get(m)) {
      case Modifier.Scale scale -> scale.factor(h) * score;
      case Modifier.SoftCap(double cap) -> cap * Math.tanh(score / cap);
      case Modifier.Alibi _ -> score - Modifier.Alibi.slope(h, call.shape.heads()) * distance(s);
      case Modifier.LearnedScale _ -> call.learned("scale", h) * score;
      case Modifier.Bias _ -> {
        BoundBias bias = BoundBias.of(call);
        yield score + bias.table().array()[bias.row(b, h, t) + s];
      }
      case Modifier.T5 t5 -> score + call.learned("t5", bucket(t5, s) * call.shape.heads() + h);
      case Modifier.Expression _, Modifier.LearnedAlibi _ -> {
        BoundExpression own = call.expression(m);
        yield own.at(b, h, t, s).of(own.formula, score);
      }
      case Modifier.Forget _ -> score + forget("forget.q", t) - forget("forget.k", s);
      case Modifier.Shaw(int reach) -> score + relative(RelativeKeys.shaw(call, reach), s);
      case Modifier.TransformerXl(int reach) ->
          score + relative(RelativeKeys.transformerXl(call, reach, h), s);
    };
  }

  /// What a key of a distance adds.
  private double relative(RelativeKeys keys, int s) {
    float[] query = keys.query(call.queries, b, h, t);
    double sum = 0;
    for (int e = 0; e < query.length; e++) {
      sum += (double) query[e] * keys.keys().array()[keys.row(index(keys, s)) + e];
    }
    return call.scale * sum;
  }

  private int index(RelativeKeys keys, int s) {
    return keys.index(call.input.kPos().at(b, s) - call.input.qPos().at(b, t));
  }

  private double forget(String name, int n) {
    Tensor numbers = call.input.parameters().get(name);
    return numbers.array()[call.row(numbers, b, h) + n];
  }

  private int bucket(Modifier.T5 t5, int s) {
    return t5.bucket(call.input.kPos().at(b, s) - call.input.qPos().at(b, t));
  }

  private int distance(int s) {
    return Math.abs(call.input.qPos().at(b, t) - call.input.kPos().at(b, s));
  }

  /// Leads the gradient of the modified score with key `s` back: what learned numbers get is added
  /// to `learned`, what is left is the gradient of the score before the first modifier.
  ///
  /// @param dq what the query gets, added to
  double back(int s, double gradient, double[] dq, LearnedSums learned) {
    double left = gradient;
    for (int m = modifiers.size() - 1; m >= 0; m--) {
      if (left != 0) { // what has no weight has no gradient, whatever the slope is
        learn(m, s, left, learned);
        switch (modifiers.get(m)) {
          case Modifier.Shaw(int reach) ->
              relative(RelativeKeys.shaw(call, reach), s, left, dq, learned);
          case Modifier.TransformerXl(int reach) ->
              relative(RelativeKeys.transformerXl(call, reach, h), s, left, dq, learned);
          default -> {}
        }
        left *= slope(m, s);
      }
    }
    return left;
  }

  /// Adds what a modifier's learned numbers get, given the gradient of the score after it.
  private void learn(int m, int s, double gradient, LearnedSums learned) {
    double before = steps[m][s];
    switch (modifiers.get(m)) {
      case Modifier.Scale _, Modifier.SoftCap _, Modifier.Alibi _ -> {}
      case Modifier.Shaw _, Modifier.TransformerXl _ -> {}
      case Modifier.Forget _ -> {
        add(learned.of("forget.q", 0, b, h), t, gradient);
        add(learned.of("forget.k", 0, b, h), s, -gradient);
      }
      case Modifier.LearnedScale _ -> add(learned.of("scale", 0, b, h), 0, gradient * before);
      case Modifier.Bias _ -> {
        int row = BoundBias.of(call).stride() == 0 ? 0 : t * call.shape.keys();
        add(learned.of(Modifier.BIAS, 0, b, h), row + s, gradient);
      }
      case Modifier.T5 t5 -> add(learned.of("t5", 0, b, h), bucket(t5, s), gradient);
      case Modifier.Expression _, Modifier.LearnedAlibi _ -> {
        BoundExpression own = call.expression(m);
        for (int n = 0; n < own.parameters.size(); n++) {
          double slope = own.at(b, h, t, s).of(own.derivatives.get(1 + n), before);
          add(learned.of(own.parameters.get(n), 0, b, h), 0, gradient * slope);
        }
      }
    }
  }

  private void relative(
      RelativeKeys keys, int s, double gradient, double[] dq, LearnedSums learned) {
    float[] query = keys.query(call.queries, b, h, t);
    double[] ofKeys = learned.of(keys.name(), 0, b, h);
    double factor = gradient * call.scale;
    int index = index(keys, s);
    for (int e = 0; e < query.length; e++) {
      double each = factor * keys.keys().array()[keys.row(index) + e];
      dq[e] += each;
      int place = e;
      keys.bias().ifPresent(bias -> add(learned.of(bias.name(), 0, b, h), place, each));
      add(ofKeys, index * query.length + e, factor * query[e]);
    }
  }

  private static void add(double[] sums, int at, double number) {
    if (sums.length > 0) {
      sums[at] += number;
    }
  }

  /// The derivative of a modifier by the score.
  private double slope(int m, int s) {
    double after = steps[m + 1][s];
    return switch (modifiers.get(m)) {
      case Modifier.Scale scale -> scale.factor(h);
      case Modifier.SoftCap(double cap) -> 1 - after / cap * (after / cap);
      case Modifier.LearnedScale _ -> call.learned("scale", h);
      case Modifier.Alibi _,
          Modifier.Bias _,
          Modifier.T5 _,
          Modifier.Forget _,
          Modifier.Shaw _,
          Modifier.TransformerXl _ ->
          1;
      case Modifier.Expression _, Modifier.LearnedAlibi _ -> {
        BoundExpression own = call.expression(m);
        yield own.at(b, h, t, s).of(own.derivatives.getFirst(), steps[m][s]);
      }
    };
  }
}
