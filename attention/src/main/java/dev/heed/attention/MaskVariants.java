package dev.heed.attention;

import dev.heed.attention.expression.Truth;
import java.util.List;

/// The terms of masks, and who described them.
final class MaskVariants {
  private static final String BELTAGY = "Beltagy et al. 2020, https://arxiv.org/abs/2004.05150";
  private static final String CHILD = "Child et al. 2019, https://arxiv.org/abs/1904.10509";
  private static final String VASWANI = "Vaswani et al. 2017, https://arxiv.org/abs/1706.03762";
  private static final String FLEX = "Dong et al. 2024, https://arxiv.org/abs/2412.05496";
  private static final String QIU = "Qiu et al. 2019, https://arxiv.org/abs/1911.02972";

  static final List<Variant> ALL =
      List.of(
          of("causal", Truth.Causal.class, "keys up to the query's position", VASWANI),
          of("window(w)", Truth.Window.class, "keys less than w positions away", BELTAGY),
          of("dilated(r)", Truth.Dilated.class, "every r-th key, from the query's own", BELTAGY),
          of("global(g)", Truth.Global.class, "the first g see all and are seen by all", BELTAGY),
          of(
              "prefix(p)",
              Truth.Prefix.class,
              "the first p keys are seen by all",
              "Raffel et al. 2019, https://arxiv.org/abs/1910.10683"),
          of(
              "front(n)",
              Truth.Front.class,
              "the first n keys by index: learned ones, which stand nowhere",
              "Sukhbaatar et al. 2019, https://arxiv.org/abs/1907.01470"),
          of("chunk(c)", Truth.Chunk.class, "keys of the query's chunk of c", QIU),
          of("previous(c)", Truth.Previous.class, "keys of the chunk before the query's", QIU),
          of("strided(l)", Truth.Strided.class, "the last l keys and every l-th", CHILD),
          of("fixed(l, c)", Truth.Fixed.class, "the own chunk of l, and the last c of each", CHILD),
          of(
              "random(r, size, seed[, blocks])",
              Truth.RandomBlocks.class,
              "r blocks of keys for each block of queries, drawn by a seed",
              "Zaheer et al. 2020, https://arxiv.org/abs/2007.14062"),
          of(
              "grid(width, radius)",
              Truth.Grid.class,
              "neighbours in a picture that is width wide",
              "Hassani et al. 2022, https://arxiv.org/abs/2204.07143"),
          of(
              "document",
              Truth.Document.class,
              "keys of the query's document, of several in a row",
              "Krell et al. 2021, https://arxiv.org/abs/2107.02027"),
          of("padding", Truth.Padding.class, "keys that are there, of a batch's length", VASWANI),
          of("given", Truth.Given.class, "places of a set of bits that comes with the call", FLEX),
          of("true, false", Truth.Constant.class, "everything, nothing", FLEX),
          of("j <= i + 3", Truth.Comparison.class, "numbers of positions compared", FLEX),
          of("!a", Truth.Not.class, "what a hides", FLEX),
          of("a & b", Truth.And.class, "what both show", FLEX),
          of("a | b", Truth.Or.class, "what either shows", FLEX));

  private MaskVariants() {}

  private static Variant of(String form, Class<?> type, String summary, String paper) {
    return new Variant("mask", form, type, summary, paper);
  }
}
