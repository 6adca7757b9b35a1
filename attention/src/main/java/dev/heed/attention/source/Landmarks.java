package dev.heed.attention.source;

import dev.heed.attention.Attend;
import dev.heed.attention.Attention;
import dev.heed.attention.AttentionInput;
import dev.heed.attention.AttentionShape;
import dev.heed.attention.HeadView;
import dev.heed.attention.Mask;
import dev.heed.attention.Mixing;
import dev.heed.attention.Modifier;
import dev.heed.attention.Normalizer;
import dev.heed.attention.Positions;
import dev.heed.attention.Source;
import dev.heed.attention.UnsupportedCombinationException;
import dev.heed.grad.Run;
import dev.heed.tensor.Operand;
import dev.heed.tensor.Tensor;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/// Attention by few keys that stand for all, as a composition of operations: time and memory linear
/// in the length. Not causal: what stands for all knows of all.
record Landmarks(SourceCall call, Attend.Operands of) {
  private static final Mask PADDING = Mask.parse("padding");

  /// Checks that the other choices mean something for keys that stand for several positions.
  static void check(Source source, Attention attention) {
    String name = "source " + source.text();
    String mask = attention.mask().toString();
    if (!mask.isEmpty() && !mask.equals("padding")) {
      throw new UnsupportedCombinationException(
          name,
          "mask '%s'".formatted(mask),
          "its keys stand for all positions at once: no mask, or 'padding', fits");
    }
    for (Modifier modifier : attention.modifiers()) {
      if (modifier.readsPositions()) {
        throw new UnsupportedCombinationException(
            name, "modifier " + modifier.text(), "its keys have no position");
      }
    }
    if (!attention.mixings().isEmpty()) {
      throw new UnsupportedCombinationException(
          name, Mixing.texts(attention.mixings()), "its weights are those of no single call");
    }
    if (!attention.chance().isNone()) {
      throw new UnsupportedCombinationException(
          name, attention.chance().toString(), "drop what the block adds instead");
    }
    if (source instanceof Source.Nystrom
        && !(attention.normalizer() instanceof Normalizer.Softmax)) {
      throw new UnsupportedCombinationException(
          name, "normalizer " + attention.normalizer().text(), "softmax is what it approximates");
    }
  }

  /// Nystrom's approximation: `softmax(Q K̃ᵀ) softmax(Q̃ K̃ᵀ)⁺ softmax(Q̃ Kᵀ) V`, where `Q̃` and
  /// `K̃` are means of segments.
  Tensor nystrom(Source.Nystrom source, Run run) {
    AttentionShape shape = call.input().shape();
    int heads = shape.heads();
    int[] queryLengths = lengths(shape.queries());
    int[] keyLengths = lengths(shape.keys());
    int[] counts = new int[shape.batch()];
    Arrays.setAll(
        counts, b -> Math.min(source.landmarks(), Math.min(queryLengths[b], keyLengths[b])));
    Segments queries = new Segments(queryLengths, counts, source.landmarks());
    Segments keys = new Segments(keyLengths, counts, source.landmarks());
    Tensor q = run.apply(new SegmentMeans(of.q(), queries, heads, heads));
    Tensor k = run.apply(new SegmentMeans(of.k(), keys, shape.groups(), heads));
    Tensor near = weights(q, k, keys, run);
    Tensor inverse = run.apply(new PseudoInverse(near, heads, source.iterations(), counts));
    Tensor read = attend(new Rows(q, of.k(), of.v(), shape.groups()), call.input().lengths(), run);
    Tensor values = run.apply(new HeadProduct(inverse, read, heads));
    return run.apply(new HeadProduct(weights(of.q(), k, keys, run), values, heads));
  }

  /// Linformer's: keys and values of few rows that a learned matrix makes of all, `softmax(Q (E
  /// K)ᵀ) F V`.
  Tensor linformer(Run run) {
    AttentionShape shape = call.input().shape();
    int[] lengths = lengths(shape.keys());
    Map<String, Operand> learned = call.learned();
    Tensor k =
        run.apply(
            new ProjectLength(
                Objects.requireNonNull(learned.get("linformer_keys")), of.k(), lengths));
    Tensor v =
        run.apply(
            new ProjectLength(
                Objects.requireNonNull(learned.get("linformer_values")), of.v(), lengths));
    return attend(new Rows(of.q(), k, v, shape.groups()), Optional.empty(), run);
  }

  /// Positions of each batch that are not padding.
  private int[] lengths(int length) {
    int[] all = new int[call.input().shape().batch()];
    Arrays.fill(all, length);
    boolean ofKeys = length == call.input().shape().keys();
    return ofKeys ? call.input().lengths().orElse(all) : all;
  }

  /// Queries, keys and values `[B, ..., heads·width]`.
  private record Rows(Tensor q, Tensor k, Tensor v, int groups) {}

  /// The weights of landmarks, `[B, T, H·m]`: what attention gives for values that are the rows of
  /// the identity.
  private Tensor weights(Tensor q, Tensor landmarks, Segments keys, Run run) {
    int heads = call.input().shape().heads();
    int batch = q.axis(0);
    int count = keys.most();
    Tensor identity = Tensor.zeros(batch, count, heads * count);
    for (int n = 0; n < batch * count; n++) {
      for (int h = 0; h < heads; h++) {
        identity.array()[(n * heads + h) * count + n % count] = 1;
      }
    }
    Optional<int[]> lengths = keys.areFull() ? Optional.empty() : Optional.of(keys.counts());
    return attend(new Rows(q, landmarks, identity, heads), lengths, run);
  }

  private Tensor attend(Rows rows, Optional<int[]> lengths, Run run) {
    AttentionInput input =
        AttentionInput.of(
            HeadView.split(rows.q, call.input().shape().heads()),
            HeadView.split(rows.k, rows.groups),
            HeadView.split(rows.v, rows.groups),
            Positions.range(0, rows.q.axis(1)),
            Positions.range(0, rows.k.axis(1)));
    for (Map.Entry<String, Tensor> each : call.input().parameters().tensors().entrySet()) {
      input = input.withParameter(each.getKey(), each.getValue());
    }
    Attention attention = call.attention().withMask(Mask.everything());
    if (lengths.isPresent()) {
      attention = attention.withMask(PADDING);
      input = input.withLengths(lengths.get());
    }
    Attend.Operands operands = new Attend.Operands(rows.q, rows.k, rows.v, of.parameters());
    return run.apply(Attend.trainable(attention, input, call.sites(), operands));
  }
}
