package dev.heed.attention;

import java.util.Arrays;

/// How similar one query and each key are, in double precision, as the formulas read; and back.
final class ReferenceScore {
  private final BoundCall call;
  private final HeadView q;
  private final HeadView k;
  private final int width;

  /// What the query is multiplied with: for `bilinear` `qᵀ W`, for `additive` what is added to it,
  /// `Wq q + b`, else the query.
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
    int inside = call.attention.score() instanceof Score.Additive(int hidden, _) ? hidden : width;
    this.query = new double[Math.max(width, inside)];
    this.dQuery = new double[inside];
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
    for (int e = 0; e < width && call.hasContentBias(); e++) {
      query[e] += call.learned("xl.u", h * width + e);
    }
    Arrays.fill(dQuery, 0);
    if (call.attention.score() instanceof Score.Additive(int hidden, _)) {
      for (int a = 0; a < hidden; a++) {
        query[a] = call.learned("additive.b", h * hidden + a);
        for (int e = 0; e < width; e++) {
          query[a] += call.learned("additive.wq", (h * hidden + a) * width + e) * q(e);
        }
      }
    } else if (call.attention.score() instanceof Score.Bilinear) {
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
      case Score.Additive(int hidden, _) -> {
        double sum = 0;
        for (int a = 0; a < hidden; a++) {
          sum += call.learned("additive.v", h * hidden + a) * tangent(a, hidden, s);
        }
        yield sum;
      }
    };
  }

  /// `tanh(Wq q + Wk k + b)`, number `a`.
  private double tangent(int a, int hidden, int s) {
    double sum = query[a];
    for (int e = 0; e < width; e++) {
      sum += call.learned("additive.wk", (h * hidden + a) * width + e) * k(s, e);
    }
    return Math.tanh(sum);
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
        double[] content = learned.of("xl.u", 0, b, h);
        for (int e = 0; e < width; e++) {
          dq[e] += factor * k(s, e);
          dk[e] += factor * query[e];
          if (content.length > 0) {
            content[e] += factor * k(s, e);
          }
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
      case Score.Additive(int hidden, _) -> additive(s, factor, hidden, dk, learned);
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

  private void additive(int s, double factor, int hidden, double[] dk, LearnedSums learned) {
    double[] dv = learned.of("additive.v", 0, b, h);
    double[] dMatrix = learned.of("additive.wk", 0, b, h);
    for (int a = 0; a < hidden; a++) {
      double tangent = tangent(a, hidden, s);
      if (dv.length > 0) {
        dv[a] += factor * tangent;
      }
      double inner = factor * call.learned("additive.v", h * hidden + a) * (1 - tangent * tangent);
      dQuery[a] += inner;
      for (int e = 0; e < width; e++) {
        dk[e] += inner * call.learned("additive.wk", (h * hidden + a) * width + e);
        if (dMatrix.length > 0) {
          dMatrix[a * width + e] += inner * k(s, e);
        }
      }
    }
  }

  /// Adds what is left once all keys have been led back.
  void finish(double[] dq, LearnedSums learned) {
    if (call.attention.score() instanceof Score.Additive(int hidden, _)) {
      double[] ofMatrix = learned.of("additive.wq", 0, b, h);
      double[] ofBias = learned.of("additive.b", 0, b, h);
      for (int n = 0; n < hidden * width; n++) {
        dq[n % width] += call.learned("additive.wq", h * hidden * width + n) * dQuery[n / width];
        if (ofMatrix.length > 0) {
          ofMatrix[n] += q(n % width) * dQuery[n / width];
        }
      }
      for (int a = 0; a < ofBias.length; a++) {
        ofBias[a] += dQuery[a];
      }
    } else if (call.attention.score() instanceof Score.Bilinear) {
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
