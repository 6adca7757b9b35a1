package dev.heed.bench.curves;

import dev.heed.bench.curves.ApproximationCurves.Curve;
import dev.heed.bench.curves.ApproximationCurves.Panel;
import java.util.List;
import java.util.Locale;

/// Panels of curves side by side, both axes logarithmic.
final class Svg {
  private static final int WIDTH = 320;
  private static final int HEIGHT = 260;
  private static final int LEFT = 44;
  private static final int TOP = 34;
  private static final double LEAST = 0.02;
  private static final double MOST = 20;
  private static final List<String> COLORS =
      List.of("#888888", "#0b62a4", "#7fb2dd", "#e07b39", "#a33a0c", "#2a8c4a", "#8a4fbf");

  private Svg() {}

  static String of(List<Panel> panels, int[] sizes) {
    StringBuilder out = new StringBuilder();
    int width = panels.size() * (WIDTH + LEFT + 10) + 10;
    int height = HEIGHT + TOP + 60 + 18 * ((panels.getFirst().curves().size() + 2) / 3);
    out.append(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" font-family=\"sans-serif\" font-size=\"12\">%n"
            .formatted(width, height));
    out.append("<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n");
    for (int n = 0; n < panels.size(); n++) {
      panel(panels.get(n), sizes, n * (WIDTH + LEFT + 10) + LEFT, out);
    }
    legend(panels.getFirst().curves(), out);
    return out.append("</svg>\n").toString();
  }

  private static void panel(Panel panel, int[] sizes, int left, StringBuilder out) {
    text(left, TOP - 12, "start", panel.title() + ": relative error", out);
    for (double tick : new double[] {0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20}) {
      line(left, y(tick), left + WIDTH, y(tick), out);
      text(left - 4, y(tick) + 4, "end", String.format(Locale.ROOT, "%.4s", tick), out);
    }
    for (int n = 0; n < sizes.length; n++) {
      text(x(left, n, sizes), TOP + HEIGHT + 16, "middle", "m=" + sizes[n], out);
    }
    for (int c = 0; c < panel.curves().size(); c++) {
      double[] errors = panel.curves().get(c).errors();
      StringBuilder points = new StringBuilder();
      for (int n = 0; n < errors.length; n++) {
        points
            .append(number(x(left, n, sizes)))
            .append(',')
            .append(number(y(errors[n])))
            .append(' ');
      }
      out.append(
          "<polyline fill=\"none\" stroke-width=\"2\" stroke=\"%s\" points=\"%s\"/>%n"
              .formatted(COLORS.get(c), points.toString().strip()));
    }
  }

  private static void legend(List<Curve> curves, StringBuilder out) {
    for (int c = 0; c < curves.size(); c++) {
      int left = LEFT + c % 3 * 300;
      int top = TOP + HEIGHT + 44 + c / 3 * 18;
      out.append(
          "<rect x=\"%d\" y=\"%d\" width=\"22\" height=\"3\" fill=\"%s\"/>%n"
              .formatted(left, top - 5, COLORS.get(c)));
      text(left + 28, top, "start", curves.get(c).method(), out);
    }
  }

  private static double x(int left, int n, int[] sizes) {
    return left + 20 + (WIDTH - 40.0) * n / (sizes.length - 1);
  }

  private static double y(double error) {
    double inside = Math.clamp(error, LEAST, MOST);
    return TOP + HEIGHT * Math.log(MOST / inside) / Math.log(MOST / LEAST);
  }

  private static void line(double x, double y, double toX, double toY, StringBuilder out) {
    out.append(
        "<line x1=\"%s\" y1=\"%s\" x2=\"%s\" y2=\"%s\" stroke=\"#dddddd\"/>%n"
            .formatted(number(x), number(y), number(toX), number(toY)));
  }

  private static void text(double x, double y, String anchor, String text, StringBuilder out) {
    out.append(
        "<text x=\"%s\" y=\"%s\" text-anchor=\"%s\">%s</text>%n"
            .formatted(number(x), number(y), anchor, text));
  }

  private static String number(double number) {
    return String.format(Locale.ROOT, "%.1f", number);
  }
}
