package dev.heed.attention;

import java.util.Arrays;

/// How similar one query and each key are, in double precision, as the formulas read; and back.
final class ReferenceScore {
  private final BoundCall call;
  private final HeadView q;
  private final HeadView k;
  private final int width;

  /// What the query is multiplied with: for `bilinear` `qᵀ W`, else the query.
  private final double[] query;

  /// What [#query] gets, where it is not the query.
  private final double[] dQuery;

  private int b;
  private int h;
  private int t;
  private double temperature;
  private double lengthOfQuery;

  ReferenceScore(BoundCall call) {
    this.call = call;
    this.q = call.input.q();
    this.k = call.input.k();
    this.width = call.shape.width();
    this.query = new double[width];
    this.dQuery = new double[width];
  }

  /// Moves to query `t` of head `h` of batch `b`.
  void at(int b, int h, int t) {
    this.b = b;
    this.h = h;
    this.t = t;
    this.temperature = call.temperature(h);
    for (int e = 0; e < width; e++) {
      query[e] = q(e);
    }
    this.lengthOfQuery = lengthOfQuery();
    Arrays.fill(dQuery, 0);
    if (call.attention.score() instanceof Score.Bilinear) {
      Arrays.fill(query, 0);
      for (int e = 0; e < width * width; e++) {
        query[e % width] += q(e / width) * matrix(e);
      }
    }
  }

  private double q(int e) {
    return q.array()[q.row(b, h, t) + e];
  }

  private double k(int s, int e) {
    return k.array()[k.row(b, call.shape.groupOf(h), s) + e];
  }

  /// Number `e` of the head's matrix.
  private double matrix(int e) {
    return call.learned("bilinear", h * width * width + e);
  }

  /// The score of the query with key `s`.
  double of(int s) {
    return call.scale * temperature * similarity(s);
  }

  private double similarity(int s) {
    return switch (call.attention.score()) {
      case Score.Dot _, Score.Bilinear _ -> dot(s);
      case Score.Cosine _ -> dot(s) / (length(lengthOfQuery) * length(lengthOfKey(s)));
      case Score.Distance _ -> -distance(s);
    };
  }

  private double dot(int s) {
    double sum = 0;
    for (int e = 0; e < width; e++) {
      sum += query[e] * k(s, e);
    }
    return sum;
  }

  private double distance(int s) {
    double sum = 0;
    for (int e = 0; e < width; e++) {
      sum += (q(e) - k(s, e)) * (q(e) - k(s, e));
    }
    return sum;
  }

  private double lengthOfQuery() {
    double sum = 0;
    for (int e = 0; e < width; e++) {
      sum += q(e) * q(e);
    }
    return Math.sqrt(sum);
  }

  private double lengthOfKey(int s) {
    double sum = 0;
    for (int e = 0; e < width; e++) {
      sum += k(s, e) * k(s, e);
    }
    return Math.sqrt(sum);
  }

  private static double length(double of) {
    return Math.max(of, Score.Cosine.SHORTEST);
  }

  /// Leads the gradient of the score with key `s` back.
  ///
  /// @param dq what the query gets, added to
  /// @param dk what the key gets, added to
  void back(int s, double gradient, double[] dq, double[] dk, LearnedSums learned) {
    double[] dTemperature = learned.of("temperature", 0, b, h);
    if (dTemperature.length > 0) {
      dTemperature[0] += gradient * call.scale * similarity(s);
    }
    double factor = gradient * call.scale * temperature;
    switch (call.attention.score()) {
      case Score.Dot _ -> {
        for (int e = 0; e < width; e++) {
          dq[e] += factor * k(s, e);
          dk[e] += factor * q(e);
        }
      }
      case Score.Cosine _ -> cosine(s, factor, dq, dk);
      case Score.Bilinear _ -> {
        for (int e = 0; e < width; e++) {
          dQuery[e] += factor * k(s, e);
          dk[e] += factor * query[e];
        }
      }
      case Score.Distance _ -> {
        for (int e = 0; e < width; e++) {
          dq[e] -= 2 * factor * (q(e) - k(s, e));
          dk[e] += 2 * factor * (q(e) - k(s, e));
        }
      }
    }
  }

  /// The derivative of `q · k / (|q| |k|)` by `q` is `(k / |k| - cos q / |q|) / |q|`.
  private void cosine(int s, double factor, double[] dq, double[] dk) {
    double ofQuery = length(lengthOfQuery);
    double ofKey = length(lengthOfKey(s));
    double cosine = dot(s) / (ofQuery * ofKey);
    double cosineByQuery = lengthOfQuery < Score.Cosine.SHORTEST ? 0 : cosine;
    double cosineByKey = lengthOfKey(s) < Score.Cosine.SHORTEST ? 0 : cosine;
    for (int e = 0; e < width; e++) {
      dq[e] += factor * (k(s, e) / ofKey - cosineByQuery * q(e) / ofQuery) / ofQuery;
      dk[e] += factor * (q(e) / ofQuery - cosineByKey * k(s, e) / ofKey) / ofKey;
    }
  }

  /// Adds what is left once all keys have been led back.
  void finish(double[] dq, LearnedSums learned) {
    if (call.attention.score() instanceof Score.Bilinear) {
      double[] sums = learned.of("bilinear", 0, b, h);
      for (int e = 0; e < width * width; e++) {
        dq[e / width] += matrix(e) * dQuery[e % width];
        if (sums.length > 0) {
          sums[e] += q(e / width) * dQuery[e % width];
        }
      }
    }
  }
}
