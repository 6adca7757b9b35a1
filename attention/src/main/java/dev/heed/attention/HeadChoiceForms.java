package dev.heed.attention;

import dev.heed.attention.Forms.Form;
import java.util.List;

/// How choices of heads are written, and who described them.
final class HeadChoiceForms {
  static final Forms<HeadChoice> FORMS =
      new Forms<>(
          "heads",
          List.of(
              new Form<>(
                  "norm(keys)",
                  HeadChoice.NormKeys.class,
                  "queries and keys of each head are normalized before they turn",
                  "Henry et al. 2020, https://arxiv.org/abs/2010.04245",
                  of -> norm(of)),
              new Form<>(
                  "norm(results)",
                  HeadChoice.NormResults.class,
                  "the result of each head is normalized, so that none shouts the others down",
                  "Sun et al. 2023, https://arxiv.org/abs/2307.08621",
                  of -> norm(of)),
              new Form<>(
                  "gate",
                  HeadChoice.Gate.class,
                  "the result of each head times a learned number; zero silences it",
                  "Michel et al. 2019, https://arxiv.org/abs/1905.10650",
                  _ -> new HeadChoice.Gate())));

  private HeadChoiceForms() {}

  /// What is normalized.
  private enum Normed {
    KEYS,
    RESULTS
  }

  private static HeadChoice norm(Forms.Arguments of) {
    return switch (of.word(0, Normed.class)) {
      case KEYS -> new HeadChoice.NormKeys();
      case RESULTS -> new HeadChoice.NormResults();
    };
  }
}
