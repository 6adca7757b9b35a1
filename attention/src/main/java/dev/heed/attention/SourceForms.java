package dev.heed.attention;

import dev.heed.attention.Forms.Form;
import java.util.List;

/// How sources are written, and who described them.
final class SourceForms {
  static final Forms<Source> FORMS =
      new Forms<>(
          "source",
          List.of(
              new Form<>(
                  "self",
                  Source.Self.class,
                  "the keys and values of the text",
                  "Vaswani et al. 2017, https://arxiv.org/abs/1706.03762",
                  _ -> Source.self()),
              new Form<>(
                  "prefix(length)",
                  Source.Prefix.class,
                  "learned keys and values before those of the text, without a position",
                  "Li and Liang 2021, https://arxiv.org/abs/2101.00190",
                  of -> Source.prefix(of.whole(0))),
              new Form<>(
                  "memory(neighbours)",
                  Source.Memory.class,
                  "the text, and the nearest keys of a memory of what is long past",
                  "Wu et al. 2022, https://arxiv.org/abs/2203.08913",
                  of -> Source.memory(of.whole(0))),
              new Form<>(
                  "past(neighbours, segment, capacity)",
                  Source.Past.class,
                  "the own segment of the text, and the nearest keys of those before it",
                  "Wu et al. 2022, https://arxiv.org/abs/2203.08913",
                  of -> Source.past(of.whole(0), of.whole(1), of.whole(2))),
              new Form<>(
                  "nystrom(landmarks)",
                  Source.Nystrom.class,
                  "means of segments stand for all keys; six iterations of an inverse",
                  "Xiong et al. 2021, https://arxiv.org/abs/2102.03902",
                  of -> Source.nystrom(of.whole(0))),
              new Form<>(
                  "nystrom(landmarks, iterations)",
                  Source.Nystrom.class,
                  "means of segments stand for all keys",
                  "Xiong et al. 2021, https://arxiv.org/abs/2102.03902",
                  of -> new Source.Nystrom(of.whole(0), of.whole(1))),
              new Form<>(
                  "linformer(rows, length)",
                  Source.Linformer.class,
                  "few rows that learned matrices make of a text of fixed length",
                  "Wang et al. 2020, https://arxiv.org/abs/2006.04768",
                  of -> Source.linformer(of.whole(0), of.whole(1)))));

  private SourceForms() {}

  static String text(Source source) {
    return switch (source) {
      case Source.Self _ -> "self";
      case Source.Prefix(int length) -> "prefix(%d)".formatted(length);
      case Source.Memory(int neighbours) -> "memory(%d)".formatted(neighbours);
      case Source.Past(int neighbours, int segment, int capacity) ->
          "past(%d,%d,%d)".formatted(neighbours, segment, capacity);
      case Source.Nystrom(int landmarks, int iterations) ->
          iterations == 6
              ? "nystrom(%d)".formatted(landmarks)
              : "nystrom(%d,%d)".formatted(landmarks, iterations);
      case Source.Linformer(int rows, int length) -> "linformer(%d,%d)".formatted(rows, length);
    };
  }
}
