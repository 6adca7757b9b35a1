package dev.heed.attention.mixer;

/// How a state mixer is computed; the results are those of one definition. A run chooses with
/// [dev.heed.grad.Run#choosing].
public sealed interface MixerMode {
  /// All positions against all, as attention does: work `T²`, no state between.
  record Parallel() implements MixerMode {}

  /// Positions of a chunk against each other, and a state from chunk to chunk: work `T`.
  ///
  /// @param length positions of a chunk
  record Chunked(int length) implements MixerMode {
    public Chunked {
      if (length < 1) {
        throw new MixerException(
            "mixer: chunks of %d positions; at least 1 is needed".formatted(length));
      }
    }
  }

  /// Position after position: what decoding does.
  record Recurrent() implements MixerMode {}

  /// Chunks of the length that is fastest on most machines.
  static MixerMode chunked() {
    return new Chunked(64);
  }
}
