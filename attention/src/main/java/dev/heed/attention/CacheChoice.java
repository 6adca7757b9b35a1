package dev.heed.attention;

import dev.heed.attention.Forms.Form;
import java.util.List;
import java.util.OptionalInt;

/// Which cache a layer gets: how it lays its rows out, and how it keeps a number.
///
/// As text, a layout and, for eight bits, the word `int8` after it: `fitting`, `paged(64) int8`.
public record CacheChoice(Layout layout, CacheNumbers numbers) {
  private static final String EIGHT_BITS = "int8";

  static final Forms<Layout> FORMS =
      new Forms<>(
          "cache",
          List.of(
              new Form<>(
                  "fitting",
                  Layout.Fitting.class,
                  "grows, or slides where the mask is a window",
                  "Heed",
                  _ -> new Layout.Fitting()),
              new Form<>(
                  "ring(window, sinks)",
                  Layout.Ring.class,
                  "the latest positions in a ring of slots, the first few for good",
                  "Xiao et al. 2023, https://arxiv.org/abs/2309.17453",
                  of -> new Layout.Ring(of.whole(0), of.whole(1))),
              new Form<>(
                  "paged(positions)",
                  Layout.Paged.class,
                  "pages of a pool, which sequences share until they differ",
                  "Kwon et al. 2023, https://arxiv.org/abs/2309.06180",
                  of -> new Layout.Paged(of.whole(0)))));

  /// How the rows of a cache lie.
  public sealed interface Layout {
    /// [GrowingCache], or [SlidingCache] where the mask looks through a window.
    record Fitting() implements Layout {}

    /// [RingCache].
    record Ring(int window, int sinks) implements Layout {
      public Ring {
        if (window < 1 || sinks < 0) {
          throw new AttentionException(
              "cache: a ring for a window of %d and %d sinks; at least 1 and 0 would do"
                  .formatted(window, sinks));
        }
      }
    }

    /// [PagedCache], in a pool of its own.
    ///
    /// @param rows positions of a page
    record Paged(int rows) implements Layout {
      public Paged {
        if (rows < 1) {
          throw new AttentionException(
              "cache: pages of %d positions; at least 1 would do".formatted(rows));
        }
      }
    }
  }

  /// What fits the mask, in floats.
  public static CacheChoice fitting() {
    return new CacheChoice(new Layout.Fitting(), CacheNumbers.FLOAT);
  }

  public CacheChoice withNumbers(CacheNumbers other) {
    return new CacheChoice(layout, other);
  }

  /// Reads a choice as it is written.
  public static CacheChoice parse(String text) {
    String layout = text.strip();
    if (layout.equals(EIGHT_BITS)) {
      return fitting().withNumbers(CacheNumbers.BYTE);
    }
    boolean bytes = layout.endsWith(" " + EIGHT_BITS);
    int end = layout.length() - (bytes ? EIGHT_BITS.length() : 0);
    return new CacheChoice(
        FORMS.parse(layout.substring(0, end)), bytes ? CacheNumbers.BYTE : CacheNumbers.FLOAT);
  }

  /// The choice as it is written; [#parse] reads it back.
  @Override
  public String toString() {
    String text =
        switch (layout) {
          case Layout.Fitting _ -> "fitting";
          case Layout.Ring(int window, int sinks) -> "ring(%d,%d)".formatted(window, sinks);
          case Layout.Paged(int rows) -> "paged(%d)".formatted(rows);
        };
    return numbers == CacheNumbers.BYTE ? text + " " + EIGHT_BITS : text;
  }

  /// An empty cache of this kind.
  ///
  /// @param mask of the layer that will read it
  /// @param limit the most positions it may have seen
  /// @param longest the most positions of one append, where the layout needs to know
  public Cache make(CacheShape shape, Mask mask, int limit, int longest) {
    CacheShape kept = shape.withNumbers(numbers);
    return switch (layout) {
      case Layout.Ring(int window, int sinks) -> new RingCache(kept, window, sinks, longest);
      case Layout.Paged(int rows) ->
          new PagedCache(PagePool.holding(kept, rows, limit), kept.batch(), limit);
      case Layout.Fitting _ -> {
        OptionalInt window = mask.reach();
        yield window.orElse(limit) < limit
            ? new SlidingCache(kept, window.getAsInt(), 0)
            : new GrowingCache(kept, limit);
      }
    };
  }
}
