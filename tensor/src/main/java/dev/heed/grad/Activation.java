package dev.heed.grad;

import dev.heed.kernel.Rows;
import dev.heed.kernel.Rows.Row;
import dev.heed.kernel.RowsBackward;

/// The functions between two linear layers, each with its derivative.
public enum Activation {
  /// `x Φ(x)`, [Hendrycks and Gimpel 2016](https://arxiv.org/abs/1606.08415).
  GELU_ERF,
  /// The tanh approximation of GELU, section 2 of the same paper.
  GELU_TANH,
  /// `x / (1 + e^-x)`.
  SILU,
  TANH,
  /// `max(x, 0)`.
  RELU;

  /// `y = f(x)`.
  void forward(Rows rows, Row x, Row y, int length) {
    switch (this) {
      case GELU_ERF -> rows.geluErf(x.array(), x.from(), y.array(), y.from(), length);
      case GELU_TANH -> rows.geluTanh(x.array(), x.from(), y.array(), y.from(), length);
      case SILU -> rows.silu(x.array(), x.from(), y.array(), y.from(), length);
      case TANH -> rows.tanh(x.array(), x.from(), y.array(), y.from(), length);
      case RELU -> rows.relu(x.array(), x.from(), y.array(), y.from(), length);
    }
  }

  /// Kernels and room for them to write to.
  record Slopes(RowsBackward rows, float[] room) {}

  /// `dx = dy f'(x)`.
  void backward(Slopes slopes, Row x, Row dy, Row dx, int length) {
    RowsBackward rows = slopes.rows;
    float[] room = slopes.room;
    switch (this) {
      case GELU_ERF -> rows.geluErf(x, dy, dx, length, room);
      case GELU_TANH -> rows.geluTanh(x, dy, dx, length, room);
      case SILU -> rows.silu(x, dy, dx, length, room);
      case TANH -> rows.tanh(x, dy, dx, length, room);
      case RELU -> rows.relu(x, dy, dx, length);
    }
  }
}
