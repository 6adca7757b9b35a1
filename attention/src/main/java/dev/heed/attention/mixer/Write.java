package dev.heed.attention.mixer;

/// What a position writes to the state under its key `k`, where the state reads `r = kᵀ S` after it
/// faded.
public enum Write {
  /// Its value: `S += k (b v)ᵀ`, with `b = 1` where the input brings no strength.
  ADD,

  /// What is missing of its value: `S += k (b (v - r))ᵀ`, the delta rule, [Schlag et al.
  /// 2021](https://arxiv.org/abs/2102.11174); with a decay the gated delta rule, [Yang et al.
  /// 2025](https://arxiv.org/abs/2412.06464).
  DELTA
}
