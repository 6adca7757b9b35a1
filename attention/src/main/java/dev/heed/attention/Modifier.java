package dev.heed.attention;

import dev.heed.attention.Need.Axis;
import dev.heed.attention.expression.Numeric;
import dev.heed.attention.expression.Parser;
import dev.heed.attention.expression.ScoreFunction;
import dev.heed.tensor.Shape;
import java.util.List;
import java.util.Optional;

/// What happens to a score between its computation and the mask. Modifiers act in the order in
/// which a call lists them.
public sealed interface Modifier {
  /// The parameter of [Bias].
  String BIAS = "bias";

  /// The greatest distance that has a learned number of its own.
  int FARTHEST = 1 << 20;

  /// Times a factor: one for all heads or one a head.
  record Scale(List<Double> factors) implements Modifier {
    public Scale {
      factors = List.copyOf(factors);
      if (factors.isEmpty() || factors.stream().anyMatch(factor -> !Double.isFinite(factor))) {
        throw new AttentionException(
            "scale: %s; one finite factor for all heads or one a head is needed"
                .formatted(factors));
      }
    }

    double factor(int head) {
      return factors.size() == 1 ? factors.getFirst() : factors.get(head);
    }
  }

  /// `cap * tanh(s / cap)`: leaves small scores alone and keeps all within `±cap`.
  record SoftCap(double cap) implements Modifier {
    public SoftCap {
      if (!(cap > 0 && cap < Double.POSITIVE_INFINITY)) {
        throw new AttentionException(
            "softcap: the cap %s must be positive and finite".formatted(cap));
      }
    }
  }

  /// Minus `slope * |i - j|` with a slope for each head, [Press et al.
  /// 2021](https://arxiv.org/abs/2108.12409).
  record Alibi() implements Modifier {
    /// The paper's slopes for any number of heads: `2^(-8k/n)` for the largest power of two `n`
    /// that is not above `heads`, then every other slope of `2n`.
    public static double slope(int head, int heads) {
      int power = Integer.highestOneBit(heads);
      return head < power
          ? Math.pow(2, -8.0 * (head + 1) / power)
          : Math.pow(2, -4.0 * (2 * (head - power) + 1) / power);
    }
  }

  /// Minus `slope * |i - j|` with a learned slope for each head, parameter `alibi` `[H]`. [Press et
  /// al. 2021](https://arxiv.org/abs/2108.12409) section 3 tried it.
  record LearnedAlibi() implements Modifier {
    private static final Expression FUNCTION =
        new Expression(Parser.number("s - alibi * abs(i - j)"));
  }

  /// Times a learned factor of each head, parameter `scale` `[H]`. [Swin
  /// 2021](https://arxiv.org/abs/2111.09883) section 3.2 learns one.
  record LearnedScale() implements Modifier {}

  /// Plus a number of each place, parameter `bias` `[B|1, H|1, T|1, S]`; -∞ hides the place, as a
  /// mask does.
  record Bias() implements Modifier {}

  /// Plus a number of each head and bucket of distances, parameter `t5` `[buckets, H]`. [Raffel et
  /// al. 2020](https://arxiv.org/abs/1910.10683) section 2.1.
  ///
  /// @param buckets how many; half of them for keys behind the query where both sides count
  /// @param maxDistance from which on all distances share a bucket
  record T5(int buckets, int maxDistance, Direction direction) implements Modifier {
    /// Which keys have buckets of their own.
    public enum Direction {
      /// Keys before the query; those behind it share the bucket of distance 0.
      CAUSAL,
      /// Keys on either side.
      BIDIRECTIONAL
    }

    public T5 {
      int side = direction == Direction.BIDIRECTIONAL ? buckets / 2 : buckets;
      if (side < 2 || maxDistance <= side / 2 || maxDistance > FARTHEST) {
        throw new AttentionException(
            "t5: %d buckets up to distance %d; at least 2 a side, and a distance above half of a side and up to 2^20, are needed"
                .formatted(buckets, maxDistance));
      }
    }

    /// The bucket of a key at `j` for a query at `i`, given `j - i`: the first half of a side has
    /// one distance each, the second half ever more, up to the largest. What counts is whether a
    /// distance reaches the next power; a billionth is added against rounding.
    int bucket(int distance) {
      boolean both = direction == Direction.BIDIRECTIONAL;
      int side = both ? buckets / 2 : buckets;
      int behind = both && distance > 0 ? side : 0;
      int n = both ? Math.abs(distance) : Math.max(-distance, 0);
      int exact = side / 2;
      if (n < exact) {
        return behind + n;
      }
      double share = Math.log((double) n / exact) / Math.log((double) maxDistance / exact);
      return behind + Math.min(side - 1, exact + (int) (share * (side - exact) + 1e-9));
    }
  }

  /// A function of the score `s` and of where it stands, such as `s - w * log(1 + abs(i - j))`;
  /// each name that means nothing else is a learned number, one a head `[H]` or one for all `[1]`.
  ///
  /// What the function makes of a score is the score: -∞ gives no weight and no gradient, and +∞ or
  /// NaN spoil their query's row as they do wherever they come from. Behind the mask neither
  /// matters.
  record Expression(Numeric formula) implements Modifier {
    public Expression {
      var _ = ScoreFunction.of(List.of(formula)); // what cannot be computed is refused here
    }

    /// The learned numbers that it reads.
    List<String> parameters() {
      return List.copyOf(ScoreFunction.parameters(formula));
    }
  }

  /// Plus `c_i - c_j`, the sums of the logarithms of forget gates up to query and key, so that each
  /// gate between both counts: parameters `forget.q` `[B|1, H|1, T]` and `forget.k` `[B|1, H|1,
  /// S]`. [Lin et al. 2025](https://arxiv.org/abs/2503.02130).
  record Forget() implements Modifier {}

  /// Plus the product of the query and a learned key of the distance, times the score's fixed
  /// scale: parameter `shaw` `[2 reach + 1, E]`, for `j - i` from `-reach` to `reach`. [Shaw et al.
  /// 2018](https://arxiv.org/abs/1803.02155) section 3.1.
  ///
  /// @param reach distances beyond it count as that
  record Shaw(int reach) implements Modifier {
    public Shaw {
      RelativeKeys.checkReach("shaw", reach);
    }
  }

  /// Plus `(q + v_h) · r_h(j - i)`, times the score's fixed scale, where the score is `(q + u_h) ·
  /// k`: parameters `xl.u` and `xl.v` `[H, E]`, and `xl.r` `[2 reach + 1, H, E]`. [Dai et al.
  /// 2019](https://arxiv.org/abs/1901.02860) section 3.3.
  ///
  /// @param reach distances beyond it count as that
  record TransformerXl(int reach) implements Modifier {
    public TransformerXl {
      RelativeKeys.checkReach("xl", reach);
    }
  }

  /// The function of the score that it is computed as, where it is one.
  default Optional<Expression> function() {
    return switch (this) {
      case Expression own -> Optional.of(own);
      case LearnedAlibi _ -> Optional.of(LearnedAlibi.FUNCTION);
      default -> Optional.empty();
    };
  }

  /// Whether it reads where queries and keys stand, and not the score alone.
  default boolean readsPositions() {
    return !(this instanceof Scale || this instanceof LearnedScale || this instanceof SoftCap);
  }

  /// The learned numbers that this choice reads.
  default List<Need> needs(AttentionShape shape) {
    return switch (this) {
      case Scale _, SoftCap _, Alibi _ -> List.of();
      case LearnedAlibi _ -> Need.aHead("alibi", shape, "modifier alibi(learned)");
      case LearnedScale _ ->
          List.of(Need.ofHead("scale", "modifier scale(learned)", shape).startingAt(1));
      case Bias _ ->
          List.of(
              new Need(
                  BIAS,
                  Shape.of(shape.batch(), shape.heads(), shape.queries(), shape.keys()),
                  "modifier bias",
                  List.of(Axis.ANY_BATCH, Axis.ANY_HEAD, Axis.ANY_QUERY, Axis.NUMBER)));
      case Expression expression ->
          expression.parameters().stream()
              .map(name ->
                  new Need(
                      name,
                      Shape.of(shape.heads()),
                      "modifier " + text(),
                      List.of(Need.Axis.ANY_HEAD)))
              .toList();
      case T5(int buckets, _, _) ->
          List.of(
              new Need(
                  "t5",
                  Shape.of(buckets, shape.heads()),
                  "modifier t5",
                  List.of(Axis.NUMBER, Axis.HEAD)));
      case Forget _ ->
          List.of(forget("q", shape, shape.queries()), forget("k", shape, shape.keys()));
      case Shaw(int reach) ->
          List.of(new Need("shaw", Shape.of(2 * reach + 1, shape.width()), "modifier shaw"));
      case TransformerXl(int reach) ->
          List.of(
              Need.ofHead("xl.u", "modifier xl", shape, shape.width()),
              Need.ofHead("xl.v", "modifier xl", shape, shape.width()),
              new Need(
                  "xl.r",
                  Shape.of(2 * reach + 1, shape.heads(), shape.width()),
                  "modifier xl",
                  List.of(Axis.NUMBER, Axis.HEAD, Axis.NUMBER)));
    };
  }

  /// Reads a modifier as it is written: `softcap(50)`, `alibi`.
  static Modifier parse(String text) {
    return ModifierForms.FORMS.parse(text);
  }

  /// The modifier as it is written; [#parse] reads it back.
  default String text() {
    return ModifierForms.text(this);
  }

  /// Reads a function of the user's own, [Expression].
  static Modifier expression(String formula) {
    return new Expression(Parser.number(formula));
  }

  private static Need forget(String side, AttentionShape shape, int length) {
    return new Need(
        "forget." + side,
        Shape.of(shape.batch(), shape.heads(), length),
        "modifier forget",
        List.of(Axis.ANY_BATCH, Axis.ANY_HEAD, Axis.NUMBER));
  }

  static Modifier scale(double factor) {
    return new Scale(List.of(factor));
  }

  static Modifier softCap(double cap) {
    return new SoftCap(cap);
  }

  static Modifier alibi() {
    return new Alibi();
  }
}
