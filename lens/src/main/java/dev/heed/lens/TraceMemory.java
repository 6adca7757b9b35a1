package dev.heed.lens;

import dev.heed.tensor.Shape;
import java.util.List;
import java.util.Locale;

/// How much memory a trace takes, in bytes.
///
/// @param kept by the values at sites, as long as the trace is held
/// @param logits kept besides
/// @param passing for the maps of one layer while it is computed
public record TraceMemory(long kept, long logits, long passing) {
  private static final int SCORES_AND_PATTERN = 2;

  static TraceMemory of(List<SiteShape> sites, Shape tokens, int vocabulary) {
    int batch = tokens.axis(0);
    int length = tokens.axis(1);
    long kept = 0;
    long passing = 0;
    for (SiteShape site : sites) {
      long numbers = size(site, batch, length);
      kept += Float.BYTES * numbers;
      if (site.axes() == SiteShape.Axes.MAP) {
        kept += numbers / Byte.SIZE;
        passing = Math.max(passing, SCORES_AND_PATTERN * Float.BYTES * numbers);
      }
    }
    return new TraceMemory(kept, (long) Float.BYTES * batch * length * vocabulary, passing);
  }

  private static long size(SiteShape site, long batch, long length) {
    return switch (site.axes()) {
      case ROWS, HEADS -> batch * length * site.heads() * site.width();
      case MAP -> batch * site.heads() * length * (site.before() + length);
    };
  }

  /// All of it, at the moment when it is most.
  public long total() {
    return kept + logits + passing;
  }

  @Override
  public String toString() {
    return "%s for values, %s for logits, %s in passing"
        .formatted(megabytes(kept), megabytes(logits), megabytes(passing));
  }

  static String megabytes(long bytes) {
    return String.format(Locale.ROOT, "%.1f MB", bytes / 1e6);
  }
}
