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
                  of -> Source.prefix(of.whole(0)))));

  private SourceForms() {}

  static String text(Source source) {
    return switch (source) {
      case Source.Self _ -> "self";
      case Source.Prefix(int length) -> "prefix(%d)".formatted(length);
    };
  }
}
