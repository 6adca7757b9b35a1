package dev.heed.grad;

import dev.heed.tensor.Tensor;

/// Sees, and may replace, the value at every site that it wants.
public interface Probe {
  /// Wants nothing.
  Probe NONE =
      new Probe() {
        @Override
        public boolean wants(Site site) {
          return false;
        }

        @Override
        public Tensor at(Site site, Tensor value) {
          return value;
        }
      };

  /// Whether [#at] is to be called for `site`; what nobody wants is not materialised.
  boolean wants(Site site);

  /// Returns the value to go on with: `value` itself, changed in place or not, or another of its
  /// shape. The value is scratch of the run; whoever keeps it copies it.
  Tensor at(Site site, Tensor value);
}
