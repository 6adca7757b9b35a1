package dev.heed.attention.mixer;

import dev.heed.kernel.Matrix;
import dev.heed.tensor.Tensor;

/// How much is left within one chunk: of what a position writes when another reads it, of the state
/// before the chunk when a position reads it, and of what a position writes when the chunk ends.
///
/// With `A` the sum of the logarithms from the beginning of the chunk, these are `exp(A_i - A_j)`,
/// `exp(A_i)` and `exp(A_end - A_j)`: differences are taken before the exponential, so nothing
/// overflows.
sealed interface ChunkDecay permits HeadDecay, ChannelDecay {
  /// Reads the logarithms of a chunk.
  void load(int b, int n, Span span);

  /// `p[i, j] = Σ_e q[i, e] k[j, e] exp(A_i - A_j)` for `j <= i`, else 0.
  void scores(Matrix q, Matrix k, Matrix p);

  /// `to[i] = exp(A_i) x[i]`; `to` may be `x`.
  void sinceBegin(Matrix x, Matrix to);

  /// `to[j] = exp(A_end - A_j) x[j]`; `to` may be `x`.
  void untilEnd(Matrix x, Matrix to);

  /// `S = exp(A_end) S`.
  ///
  /// @param state `[E, W]`
  void fade(Matrix state);

  /// The backward of [#scores]: adds to `dq` and `dk`.
  ///
  /// @param dp `[i, j]`, of which those with `j > i` do not matter; destroyed
  void scoresBackward(Matrix dp, Matrix q, Matrix k, Matrix dq, Matrix dk);

  /// Takes in that a gradient `dx` came to rows that read at their position: `dA_i += x_i dx_i`.
  void reads(Matrix x, Matrix dx);

  /// Takes in that a gradient `dx` came to rows that were written at theirs: `dA_j -= x_j dx_j`.
  void writes(Matrix x, Matrix dx);

  /// Takes in the state after the chunk and its gradient: `dA_end += S dS`.
  void end(Matrix state, Matrix dState);

  /// Writes the gradients of the logarithms of the chunk, `da_t = Σ dA_s` for `s >= t`, and begins
  /// anew.
  ///
  /// @param to shaped as the decays of the input
  void finish(Tensor to, int b, int n, Span span);
}
