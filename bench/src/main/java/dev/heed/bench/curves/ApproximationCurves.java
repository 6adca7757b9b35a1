package dev.heed.bench.curves;

import dev.heed.grad.Run;
import dev.heed.kernel.Kernels;
import dev.heed.kernel.Workers;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// How far from attention are those that approximate it, beside the mean of all values, which costs
/// nothing? `java -cp bench/target/bench.jar dev.heed.bench.curves.ApproximationCurves [FILE.svg]`
///
/// Bidirectional attention of 512 positions and width 32; the relative error `|Ô - O| / |O|`
/// (Frobenius) over four heads, for keys and queries of which each number is normal with a
/// deviation of 0.5 or 1, on its own or as a running mean of 17 positions. Linformer stands there
/// twice: with the random matrices that it begins with, and trained to the error itself on texts of
/// the same kind, tested on others. All draws have seeds; the table goes to standard output.
public final class ApproximationCurves {
  private static final int[] SIZES = {16, 32, 64, 128, 256};

  private ApproximationCurves() {}

  /// The errors of one method for one kind of text, one a size.
  record Curve(String method, double[] errors) {}

  /// What is drawn of one kind of text.
  record Panel(String title, List<Curve> curves) {}

  public static void main(String[] arguments) throws IOException {
    PrintStream out = System.out;
    List<Panel> panels = new ArrayList<>();
    try (Workers workers = Workers.of(Runtime.getRuntime().availableProcessors())) {
      Run run = Run.inference(Kernels.best(), workers);
      for (Texts.Kind kind : Texts.Kind.values()) {
        Panel panel = new Panel(kind.title(), curves(kind, run));
        print(panel, out);
        panels.add(panel);
      }
    }
    if (arguments.length > 0) {
      Files.writeString(Path.of(arguments[0]), Svg.of(panels, SIZES));
      out.println("written to " + arguments[0]);
    }
  }

  private static List<Curve> curves(Texts.Kind kind, Run run) {
    Texts texts = Texts.drawn(kind, Texts.TEST_SEED);
    float[] exact = Methods.exact(texts, run);
    List<Curve> curves = new ArrayList<>();
    for (Methods method : Methods.values()) {
      double[] errors = new double[SIZES.length];
      for (int n = 0; n < SIZES.length; n++) {
        errors[n] = error(method.result(texts, SIZES[n], run), exact);
      }
      curves.add(new Curve(method.title(), errors));
    }
    return curves;
  }

  private static double error(float[] made, float[] exact) {
    double difference = 0;
    double size = 0;
    for (int n = 0; n < exact.length; n++) {
      difference += ((double) made[n] - exact[n]) * ((double) made[n] - exact[n]);
      size += (double) exact[n] * exact[n];
    }
    return Math.sqrt(difference / size);
  }

  private static void print(Panel panel, PrintStream out) {
    out.printf("%n%-26s", panel.title());
    for (int size : SIZES) {
      out.printf("%8s", "m=" + size);
    }
    out.println();
    for (Curve curve : panel.curves()) {
      out.printf("  %-24s", curve.method());
      for (double error : curve.errors()) {
        out.printf(Locale.ROOT, "%8.3f", error);
      }
      out.println();
    }
  }
}
