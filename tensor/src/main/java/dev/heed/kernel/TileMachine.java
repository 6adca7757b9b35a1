package dev.heed.kernel;

import dev.heed.kernel.TileCode.Step;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Runs [TileCode] on the scores of tiles, a strip of keys after another, so that all registers
/// stay in the first cache; with memory of its own, for one thread.
public final class TileMachine {
  private static final int QUERIES = QueryBlock.QUERIES;

  /// Numbers of a register.
  private static final int STRIP = 24 * QUERIES;

  private float[][] registers = {};
  private final List<Slopes> slopes = new ArrayList<>();
  private final int[] i = new int[QUERIES];
  private final int[] docQ = new int[QUERIES];

  /// Without registers yet.
  public TileMachine() {}

  /// What the derivatives of one modifier are at each place of a tile, a row each.
  public static final class Slopes {
    private final float[][] numbers;

    private Slopes(int count) {
      numbers = new float[count][BackwardBlock.KEYS * QUERIES];
    }
  }

  /// Memory for the derivatives of a modifier, kept by its place among all.
  public Slopes slopes(int place, int count) {
    while (slopes.size() <= place) {
      slopes.add(new Slopes(0));
    }
    if (slopes.get(place).numbers.length < count) {
      slopes.set(place, new Slopes(count));
    }
    return slopes.get(place);
  }

  /// Replaces the scores of a block's tile by what `code` makes of them, its first result.
  public void forward(
      TileCode code, float[] uniforms, LaneMath math, QueryBlock block, TilePlaces places) {
    run(new Call(code, uniforms, math, places, QUERIES), block.scores, 0, block.keys, NOTHING);
    clear(block.scores, block.keys, block.count);
  }

  private static final float[][] NOTHING = {};

  /// The same on the way back, which also keeps the further results.
  public void again(
      TileCode code,
      float[] uniforms,
      LaneMath math,
      BackwardBlock block,
      TilePlaces places,
      Slopes slopes) {
    QueryBlock queries = block.block;
    Call call = new Call(code, uniforms, math, places, QUERIES);
    run(call, queries.scores, 0, queries.keys, slopes.numbers);
    clear(queries.scores, queries.keys, queries.count);
  }

  /// The sum over the tile of the gradients of the scores times derivative `n`. A score whose
  /// gradient is 0 does not count, whatever the derivative is.
  public double sum(LaneMath math, BackwardBlock block, Slopes slopes, int n) {
    clear(block.gradients, block.block.keys, block.count);
    return math.dot(block.gradients, slopes.numbers[n], block.block.keys * QUERIES);
  }

  /// Multiplies the gradients of the scores by derivative `n`.
  public void back(LaneMath math, BackwardBlock block, Slopes slopes, int n) {
    math.multiply(block.gradients, slopes.numbers[n], block.block.keys * QUERIES);
  }

  /// Replaces `count` scores of one query, from `at` on.
  public void row(TileCode code, float[] uniforms, LaneMath math, TilePlaces places, Row scores) {
    Call call = new Call(code, uniforms, math, places, 1);
    run(call, scores.array, scores.at, scores.count, NOTHING);
  }

  /// A run of scores.
  public record Row(float[] array, int at, int count) {}

  /// What a run has in common.
  ///
  /// @param width queries side by side
  private record Call(
      TileCode code, float[] uniforms, LaneMath math, TilePlaces places, int width) {}

  /// Queries that are not there have a score, or a gradient, of 0, so that nothing of them gets
  /// into sums over all lanes.
  private static void clear(float[] scores, int keys, int count) {
    for (int s = 0; s < keys && count < QUERIES; s++) {
      Arrays.fill(scores, s * QUERIES + count, (s + 1) * QUERIES, 0);
    }
  }

  private void run(Call call, float[] scores, int at, int count, float[][] more) {
    int keys = STRIP / call.width;
    prepare(call, rounded(Math.min(keys, count) * call.width));
    for (int s = 0; s < count; s += keys) {
      int here = Math.min(keys, count - s);
      int from = s * call.width;
      int length = here * call.width;
      System.arraycopy(scores, at + from, registers[0], 0, length);
      for (Step step : call.code.steps()) {
        run(step, call, s, here);
      }
      System.arraycopy(registers[call.code.results().get(0)], 0, scores, at + from, length);
      for (int n = 0; n + 1 < call.code.results().size(); n++) {
        System.arraycopy(registers[call.code.results().get(n + 1)], 0, more[n], from, length);
      }
    }
  }

  /// The next multiple of 32.
  private static int rounded(int length) {
    return length + QUERIES - 1 & -QUERIES;
  }

  /// Writes what is the same in all strips.
  private void prepare(Call call, int length) {
    if (registers.length < call.code.registers()) {
      int had = registers.length;
      registers = Arrays.copyOf(registers, call.code.registers());
      for (int n = had; n < registers.length; n++) {
        registers[n] = new float[STRIP];
      }
    }
    for (int n = 0; n < call.code.uniforms(); n++) {
      Arrays.fill(registers[1 + n], 0, length, call.uniforms[n]);
    }
    TilePlaces places = call.places;
    System.arraycopy(places.i(), places.iFrom(), i, 0, places.queries());
    if (places.docs().q().length > 0) {
      System.arraycopy(places.docs().q(), places.docs().qFrom(), docQ, 0, places.queries());
    }
  }

  private void run(Step step, Call call, int first, int keys) {
    float[] to = registers[step.to()];
    int length = rounded(keys * call.width);
    TilePlaces places = call.places;
    switch (step.operation()) {
      case QUERY -> byQuery(i, to, call.width, keys);
      case QUERY_DOCUMENT -> byQuery(docQ, to, call.width, keys);
      case KEY -> byKey(places.j(), places.jFrom() + first, to, call.width, keys);
      case KEY_DOCUMENT ->
          byKey(places.docs().k(), places.docs().kFrom() + first, to, call.width, keys);
      case DISTANCE -> distance(call, places.jFrom() + first, to, keys);
      case CHOOSE ->
          call.math.choose(
              registers[step.a()], registers[step.b()], registers[step.c()], to, length);
      case NEGATE, FLOOR, ABS, SIGN, EXP, LOG, TANH ->
          call.math.apply(step.operation(), registers[step.a()], to, length);
      default ->
          call.math.apply(step.operation(), registers[step.a()], registers[step.b()], to, length);
    }
  }

  private static void byQuery(int[] numbers, float[] to, int width, int keys) {
    if (width == 1) {
      Arrays.fill(to, 0, keys, numbers[0]);
      return;
    }
    for (int s = 0; s < keys; s++) {
      for (int t = 0; t < QUERIES; t++) {
        to[s * QUERIES + t] = numbers[t];
      }
    }
  }

  private static void byKey(int[] numbers, int from, float[] to, int width, int keys) {
    for (int s = 0; s < keys; s++) {
      Arrays.fill(to, s * width, (s + 1) * width, numbers[from + s]);
    }
  }

  private void distance(Call call, int from, float[] to, int keys) {
    int[] j = call.places.j();
    if (call.width == QUERIES) {
      call.math.distance(i, j, from, to, keys);
      return;
    }
    for (int s = 0; s < keys; s++) {
      to[s] = i[0] - j[from + s];
    }
  }
}
