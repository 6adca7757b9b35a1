package dev.heed.report;

import dev.heed.checkpoint.Json;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/// A chart of curves over steps, drawn as SVG; the script of the page shows values under the
/// pointer from the numbers that stand beside it.
record Chart(String title, String unit, Size size, Axis.Kind vertical, List<Curve> curves) {
  private static final int LEFT = 58;
  private static final int RIGHT = 14;
  private static final int TOP = 12;
  private static final int BOTTOM = 30;

  /// How much room a chart takes.
  enum Size {
    LARGE(1040, 380, 8, 7),
    SMALL(510, 210, 5, 4);

    private final int width;
    private final int height;
    private final int across;
    private final int up;

    Size(int width, int height, int across, int up) {
      this.width = width;
      this.height = height;
      this.across = across;
      this.up = up;
    }
  }

  /// One curve and how it looks.
  ///
  /// @param style the class of its CSS: `raw`, `train`, `validation`
  record Curve(String name, String style, Series series) {}

  Chart {
    curves = curves.stream().filter(curve -> !curve.series().isEmpty()).toList();
  }

  boolean isEmpty() {
    return curves.isEmpty();
  }

  String html() {
    Axis x = axis(Axis.Kind.LINEAR, Series::x);
    Axis y = axis(vertical, Series::y);
    StringBuilder out = new StringBuilder();
    out.append("<figure class=\"chart ").append(size.name().toLowerCase(Locale.ROOT)).append("\">");
    out.append("<figcaption><b>").append(Html.escape(title)).append("</b> <span>");
    out.append(Html.escape(unit)).append("</span>");
    legend(out);
    out.append("</figcaption><div class=\"plot\">");
    out.append(
        "<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\">"
            .formatted(size.width, size.height, Html.escape(title + ", " + unit)));
    grid(x, y, out);
    curves.forEach(curve -> draw(curve, x, y, out));
    out.append("<g class=\"pointer\"></g></svg><div class=\"tip\" hidden></div>");
    out.append("<script type=\"application/json\">").append(Html.script(numbers(x, y)));
    return out.append("</script></div></figure>\n").toString();
  }

  private void legend(StringBuilder out) {
    if (curves.size() < 2) {
      return;
    }
    out.append("<span class=\"legend\">");
    for (Curve curve : curves) {
      out.append("<i class=\"key ").append(curve.style).append("\"></i>");
      out.append(Html.escape(curve.name)).append(' ');
    }
    out.append("</span>");
  }

  private interface Values {
    double[] of(Series series);
  }

  @SuppressWarnings("ReferenceEquality") // the same series is meant, not the same numbers
  private Axis axis(Axis.Kind kind, Values values) {
    double least = Double.POSITIVE_INFINITY;
    double most = Double.NEGATIVE_INFINITY;
    for (Curve curve : curves) {
      double[] all = values.of(curve.series);
      least = Math.min(least, Arrays.stream(all).min().orElse(least));
      most = Math.max(most, Arrays.stream(all).max().orElse(most));
    }
    boolean steps =
        kind == Axis.Kind.LINEAR
            && least >= 0
            && values.of(curves.getFirst().series) == curves.getFirst().series.x();
    return steps ? new Axis(kind, 0, Math.max(most, 1)) : Axis.around(kind, least, most);
  }

  private double across(Axis x, double value) {
    return LEFT + x.place(value) * (size.width - LEFT - RIGHT);
  }

  private double up(Axis y, double value) {
    return size.height - BOTTOM - y.place(value) * (size.height - TOP - BOTTOM);
  }

  private void grid(Axis x, Axis y, StringBuilder out) {
    out.append("<g class=\"grid\">");
    for (double mark : y.marks(size.up)) {
      double at = up(y, mark);
      out.append(line(LEFT, at, size.width - RIGHT, at));
      out.append(text(LEFT - 8, at + 4, "end", Axis.label(mark)));
    }
    for (double mark : x.marks(size.across)) {
      double at = across(x, mark);
      out.append(line(at, size.height - BOTTOM, at, size.height - BOTTOM + 5));
      out.append(text(at, size.height - BOTTOM + 19, "middle", Axis.label(mark)));
    }
    out.append("</g>");
  }

  private static String line(double x1, double y1, double x2, double y2) {
    return String.format(Locale.ROOT, "<path d=\"M%.1f %.1fL%.1f %.1f\"/>", x1, y1, x2, y2);
  }

  private static String text(double x, double y, String anchor, String label) {
    return String.format(
        Locale.ROOT,
        "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>",
        x,
        y,
        anchor,
        Html.escape(label));
  }

  private void draw(Curve curve, Axis x, Axis y, StringBuilder out) {
    Series series = curve.series;
    out.append("<path class=\"curve ").append(curve.style).append("\" d=\"");
    for (int i = 0; i < series.size(); i++) {
      out.append(i == 0 ? 'M' : 'L');
      out.append(
          String.format(Locale.ROOT, "%.1f %.1f", across(x, series.x()[i]), up(y, series.y()[i])));
    }
    out.append("\"/>");
    boolean points = curve.style.equals("validation") || series.size() == 1;
    for (int i = 0; points && i < series.size() && series.size() <= 100; i++) {
      out.append(
          String.format(
              Locale.ROOT,
              "<circle class=\"point %s\" cx=\"%.1f\" cy=\"%.1f\" r=\"3\"/>",
              curve.style,
              across(x, series.x()[i]),
              up(y, series.y()[i])));
    }
  }

  private Json.Obj numbers(Axis x, Axis y) {
    List<Json> all = new ArrayList<>();
    for (Curve curve : curves) {
      all.add(
          Json.object()
              .with("name", curve.name)
              .with("style", curve.style)
              .with("x", array(curve.series.x()))
              .with("y", array(curve.series.y())));
    }
    return Json.object()
        .with("x", scale(x, LEFT, size.width - RIGHT))
        .with("y", scale(y, size.height - BOTTOM, TOP))
        .with("curves", Json.of(all));
  }

  private static Json.Obj scale(Axis axis, double from, double to) {
    return Json.object()
        .with("low", axis.low())
        .with("high", axis.high())
        .with("from", from)
        .with("to", to)
        .with("log", axis.kind() == Axis.Kind.LOGARITHMIC);
  }

  private static Json array(double[] values) {
    return Json.of(
        Arrays.stream(values)
            .mapToObj(value -> new Json.Num(String.format(Locale.ROOT, "%.6g", value)))
            .toList());
  }
}
