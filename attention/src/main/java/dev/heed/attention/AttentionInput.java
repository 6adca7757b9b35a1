package dev.heed.attention;

import dev.heed.attention.expression.VisibleSet;
import dev.heed.tensor.CounterRandom;
import dev.heed.tensor.ShapeException;
import dev.heed.tensor.Tensor;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// What a call computes with: heads, positions and what the mask or the normalizer reads besides.
///
/// Inputs are checked here once; nothing behind checks again. Whether the mask and the normalizer
/// get what they read is checked by the executor.
public final class AttentionInput {
  private final Arrays arrays;
  private final AttentionShape shape;
  private final Extras extras;

  private record Arrays(HeadView q, WholeRows k, WholeRows v, Positions qPos, Positions kPos) {}

  private record Extras(
      @Nullable Positions docQ,
      @Nullable Positions docK,
      int @Nullable [] lengths,
      Parameters parameters,
      Cache.Lost lost,
      @Nullable CounterRandom random,
      @Nullable VisibleSet visible) {
    static final Extras NONE =
        new Extras(null, null, null, Parameters.none(), Cache.Lost.NONE, null, null);

    Extras withDocuments(Positions q, Positions k) {
      return new Extras(q, k, lengths, parameters, lost, random, visible);
    }

    Extras withLengths(int[] numbers) {
      return new Extras(docQ, docK, numbers, parameters, lost, random, visible);
    }

    Extras withParameters(Parameters learned) {
      return new Extras(docQ, docK, lengths, learned, lost, random, visible);
    }

    Extras withLost(Cache.Lost gone) {
      return new Extras(docQ, docK, lengths, parameters, gone, random, visible);
    }

    Extras withRandom(@Nullable CounterRandom generator) {
      return new Extras(docQ, docK, lengths, parameters, lost, generator, visible);
    }

    Extras withVisible(VisibleSet set) {
      return new Extras(docQ, docK, lengths, parameters, lost, random, set);
    }
  }

  private AttentionInput(Arrays arrays, AttentionShape shape, Extras extras) {
    this.arrays = arrays;
    this.shape = shape;
    this.extras = extras;
  }

  /// @param q queries `[B, H, T, E]`
  /// @param k keys `[B, G, S, E]`
  /// @param v values `[B, G, S, W]`
  /// @param qPos the position of each query, `[T]` or `[B, T]`
  /// @param kPos the position of each key, `[S]` or `[B, S]`
  public static AttentionInput of(
      HeadView q, HeadRows k, HeadRows v, Positions qPos, Positions kPos) {
    AttentionInput input =
        new AttentionInput(
            new Arrays(q, new WholeRows(k), new WholeRows(v), qPos, kPos),
            AttentionShape.of(q, k, v),
            Extras.NONE);
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
    return new AttentionInput(arrays, shape, extras.withDocuments(docQ, docK));
  }

  /// With the number of keys of each batch, `[B]`, for the mask `padding`.
  public AttentionInput withLengths(int... lengths) {
    if (lengths.length != shape.batch()) {
      throw new ShapeException(
          "attention: %d key lengths do not fit batch %d of k %s; one a batch"
              .formatted(lengths.length, shape.batch(), arrays.k));
    }
    return new AttentionInput(arrays, shape, extras.withLengths(lengths.clone()));
  }

  /// With learned numbers that a choice of the attention reads, [Attention#needs]; they are read
  /// where they lie.
  public AttentionInput withParameter(String name, Tensor numbers) {
    return withParameters(extras.parameters.with(name, numbers));
  }

  /// With these learned numbers and no others.
  public AttentionInput withParameters(Parameters parameters) {
    return new AttentionInput(arrays, shape, extras.withParameters(parameters));
  }

  /// With the places that the mask `given` leaves visible, `[B|1, H|1, T, S]`.
  public AttentionInput withVisible(VisibleSet visible) {
    VisibleSet.Axes axes = visible.axes();
    if ((axes.batch() != 1 && axes.batch() != shape.batch())
        || (axes.heads() != 1 && axes.heads() != shape.heads())
        || axes.queries() != shape.queries()
        || axes.keys() != shape.keys()) {
      throw new ShapeException(
          "attention: visible set %s does not fit q %s and k %s; [%d, %d, %d, %d] would, or 1 for batch or heads"
              .formatted(
                  visible,
                  arrays.q,
                  arrays.k,
                  shape.batch(),
                  shape.heads(),
                  shape.queries(),
                  shape.keys()));
    }
    return new AttentionInput(arrays, shape, extras.withVisible(visible));
  }

  /// With the positions of keys that a cache let go; the mask must hide them from every query.
  public AttentionInput withLost(Cache.Lost lost) {
    return new AttentionInput(arrays, shape, extras.withLost(lost));
  }

  /// Without a generator.
  AttentionInput withoutRandom() {
    return new AttentionInput(arrays, shape, extras.withRandom(null));
  }

  /// With the generator that the attention's [Chance] draws from, one of its own for this call.
  public AttentionInput withRandom(CounterRandom random) {
    return new AttentionInput(arrays, shape, extras.withRandom(random));
  }

  /// With other numbers in the place of queries, keys and values.
  AttentionInput withRows(HeadView q, HeadRows k, HeadRows v) {
    WholeRows keys = k.equals(keys()) ? arrays.k : new WholeRows(k);
    WholeRows values = v.equals(values()) ? arrays.v : new WholeRows(v);
    Arrays other = new Arrays(q, keys, values, arrays.qPos, arrays.kPos);
    return new AttentionInput(other, AttentionShape.of(q, k, v), extras);
  }

  /// The same queries looking at keys and values of which the first `count` stand nowhere and the
  /// others are those of this input.
  AttentionInput behind(int count, HeadRows k, HeadRows v) {
    Front front = new Front(count);
    AttentionInput all = of(arrays.q, k, v, arrays.qPos, front.numbers(arrays.kPos));
    Extras more = extras;
    if (extras.docQ != null && extras.docK != null) {
      more = more.withDocuments(extras.docQ, front.numbers(extras.docK));
    }
    if (extras.lengths != null) {
      more = more.withLengths(IntStream.of(extras.lengths).map(length -> length + count).toArray());
    }
    return new AttentionInput(all.arrays, all.shape, more);
  }

  public HeadView q() {
    return arrays.q;
  }

  /// The keys, wherever they lie.
  public HeadRows keys() {
    return arrays.k.rows();
  }

  /// The values, wherever they lie.
  public HeadRows values() {
    return arrays.v.rows();
  }

  /// The keys in one array; a copy where they lie otherwise, made when it is first asked for.
  public HeadView k() {
    return arrays.k.whole();
  }

  /// The values in one array; a copy where they lie otherwise, made when it is first asked for.
  public HeadView v() {
    return arrays.v.whole();
  }

  public Positions qPos() {
    return arrays.qPos;
  }

  public Positions kPos() {
    return arrays.kPos;
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

  public Parameters parameters() {
    return extras.parameters;
  }

  public Optional<VisibleSet> visible() {
    return Optional.ofNullable(extras.visible);
  }

  public Cache.Lost lost() {
    return extras.lost;
  }

  public Optional<CounterRandom> random() {
    return Optional.ofNullable(extras.random);
  }

  private void checkAxis(String name, Positions positions, int length) {
    if (positions.length() != length
        || (positions.batch() != 1 && positions.batch() != shape.batch())) {
      throw new ShapeException(
          "attention: %s %s does not fit q %s and k %s; [%d] or [%d, %d] would"
              .formatted(name, positions, arrays.q, arrays.k, length, shape.batch(), length));
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
