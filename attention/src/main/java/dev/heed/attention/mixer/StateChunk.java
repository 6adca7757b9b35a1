package dev.heed.attention.mixer;

import dev.heed.kernel.Kernels;
import dev.heed.kernel.Matrix;
import dev.heed.kernel.Products;
import dev.heed.tensor.Tensor;
import dev.heed.tensor.Workspace;
import java.util.Arrays;

/// The chunk of one state that a task is at: reads the state, and leads it on.
///
/// With `U` what is written, `P = Q Kᵀ` faded and masked: `Y = scale (exp(A) Q S + P U)` and `S =
/// exp(A_end) S + (exp(A_end - A) K)ᵀ U`, [Dao and Gu 2024](https://arxiv.org/abs/2405.21060)
/// section 6. The delta rule solves for `U` first: `U + b M U = b (V - exp(A) K S)` with `M` the
/// faded products of keys with earlier keys, [Yang et al. 2024](https://arxiv.org/abs/2406.06484)
/// section 3.2.
final class StateChunk {
  final BoundMix call;
  final int b;
  final int n;
  final ChunkDecay decay;
  final Products products;
  final Kernels kernels;
  final Workspace scratch;
  Span span = new Span(0, 0, true);

  private final Tensor written;
  private final Tensor missing;
  private final Tensor faded;
  private final Tensor scores;
  private final Tensor among;

  StateChunk(BoundMix call, int task, int longest, Kernels kernels, Workspace scratch) {
    StateShape shape = call.shape;
    this.call = call;
    this.b = task / shape.heads().states();
    this.n = task % shape.heads().states();
    this.kernels = kernels;
    this.products = kernels.products();
    this.scratch = scratch;
    decay =
        call.mixer.decay() instanceof Decay.PerChannel
            ? new ChannelDecay(call, longest, kernels, scratch)
            : new HeadDecay(call, longest, kernels, scratch);
    boolean delta = isDelta();
    written = scratch.take(longest, shape.valueWidth());
    missing = scratch.take(delta ? longest : 0, shape.valueWidth());
    faded = scratch.take(longest, shape.width());
    scores = scratch.take(longest, longest);
    among = scratch.take(delta ? longest : 0, longest);
  }

  boolean isDelta() {
    return call.mixer.write() == Write.DELTA;
  }

  /// A matrix `[E, W]` over memory for a state.
  Matrix state(Tensor memory) {
    return new Matrix(
        memory.array(),
        memory.offset(),
        call.shape.width(),
        call.shape.valueWidth(),
        call.shape.valueWidth(),
        1);
  }

  /// The first rows of scratch memory, one a position of the chunk.
  Matrix part(Tensor memory, int columns) {
    return new Matrix(memory.array(), memory.offset(), span.length(), columns, columns, 1);
  }

  /// Goes to a chunk; the state before it is cleared where it begins anew.
  void enter(Span next, Matrix state) {
    span = next;
    if (next.fresh()) {
      int size = state.rows() * state.columns();
      Arrays.fill(state.array(), state.offset(), state.offset() + size, 0);
    }
    decay.load(b, n, span);
  }

  Matrix keys() {
    return call.k(b, n, span);
  }

  /// What is written, `[C, W]`, after [#solve].
  Matrix written() {
    return isDelta() || call.input.strength().isPresent()
        ? part(written, call.shape.valueWidth())
        : call.v(b, n, span);
  }

  /// What was missing of the values where they were written, `[C, W]`, of the delta rule.
  Matrix missing() {
    return part(missing, call.shape.valueWidth());
  }

  /// Products of keys with earlier keys, faded, `[C, C]`, of the delta rule.
  Matrix among() {
    return part(among, span.length());
  }

  /// Finds what is written.
  void solve(Matrix state) {
    Matrix v = call.v(b, n, span);
    if (isDelta()) {
      Matrix known = faded();
      decay.sinceBegin(keys(), known);
      products.multiply(known, state, missing(), scratch);
      decay.scores(keys(), keys(), among());
      for (int i = 0; i < span.length(); i++) {
        subtractFrom(v, i);
        for (int j = 0; j < i; j++) {
          add(-at(among(), i, j), written(), j, missing(), i);
        }
        write(missing(), i);
      }
    } else if (call.input.strength().isPresent()) {
      for (int i = 0; i < span.length(); i++) {
        write(v, i);
      }
    }
  }

  private void write(Matrix x, int i) {
    Matrix to = part(written, call.shape.valueWidth());
    float strength = call.strength(b, n, span.from() + i);
    kernels.rows().scale(strength, x.array(), row(x, i), to.array(), row(to, i), to.columns());
  }

  /// `missing[i] = v[i] - missing[i]`.
  private void subtractFrom(Matrix v, int i) {
    Matrix to = missing();
    int at = row(to, i);
    kernels.rows().scale(-1, to.array(), at, to.array(), at, to.columns());
    add(1, v, i, to, i);
  }

  /// `to[i] += factor x[j]`.
  void add(float factor, Matrix x, int j, Matrix to, int i) {
    kernels.rows().addScaled(factor, x.array(), row(x, j), to.array(), row(to, i), to.columns());
  }

  static int row(Matrix x, int i) {
    return x.offset() + i * x.rowStride();
  }

  static float at(Matrix x, int i, int j) {
    return x.array()[row(x, i) + j];
  }

  /// Scratch for faded rows, `[C, E]`.
  Matrix faded() {
    return part(faded, call.shape.width());
  }

  /// `P` of result `o`, `[C, C]`, in scratch.
  Matrix scores(int o) {
    Matrix p = part(scores, span.length());
    decay.scores(call.q(b, o, span), keys(), p);
    return p;
  }

  /// Writes result `o`.
  void read(int o, Matrix state, Tensor to) {
    Matrix y = BoundMix.rows(to, call.shape.heads().outputs(), b, o, span);
    decay.sinceBegin(call.q(b, o, span), faded());
    products.multiply(faded(), state, y, scratch);
    products.multiplyAdd(scores(o), written(), y, scratch);
    float scale = (float) call.mixer.scale();
    for (int i = 0; i < y.rows() && scale != 1; i++) {
      kernels.rows().scale(scale, y.array(), row(y, i), y.array(), row(y, i), y.columns());
    }
  }

  /// Leads the state to the end of the chunk.
  void advance(Matrix state) {
    decay.fade(state);
    decay.untilEnd(keys(), faded());
    products.multiplyAdd(faded().transpose(), written(), state, scratch);
  }
}
