package dev.heed.attention;

import dev.heed.grad.Run;
import dev.heed.tensor.Operand;
import dev.heed.tensor.ShapeException;
import dev.heed.tensor.Tensor;
import java.util.List;
import java.util.Map;

/// Heads of unequal width in one call, each with a scale of its own: rows are filled up with zeros
/// to the greatest width, which changes no inner product, and queries bring their head's `1 /
/// √E_h`. What the zeros cost is what the narrow heads save elsewhere.
///
/// @param widths of each head, `E_h`; those of values may differ, and have an object of their own
public record HeadWidths(List<Integer> widths) {
  public HeadWidths {
    widths = List.copyOf(widths);
    if (widths.isEmpty() || widths.stream().anyMatch(width -> width < 1)) {
      throw new ShapeException(
          "heads: widths %s; at least one, and each at least 1, would fit".formatted(widths));
    }
  }

  /// `Σ E_h`.
  public int sum() {
    return widths.stream().mapToInt(Integer::intValue).reduce(0, Math::addExact);
  }

  /// The greatest width.
  public int most() {
    return widths.stream().mapToInt(Integer::intValue).max().orElseThrow();
  }

  /// Heads side by side, each filled up to the greatest width.
  ///
  /// @param x keys or values, `[B, S, Σ E_h]`
  /// @return `[B, S, H · most]`
  public Tensor padded(Tensor x, Run run) {
    return run.apply(new ArrangeHeads(x, widths, uniform(), ArrangeHeads.plain(widths.size())));
  }

  /// The same of queries, each head times what its scores are to be scaled with.
  ///
  /// @param q `[B, T, Σ E_h]`
  /// @return `[B, T, H · most]`
  public Tensor scaled(Tensor q, Run run) {
    List<Float> factors = widths.stream().map(width -> (float) (1 / Math.sqrt(width))).toList();
    return run.apply(new ArrangeHeads(q, widths, uniform(), factors));
  }

  /// What is left of heads once the zeros are gone.
  ///
  /// @param y `[B, T, H · most]`
  /// @return `[B, T, Σ E_h]`
  public Tensor trimmed(Tensor y, Run run) {
    return run.apply(new ArrangeHeads(y, uniform(), widths, ArrangeHeads.plain(widths.size())));
  }

  private List<Integer> uniform() {
    int most = most();
    return widths.stream().map(_ -> most).toList();
  }

  /// The attention of queries that bring their scale.
  public static Attention attention(Attention attention) {
    if (!attention.score().equals(Score.dot())) {
      throw new UnsupportedCombinationException(
          "heads of unequal width",
          "score " + attention.score().text(),
          "score dot is scaled by the width of each head");
    }
    return attention.withScore(Score.dot(1));
  }

  /// Attends with heads of these widths.
  ///
  /// @param values the widths of values
  /// @param of queries and keys `[B, T, Σ E_h]` and `[B, S, Σ E_h]`, values `[B, S, Σ W_h]`, and
  ///   what the choices read
  /// @return `[B, T, Σ W_h]`
  public Tensor attend(
      Attention attention, HeadWidths values, Attend.Operands of, Places places, Run run) {
    if (values.widths.size() != widths.size()) {
      throw new ShapeException(
          "heads: %d widths of values for %d heads; one a head would fit"
              .formatted(values.widths.size(), widths.size()));
    }
    Tensor q = scaled(of.q(), run);
    Tensor k = padded(of.k(), run);
    Tensor v = values.padded(of.v(), run);
    int heads = widths.size();
    AttentionInput input =
        AttentionInput.of(
            HeadView.split(q, heads),
            HeadView.split(k, heads),
            HeadView.split(v, heads),
            places.queries(),
            places.keys());
    for (Map.Entry<String, Operand> each : of.parameters().entrySet()) {
      input = input.withParameter(each.getKey(), (Tensor) each.getValue());
    }
    Attend.Operands operands = new Attend.Operands(q, k, v, of.parameters());
    Tensor y = run.apply(Attend.trainable(attention(attention), input, places.sites(), operands));
    return values.trimmed(y, run);
  }

  /// Where queries and keys stand, and what a probe calls their scores.
  public record Places(Positions queries, Positions keys, AttentionSites sites) {}
}
