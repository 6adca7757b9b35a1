package dev.heed.cli.conform;

import dev.heed.tensor.HeedException;

/// A case that is well formed and that Heed cannot express.
final class UnsupportedCase extends HeedException {
  private static final long serialVersionUID = 1L;

  UnsupportedCase(String reason) {
    super(reason);
  }
}
