package dev.heed.attention;

import dev.heed.attention.Forms.Form;
import java.util.List;

/// How normalizers are written, and who described them.
final class NormalizerForms {
  static final Forms<Normalizer> FORMS =
      new Forms<>(
          "normalizer",
          List.of(
              new Form<>(
                  "softmax",
                  Normalizer.Softmax.class,
                  "exponentials, divided by their sum",
                  "Bahdanau et al. 2014, https://arxiv.org/abs/1409.0473",
                  _ -> Normalizer.softmax()),
              new Form<>(
                  "sink",
                  Normalizer.Sink.class,
                  "softmax with one more learned logit a head, so that a row can look at nothing",
                  "Xiao et al. 2023, https://arxiv.org/abs/2309.17453",
                  _ -> Normalizer.sink())));

  private NormalizerForms() {}

  static String text(Normalizer normalizer) {
    return switch (normalizer) {
      case Normalizer.Softmax _ -> "softmax";
      case Normalizer.Sink _ -> "sink";
    };
  }
}
