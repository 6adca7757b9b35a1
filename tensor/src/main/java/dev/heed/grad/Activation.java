package dev.heed.grad;

import dev.heed.kernel.Rows;
import dev.heed.kernel.Rows.Row;
import dev.heed.kernel.SpecialFunctions;

/// The functions between two linear layers, each with its derivative.
public enum Activation {
  /// `x Φ(x)`, [Hendrycks and Gimpel 2016](https://arxiv.org/abs/1606.08415).
  GELU_ERF {
    @Override
    void forward(Rows rows, Row x, Row y, int length) {
      rows.geluErf(x.array(), x.from(), y.array(), y.from(), length);
    }

    @Override
    double derivative(double x) {
      double density = Math.exp(-0.5 * x * x) / Math.sqrt(2 * Math.PI);
      return 0.5 * (1 + SpecialFunctions.erf(x / Math.sqrt(2))) + x * density;
    }
  },
  /// The tanh approximation of GELU, section 2 of the same paper.
  GELU_TANH {
    @Override
    void forward(Rows rows, Row x, Row y, int length) {
      rows.geluTanh(x.array(), x.from(), y.array(), y.from(), length);
    }

    @Override
    double derivative(double x) {
      double factor = Math.sqrt(2 / Math.PI);
      double tanh = Math.tanh(factor * (x + 0.044715 * x * x * x));
      return 0.5 * (1 + tanh) + 0.5 * x * (1 - tanh * tanh) * factor * (1 + 3 * 0.044715 * x * x);
    }
  },
  /// `x / (1 + e^-x)`.
  SILU {
    @Override
    void forward(Rows rows, Row x, Row y, int length) {
      rows.silu(x.array(), x.from(), y.array(), y.from(), length);
    }

    @Override
    double derivative(double x) {
      double sigmoid = 1 / (1 + Math.exp(-x));
      return sigmoid * (1 + x * (1 - sigmoid));
    }
  },
  TANH {
    @Override
    void forward(Rows rows, Row x, Row y, int length) {
      for (int i = 0; i < length; i++) {
        y.array()[y.from() + i] = (float) Math.tanh(x.array()[x.from() + i]);
      }
    }

    @Override
    double derivative(double x) {
      double tanh = Math.tanh(x);
      return 1 - tanh * tanh;
    }
  },
  /// `max(x, 0)`.
  RELU {
    @Override
    void forward(Rows rows, Row x, Row y, int length) {
      for (int i = 0; i < length; i++) {
        y.array()[y.from() + i] = Math.max(x.array()[x.from() + i], 0);
      }
    }

    @Override
    double derivative(double x) {
      return x > 0 ? 1 : 0;
    }
  };

  abstract void forward(Rows rows, Row x, Row y, int length);

  abstract double derivative(double x);
}
