package dev.heed.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// A scale from values to places along an axis, with its marks.
///
/// @param low the value at its beginning
/// @param high the value at its end, larger
record Axis(Kind kind, double low, double high) {
  enum Kind {
    LINEAR,
    LOGARITHMIC
  }

  private static final double[] STEPS = {1, 2, 2.5, 5, 10};
  private static final double[][] DECADES = {
    {1, 1.2, 1.4, 1.6, 1.8, 2, 2.5, 3, 3.5, 4, 5, 6, 7, 8, 9},
    {1, 1.5, 2, 3, 4, 5, 7},
    {1, 2, 5},
    {1}
  };

  /// An axis around values, with a little room; logarithmic only where all are above 0.
  static Axis around(Kind kind, double least, double most) {
    if (kind == Kind.LOGARITHMIC && least > 0) {
      double room = most > least ? 0.04 * Math.log(most / least) : 0.05;
      return new Axis(kind, least * Math.exp(-room), most * Math.exp(room));
    }
    double room = most > least ? 0.05 * (most - least) : Math.max(Math.abs(most) * 0.1, 1e-9);
    double low = least >= 0 ? Math.max(0, least - room) : least - room;
    return new Axis(Kind.LINEAR, low, most + room);
  }

  /// Where a value lies, from 0 to 1.
  double place(double value) {
    return kind == Kind.LINEAR
        ? (value - low) / (high - low)
        : Math.log(value / low) / Math.log(high / low);
  }

  /// Round values, about `wanted` of them.
  List<Double> marks(int wanted) {
    return kind == Kind.LINEAR ? linear(wanted) : logarithmic(wanted);
  }

  private List<Double> linear(int wanted) {
    double rough = (high - low) / wanted;
    double decade = Math.pow(10, Math.floor(Math.log10(rough)));
    double step = 10 * decade;
    for (double candidate : STEPS) {
      if (candidate * decade >= rough) {
        step = candidate * decade;
        break;
      }
    }
    List<Double> marks = new ArrayList<>();
    for (long i = (long) Math.ceil(low / step - 1e-9); i * step <= high * (1 + 1e-12); i++) {
      marks.add(i * step);
    }
    return marks;
  }

  // the densest marks that are not too many
  private List<Double> logarithmic(int wanted) {
    for (double[] decade : DECADES) {
      List<Double> marks = new ArrayList<>();
      for (int ten = (int) Math.floor(Math.log10(low)); Math.pow(10, ten) <= high; ten++) {
        for (double digit : decade) {
          double value = digit * Math.pow(10, ten);
          if (value >= low && value <= high) {
            marks.add(value);
          }
        }
      }
      if (marks.size() <= wanted + 1) {
        return marks.size() >= 3 ? marks : linear(wanted);
      }
    }
    return linear(wanted);
  }

  /// A value as a mark shows it: `1.5`, `12k`, `3e-4`.
  static String label(double value) {
    double size = Math.abs(value);
    if (size >= 1e9) {
      return trimmed(value / 1e9) + "G";
    }
    if (size >= 1e6) {
      return trimmed(value / 1e6) + "M";
    }
    if (size >= 1e4) {
      return trimmed(value / 1e3) + "k";
    }
    if (size > 0 && size < 1e-3) {
      String text = String.format(Locale.ROOT, "%.2e", value);
      int e = text.indexOf('e');
      return strip(text.substring(0, e)) + "e" + Integer.parseInt(text.substring(e + 1));
    }
    return trimmed(value);
  }

  private static String trimmed(double value) {
    return strip(String.format(Locale.ROOT, "%.4f", value));
  }

  private static String strip(String number) {
    return number.contains(".") ? number.replaceFirst("\\.?0+$", "") : number;
  }
}
