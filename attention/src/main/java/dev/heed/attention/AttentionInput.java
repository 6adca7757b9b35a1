package dev.heed.attention;

import dev.heed.tensor.ShapeException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What a call computes with: heads, positions and what the mask or the normalizer reads besides.
///
/// Inputs are checked here once; nothing behind checks again. Whether the mask and the normalizer
/// get what they read is checked by the executor.
public final class AttentionInput {
  private final HeadView q;
  private final HeadView k;
  private final HeadView v;
  private final Positions qPos;
  private final Positions kPos;
  private final AttentionShape shape;
  private final Extras extras;

  private record Extras(
      @Nullable Positions docQ,
      @Nullable Positions docK,
      int @Nullable [] lengths,
      float @Nullable [] sink) {}

  private AttentionInput(
      HeadView q, HeadView k, HeadView v, Positions qPos, Positions kPos, Extras extras) {
    this.q = q;
    this.k = k;
    this.v = v;
    this.qPos = qPos;
    this.kPos = kPos;
    this.extras = extras;
    this.shape = AttentionShape.of(q, k, v);
  }

  /// @param q queries `[B, H, T, E]`
  /// @param k keys `[B, G, S, E]`
  /// @param v values `[B, G, S, W]`
  /// @param qPos the position of each query, `[T]` or `[B, T]`
  /// @param kPos the position of each key, `[S]` or `[B, S]`
  public static AttentionInput of(
      HeadView q, HeadView k, HeadView v, Positions qPos, Positions kPos) {
    AttentionInput input =
        new AttentionInput(q, k, v, qPos, kPos, new Extras(null, null, null, null));
    input.checkAxis("qPos", qPos, input.shape.queries());
    input.checkAxis("kPos", kPos, input.shape.keys());
    checkRange("qPos", qPos);
    checkRange("kPos", kPos);
    return input;
  }

  /// With the document of each query, `[T]` or `[B, T]`, and of each key, `[S]` or `[B, S]`, for
  /// the mask `document`.
  public AttentionInput withDocuments(Positions docQ, Positions docK) {
    checkAxis("doc_q", docQ, shape.queries());
    checkAxis("doc_k", docK, shape.keys());
    return new AttentionInput(
        q, k, v, qPos, kPos, new Extras(docQ, docK, extras.lengths, extras.sink));
  }

  /// With the number of keys of each batch, `[B]`, for the mask `padding`.
  public AttentionInput withLengths(int... lengths) {
    if (lengths.length != shape.batch()) {
      throw new ShapeException(
          "attention: %d key lengths do not fit batch %d of k %s; one a batch"
              .formatted(lengths.length, shape.batch(), k));
    }
    return new AttentionInput(
        q, k, v, qPos, kPos, new Extras(extras.docQ, extras.docK, lengths.clone(), extras.sink));
  }

  /// With the extra logit of each head, `[H]`, for the normalizer `sink`.
  public AttentionInput withSink(float... logits) {
    if (logits.length != shape.heads()) {
      throw new ShapeException(
          "attention: %d sink logits do not fit %d heads of q %s; one a head"
              .formatted(logits.length, shape.heads(), q));
    }
    return new AttentionInput(
        q, k, v, qPos, kPos, new Extras(extras.docQ, extras.docK, extras.lengths, logits.clone()));
  }

  public HeadView q() {
    return q;
  }

  public HeadView k() {
    return k;
  }

  public HeadView v() {
    return v;
  }

  public Positions qPos() {
    return qPos;
  }

  public Positions kPos() {
    return kPos;
  }

  public AttentionShape shape() {
    return shape;
  }

  public Optional<Positions> docQ() {
    return Optional.ofNullable(extras.docQ);
  }

  public Optional<Positions> docK() {
    return Optional.ofNullable(extras.docK);
  }

  public Optional<int[]> lengths() {
    return Optional.ofNullable(extras.lengths);
  }

  public Optional<float[]> sink() {
    return Optional.ofNullable(extras.sink);
  }

  private void checkAxis(String name, Positions positions, int length) {
    if (positions.length() != length
        || (positions.batch() != 1 && positions.batch() != shape.batch())) {
      throw new ShapeException(
          "attention: %s %s does not fit q %s and k %s; [%d] or [%d, %d] would"
              .formatted(name, positions, q, k, length, shape.batch(), length));
    }
  }

  private static void checkRange(String name, Positions positions) {
    for (int b = 0; b < positions.batch(); b++) {
      for (int place = 0; place < positions.length(); place++) {
        int position = positions.at(b, place);
        if (position < -Positions.LIMIT || position > Positions.LIMIT) {
          throw new AttentionException(
              "attention: %s has position %d; positions lie within ±%d"
                  .formatted(name, position, Positions.LIMIT));
        }
      }
    }
  }
}
