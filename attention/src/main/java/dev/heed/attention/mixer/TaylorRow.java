package dev.heed.attention.mixer;

import dev.heed.kernel.Rows.Row;

/// The features of [FeatureMap.Taylor] of one head: 1, then `x_i E^(-1/4)`, then `x_i x_j /
/// sqrt(E)` for `i < j` and that by `sqrt(2)` for `i = j`, row by row.
final class TaylorRow {
  private TaylorRow() {}

  static void forward(Row x, int width, Row y) {
    float first = (float) Math.pow(width, -0.25);
    float second = (float) (1 / Math.sqrt(width));
    float square = (float) (second / Math.sqrt(2));
    y.array()[y.from()] = 1;
    int at = y.from() + 1;
    for (int i = 0; i < width; i++) {
      y.array()[at++] = first * x.array()[x.from() + i];
    }
    for (int i = 0; i < width; i++) {
      float number = x.array()[x.from() + i];
      y.array()[at++] = square * number * number;
      for (int j = i + 1; j < width; j++) {
        y.array()[at++] = second * number * x.array()[x.from() + j];
      }
    }
  }

  static void backward(Row x, int width, Row dy, Row dx) {
    float first = (float) Math.pow(width, -0.25);
    float second = (float) (1 / Math.sqrt(width));
    float square = (float) (second * Math.sqrt(2));
    int at = dy.from() + 1;
    for (int i = 0; i < width; i++) {
      dx.array()[dx.from() + i] += first * dy.array()[at++];
    }
    for (int i = 0; i < width; i++) {
      float number = x.array()[x.from() + i];
      float sum = square * number * dy.array()[at++];
      for (int j = i + 1; j < width; j++) {
        float gradient = second * dy.array()[at++];
        sum += gradient * x.array()[x.from() + j];
        dx.array()[dx.from() + j] += gradient * number;
      }
      dx.array()[dx.from() + i] += sum;
    }
  }
}
