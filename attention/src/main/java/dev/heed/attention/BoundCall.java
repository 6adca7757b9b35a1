package dev.heed.attention;

import dev.heed.tensor.ShapeException;
import java.util.List;

/// A call with its choices resolved against its input: checked once, before any executor computes.
final class BoundCall {
  final Attention attention;
  final AttentionInput input;
  final AttentionShape shape;
  final BoundMask mask;
  final BoundChance chance;
  final double scale;

  private BoundCall(Attention attention, AttentionInput input) {
    this.attention = attention;
    this.input = input;
    this.shape = input.shape();
    this.mask = BoundMask.of(attention.mask(), input);
    this.chance = BoundChance.of(attention.chance(), input);
    this.scale =
        switch (attention.score()) {
          case Score.Dot(Score.Scale factor) -> factor.of(shape.width());
        };
  }

  static BoundCall of(Attention attention, AttentionInput input) {
    BoundCall call = new BoundCall(attention, input);
    boolean wantsSink = attention.normalizer() instanceof Normalizer.Sink;
    if (wantsSink && input.sink().isEmpty()) {
      throw new AttentionException(
          "attention: normalizer sink reads a logit a head and the input has none; AttentionInput.withSink gives them");
    }
    if (!wantsSink && input.sink().isPresent()) {
      throw new UnsupportedCombinationException(
          "normalizer " + attention.normalizer(),
          "input with sink logits",
          "normalizer sink reads them");
    }
    for (Modifier modifier : attention.modifiers()) {
      if (modifier instanceof Modifier.Scale(List<Double> factors)
          && factors.size() != 1
          && factors.size() != call.shape.heads()) {
        throw new ShapeException(
            "scale: %d factors do not fit %d heads of q %s; 1 or one a head"
                .formatted(factors.size(), call.shape.heads(), input.q()));
      }
    }
    return call;
  }

  /// The logit of a head's sink, -∞ where the normalizer has none.
  float sinkLogit(int head) {
    return switch (attention.normalizer()) {
      case Normalizer.Softmax _ -> Float.NEGATIVE_INFINITY;
      case Normalizer.Sink _ -> input.sink().orElseThrow()[head];
    };
  }

  /// Checks that `view` is `[B, H, T, W]` of this call, and that what is computed with is there.
  BoundCall checkOut(String name, HeadView view) {
    HeadView.Axes fit =
        new HeadView.Axes(shape.batch(), shape.heads(), shape.queries(), shape.valueWidth());
    if (!view.axes().equals(fit)) {
      throw new ShapeException(
          "attention: %s %s does not fit q %s and v %s; [%d, %d, %d, %d] would"
              .formatted(
                  name,
                  view,
                  input.q(),
                  input.v(),
                  fit.batch(),
                  fit.heads(),
                  fit.length(),
                  fit.width()));
    }
    view.checkInside(name);
    input.q().checkInside("q");
    input.k().checkInside("k");
    input.v().checkInside("v");
    return this;
  }
}
