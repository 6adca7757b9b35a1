package dev.heed.lens;

import dev.heed.attention.Observer;
import dev.heed.attention.Observers;
import dev.heed.attention.Statistics;
import dev.heed.attention.Watch;
import dev.heed.checkpoint.Json;
import dev.heed.grad.Run;
import dev.heed.grad.Site;
import dev.heed.grad.Tokens;
import dev.heed.model.DecoderCache;
import dev.heed.tensor.Tensor;
import dev.heed.tensor.Workspace;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;

/// How the heads of a model spread their attention over a text of any length, observed while it
/// streams: no map is ever there. The text is read in windows that know nothing of each other, a
/// window in parts through a cache, so memory grows with the window and not with the text.
///
/// @param tokens of the text that were read, without those put before windows
/// @param windows it was read in
public record TextStatistics(long tokens, int windows, Settings settings, List<Head> heads) {
  /// Into how many stretches the places of a window are cut for what keys receive, at most.
  public static final int STRETCHES = 256;

  private static final int TOKENS_AT_ONCE = 2048;

  /// @param window tokens of a window, the beginning included
  /// @param top the number of keys in [Head#top]
  /// @param beginning the token that every window begins with, where the model wants one
  public record Settings(int window, int top, OptionalInt beginning) {
    public Settings {
      if (window < 2 + beginning.stream().count() || top < 1) {
        throw new LensException(
            "statistics: windows of %d tokens, top %d keys; 3 and 1 or more would fit"
                .formatted(window, top));
      }
    }
  }

  /// What a head does.
  ///
  /// @param top the weight that the keys of the largest weights have together, the mean over
  ///   queries
  /// @param coverage what a key receives from a query that may see it, the mean over the keys of
  ///   each stretch of the window; 0 where none is seen
  public record Head(HeadId id, HeadStatistics statistics, double top, List<Double> coverage) {
    public Head {
      coverage = List.copyOf(coverage);
    }

    /// All of it.
    public Json.Obj json() {
      return Json.object()
          .with("head", id.toString())
          .with("statistics", statistics.json())
          .with("top", top)
          .with("coverage", Json.of(coverage.stream().map(Json::of).toList()));
    }
  }

  public TextStatistics {
    heads = List.copyOf(heads);
  }

  /// Of a text, by all heads that have patterns.
  public static TextStatistics of(Lens lens, int[] text, Settings settings) {
    int context = lens.decoder().context();
    if (settings.window > context || text.length < 2) {
      throw new LensException(
          "statistics: %d tokens in windows of %d; 2 or more in windows of up to %d, the context, would fit"
              .formatted(text.length, settings.window, context));
    }
    return new Reading(lens, settings).read(text);
  }

  /// All of it.
  public Json.Obj json() {
    return Json.object()
        .with("tokens", tokens)
        .with("windows", windows)
        .with("window", settings.window)
        .with("heads", Json.of(heads.stream().map(Head::json).toList()));
  }

  /// The reading of one text.
  private static final class Reading implements Watch {
    private final Lens lens;
    private final Settings settings;
    private final Observer.Top top;
    private final Observers observers;
    private final Map<HeadId, Sums> sums = new TreeMap<>();
    private int from;

    Reading(Lens lens, Settings settings) {
      this.lens = lens;
      this.settings = settings;
      top = new Observer.Top(settings.top);
      observers =
          Observers.of(
              Observer.visible(),
              Observer.total(),
              Observer.entropy(),
              Observer.maximum(),
              Observer.distance(),
              Observer.onKey(0),
              Observer.coverage(),
              Observer.seenBy(),
              top);
    }

    TextStatistics read(int[] text) {
      Run run = lens.run().choosing(Watch.class, this);
      int first = (int) settings.beginning.stream().count();
      int room = settings.window - first;
      int atOnce = Math.max(1, TOKENS_AT_ONCE / settings.window);
      int whole = text.length / room;
      for (int window = 0; window < whole; window += atOnce) {
        read(text, window * room, Math.min(atOnce, whole - window), room, run);
      }
      int rest = text.length - whole * room;
      // a token that has nobody to look at says nothing
      if (rest + first >= 2) {
        read(text, whole * room, 1, rest, run);
      }
      List<Head> heads = new ArrayList<>();
      sums.forEach((id, sum) -> heads.add(sum.head(id)));
      int windows = whole + (rest + first >= 2 ? 1 : 0);
      return new TextStatistics(text.length, windows, settings, heads);
    }

    /// Reads `count` windows of `room` tokens of the text side by side.
    private void read(int[] text, int at, int count, int room, Run run) {
      int first = (int) settings.beginning.stream().count();
      int length = first + room;
      int[] ids = new int[count * length];
      for (int n = 0; n < count; n++) {
        ids[n * length] = settings.beginning.orElse(0);
        System.arraycopy(text, at + n * room, ids, n * length + first, room);
      }
      Tokens windows = new Tokens(ids, count, length);
      lens.check(windows);
      Workspace.Mark mark = run.workspace().mark();
      if (length <= DecoderCache.LONGEST_PART) {
        from = 0;
        lens.decoder().hidden(windows, run);
        run.workspace().release(mark);
      } else {
        readInParts(windows, run);
      }
    }

    private void readInParts(Tokens windows, Run run) {
      try (DecoderCache cache =
          lens.decoder().newCache(windows.batch(), windows.length(), Lens.KEEPING)) {
        cache.expect(windows.length());
        for (from = 0; from < windows.length(); from += DecoderCache.LONGEST_PART) {
          int count = Math.min(DecoderCache.LONGEST_PART, windows.length() - from);
          int[] part = new int[windows.batch() * count];
          for (int b = 0; b < windows.batch(); b++) {
            System.arraycopy(windows.ids(), b * windows.length() + from, part, b * count, count);
          }
          Workspace.Mark mark = run.workspace().mark();
          lens.decoder().hidden(new Tokens(part, windows.batch(), count), cache, run);
          run.workspace().release(mark);
        }
      }
    }

    @Override
    public boolean wants(Site pattern) {
      return lens.sites().has(pattern.path());
    }

    @Override
    public Observers observers() {
      return observers;
    }

    @Override
    public void at(Site pattern, Statistics seen) {
      SiteShape site = lens.sites().get(pattern.path());
      Tensor visible = seen.of(Observer.visible());
      for (int b = 0; b < visible.axis(0); b++) {
        for (int h = 0; h < visible.axis(1); h++) {
          Sums sum =
              sums.computeIfAbsent(new HeadId(site.layer(), h), _ -> new Sums(settings.window));
          sum.queries(seen, top, visible.axis(1) * b + h, site.before() + from);
          sum.keys(seen, visible.axis(1) * b + h);
        }
      }
    }
  }

  /// What is added up of a head.
  private static final class Sums {
    private final HeadStatistics.Sum statistics = new HeadStatistics.Sum();
    private final int window;
    private final double[] received;
    private final double[] seen;
    private double top;

    Sums(int window) {
      this.window = window;
      received = new double[Math.min(STRETCHES, window)];
      seen = new double[received.length];
    }

    /// @param head its number over all texts
    /// @param from the key where the first query stands
    void queries(Statistics of, Observer.Top largest, int head, int from) {
      int queries = of.of(Observer.visible()).axis(2);
      int width = of.of(largest).axis(3);
      for (int t = 0; t < queries; t++) {
        int at = head * queries + t;
        int visible = (int) number(of, Observer.visible(), at);
        if (visible >= 2) {
          statistics.add(
              from + t,
              visible,
              new HeadStatistics.Row(
                  number(of, Observer.total(), at),
                  number(of, Observer.entropy(), at),
                  number(of, Observer.maximum(), at),
                  number(of, Observer.onKey(0), at),
                  number(of, Observer.distance(), at)));
          for (int n = 0; n < width; n++) {
            top += number(of, largest, at * width + n);
          }
        }
      }
    }

    private static double number(Statistics of, Observer observer, int at) {
      Tensor numbers = of.of(observer);
      return numbers.array()[numbers.offset() + at];
    }

    void keys(Statistics of, int head) {
      int keys = of.of(Observer.coverage()).axis(2);
      for (int s = 0; s < keys; s++) {
        // keys before the text, of which some models have a few, stand with its first
        int stretch = (int) Math.min(received.length - 1L, (long) s * received.length / window);
        received[stretch] += number(of, Observer.coverage(), head * keys + s);
        seen[stretch] += number(of, Observer.seenBy(), head * keys + s);
      }
    }

    Head head(HeadId id) {
      Double[] coverage = new Double[received.length];
      Arrays.setAll(coverage, n -> received[n] / Math.max(1, seen[n]));
      HeadStatistics mean = statistics.mean();
      return new Head(id, mean, top / Math.max(1, mean.queries()), List.of(coverage));
    }
  }
}
