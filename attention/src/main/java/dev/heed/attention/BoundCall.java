package dev.heed.attention;

import dev.heed.tensor.ShapeException;
import dev.heed.tensor.Tensor;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/// A call with its choices resolved against its input: checked once, before any executor computes.
final class BoundCall {
  final Attention attention;
  final AttentionInput input;
  final AttentionShape shape;
  final BoundMask mask;
  final BoundChance chance;

  /// The queries as they were given.
  final HeadView queries;

  /// What is learned of the score's scale comes beside it.
  final double scale;

  /// The blocks that the normalizer selects, where it selects blocks.
  final Optional<KeyBlocks> blocks;

  /// The functions of the user's own, by the place of their modifiers.
  private final Map<Integer, BoundExpression> expressions;

  private BoundCall(Attention attention, AttentionInput input) {
    this.attention = attention;
    this.input = input;
    this.queries = input.q();
    this.shape = input.shape();
    this.mask = BoundBias.masked(attention, input);
    this.chance = BoundChance.of(attention.chance(), input);
    this.scale = attention.score().scale().of(shape.width());
    this.blocks =
        attention.normalizer() instanceof Normalizer.BlockTopK(int size, int _)
            ? Optional.of(KeyBlocks.of(input.kPos(), size))
            : Optional.empty();
    this.expressions = new HashMap<>();
    for (int m = 0; m < attention.modifiers().size(); m++) {
      int place = m;
      attention
          .modifiers()
          .get(m)
          .function()
          .ifPresent(own -> expressions.put(place, new BoundExpression(own, input)));
    }
  }

  private BoundCall(BoundCall given, HeadView q, HeadRows k, HeadRows v) {
    this.attention = given.attention;
    this.input = given.input.withRows(q, k, v);
    this.shape = input.shape();
    this.mask = given.mask;
    this.queries = given.queries;
    this.chance = given.chance;
    this.scale = given.scale;
    this.blocks = given.blocks;
    this.expressions = given.expressions;
  }

  /// The call with other queries and keys, whose inner products, times [#scale], are its scores, or
  /// where the score is additive its layers' numbers, with keys and values for each query head.
  BoundCall lowered(HeadView q, HeadRows k, HeadRows v) {
    return new BoundCall(this, q, k, v);
  }

  /// The function of the modifier that is at a place.
  BoundExpression expression(int place) {
    return Objects.requireNonNull(expressions.get(place));
  }

  static BoundCall of(Attention attention, AttentionInput input) {
    checkParameters(attention, input);
    int heads = input.shape().heads();
    for (Modifier modifier : attention.modifiers()) {
      if (modifier instanceof Modifier.Scale(List<Double> factors)
          && factors.size() != 1
          && factors.size() != heads) {
        throw new ShapeException(
            "scale: %d factors do not fit %d heads of q %s; 1 or one a head"
                .formatted(factors.size(), heads, input.q()));
      }
    }
    BoundCall call = new BoundCall(attention, input);
    if (call.hasContentBias() && !(attention.score() instanceof Score.Dot)) {
      throw new UnsupportedCombinationException(
          "score " + attention.score().text(), "modifier xl", "score dot");
    }
    call.checkAlpha();
    return call;
  }

  /// Checks that all is given that is read, as it is read, and all is read that is given.
  private static void checkParameters(Attention attention, AttentionInput input) {
    Set<String> unread = new LinkedHashSet<>(input.parameters().names());
    for (Need need : attention.needs(input.shape())) {
      Optional<Tensor> given = input.parameters().find(need.name());
      if (given.isEmpty()) {
        throw need.missing("AttentionInput.withParameter");
      }
      if (!need.fits(given.get().shape())) {
        throw new ShapeException(
            "attention: parameter %s %s does not fit %s with q %s and k %s; %s would"
                .formatted(
                    need.name(),
                    given.get().shape(),
                    need.reader(),
                    input.q(),
                    input.keys(),
                    need.fitting()));
      }
      unread.remove(need.name());
    }
    if (!unread.isEmpty()) {
      throw new UnsupportedCombinationException(
          Formula.of(attention),
          "input with parameters " + unread,
          "only choices that read them, such as normalizer sink for parameter sink,");
    }
  }

  /// Checks that there are gradients of what is computed with.
  BoundCall checkBackward() {
    if (input.keys().rounded() || input.values().rounded()) {
      throw new UnsupportedCombinationException(
          "cache of 8 bits", "backward", "rounding has no gradient; a cache of floats would do");
    }
    return this;
  }

  /// The learned factor on a head's scores, 1 where there is none.
  float temperature(int head) {
    return attention.score().scale() instanceof Score.Scale.Learned
        ? learned("temperature", head)
        : 1;
  }

  /// Where the numbers of a head of a batch begin in `[B|1, H|1, n]`.
  int row(Tensor numbers, int b, int h) {
    int head = b % numbers.axis(0) * numbers.axis(1) + h % numbers.axis(1);
    return numbers.offset() + head * numbers.axis(2);
  }

  /// Whether queries get a bias of content before products are taken.
  boolean hasContentBias() {
    return attention.modifiers().stream().anyMatch(Modifier.TransformerXl.class::isInstance);
  }

  /// Number `n` of learned numbers that are known to be there.
  float learned(String name, int n) {
    Tensor numbers = input.parameters().get(name);
    return numbers.array()[numbers.offset() + n];
  }

  /// Checks that exponents of entmax are such.
  private void checkAlpha() {
    for (int h = 0; h < shape.heads() && attention.normalizer() instanceof Normalizer.Entmax; h++) {
      double alpha = alpha(h);
      if (!(alpha >= Normalizer.Entmax.LEAST && alpha <= Normalizer.Entmax.GREATEST)) {
        throw new AttentionException(
            "attention: alpha of head %d is %s; entmax takes %s to %s"
                .formatted(h, alpha, Normalizer.Entmax.LEAST, Normalizer.Entmax.GREATEST));
      }
    }
  }

  /// The logit of a head's sink, -∞ where the normalizer has none.
  float sinkLogit(int head) {
    return attention.normalizer() instanceof Normalizer.Sink
        ? learned("sink", head)
        : Float.NEGATIVE_INFINITY;
  }

  /// The exponent of a head's entmax; the normalizer is one.
  double alpha(int head) {
    return switch (attention.normalizer()) {
      case Normalizer.Sparsemax _ -> 2;
      case Normalizer.Entmax15 _ -> 1.5;
      default -> learned("alpha", head);
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
                  input.values(),
                  fit.batch(),
                  fit.heads(),
                  fit.length(),
                  fit.width()));
    }
    view.checkInside(name);
    return checkInputs();
  }

  /// Checks that what is computed with is there.
  BoundCall checkInputs() {
    input.q().checkInside("q");
    input.keys().checkInside("k");
    input.values().checkInside("v");
    return this;
  }
}
