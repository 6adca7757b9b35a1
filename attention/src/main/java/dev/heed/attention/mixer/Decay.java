package dev.heed.attention.mixer;

import java.util.Arrays;

/// How the state fades from one position to the next: the logarithm, at most 0, of what it is
/// multiplied by before a position is written to it.
public sealed interface Decay {
  /// A logarithm of less than the least float.
  float NOTHING = -104;

  /// Nothing fades: linear attention, [Katharopoulos et al.
  /// 2020](https://arxiv.org/abs/2006.16236).
  record None() implements Decay {}

  /// A constant logarithm a head: retention, [Sun et al. 2023](https://arxiv.org/abs/2307.08621).
  ///
  /// @param logs `[N]`, one a state
  record Fixed(float[] logs) implements Decay {
    public Fixed {
      logs = logs.clone();
      for (float log : logs) {
        check(log);
      }
    }

    @Override
    public float[] logs() {
      return logs.clone();
    }

    float log(int state) {
      return check(logs[state]);
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Fixed fixed && Arrays.equals(logs, fixed.logs);
    }

    @Override
    public int hashCode() {
      return Arrays.hashCode(logs);
    }

    @Override
    public String toString() {
      return "fixed" + Arrays.toString(logs);
    }
  }

  /// A logarithm a position and head, which the input brings as `[B, T, N]`: Mamba-2, [Dao and Gu
  /// 2024](https://arxiv.org/abs/2405.21060), and gated retention.
  record PerHead() implements Decay {}

  /// A logarithm a position, head and channel of the keys, which the input brings as `[B, T, N·E]`:
  /// gated linear attention, [Yang et al. 2024](https://arxiv.org/abs/2312.06635).
  record PerChannel() implements Decay {}

  static Decay none() {
    return new None();
  }

  static Decay fixed(float... logs) {
    return new Fixed(logs);
  }

  static Decay perHead() {
    return new PerHead();
  }

  static Decay perChannel() {
    return new PerChannel();
  }

  /// The decays of retention, `log(1 - 2^(-5 - n))` for state `n`, section 3.1 of its paper.
  static Decay retention(int states) {
    float[] logs = new float[states];
    for (int n = 0; n < states; n++) {
      logs[n] = (float) Math.log1p(-Math.pow(2, -5.0 - n));
    }
    return new Fixed(logs);
  }

  /// A decay that was read, if the state does not grow by it; NaN passes and is seen in the result.
  /// Those that leave nothing, -∞ for example, are all alike, so that sums of them stay exact.
  static float check(float log) {
    if (log > 0) {
      throw new MixerException(
          "mixer: a state would grow by a logarithm of %s; decays are at most 0".formatted(log));
    }
    return Math.max(log, NOTHING);
  }
}
