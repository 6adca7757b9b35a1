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
                  _ -> Normalizer.sink()),
              new Form<>(
                  "sparsemax",
                  Normalizer.Sparsemax.class,
                  "projection onto the simplex: small weights are exactly zero",
                  "Martins and Astudillo 2016, https://arxiv.org/abs/1602.02068",
                  _ -> Normalizer.sparsemax()),
              new Form<>(
                  "entmax15",
                  Normalizer.Entmax15.class,
                  "halfway from softmax to sparsemax",
                  "Peters et al. 2019, https://arxiv.org/abs/1905.05702",
                  _ -> Normalizer.entmax15()),
              new Form<>(
                  "entmax",
                  Normalizer.Entmax.class,
                  "from softmax to sparsemax by a learned exponent a head",
                  "Correia et al. 2019, https://arxiv.org/abs/1909.00015",
                  _ -> Normalizer.entmax()),
              new Form<>(
                  "topk(k)",
                  Normalizer.TopK.class,
                  "softmax over the k keys with the largest scores",
                  "Zhao et al. 2019, https://arxiv.org/abs/1912.11637",
                  of -> Normalizer.topK(of.whole(0))),
              new Form<>(
                  "blocktopk(n, k)",
                  Normalizer.BlockTopK.class,
                  "softmax over the keys of the k blocks of n positions with the largest mean scores",
                  "Lu et al. 2025, https://arxiv.org/abs/2502.13189",
                  of -> Normalizer.blockTopK(of.whole(0), of.whole(1))),
              new Form<>(
                  "sigmoid(b)",
                  Normalizer.Sigmoid.class,
                  "logistic function of s + b, each key for itself",
                  "Ramapuram et al. 2024, https://arxiv.org/abs/2409.04431",
                  of -> Normalizer.sigmoid(of.number(0))),
              new Form<>(
                  "relu(p, n)",
                  Normalizer.Relu.class,
                  "positive part to the power of p, divided by n, each key for itself",
                  "Wortsman et al. 2023, https://arxiv.org/abs/2309.08586",
                  of -> Normalizer.relu(of.number(0), of.number(1)))));

  private NormalizerForms() {}

  static String text(Normalizer normalizer) {
    return switch (normalizer) {
      case Normalizer.Softmax _ -> "softmax";
      case Normalizer.Sink _ -> "sink";
      case Normalizer.Sparsemax _ -> "sparsemax";
      case Normalizer.Entmax15 _ -> "entmax15";
      case Normalizer.Entmax _ -> "entmax";
      case Normalizer.TopK(int count) -> "topk(%d)".formatted(count);
      case Normalizer.BlockTopK(int size, int count) -> "blocktopk(%d,%d)".formatted(size, count);
      case Normalizer.Sigmoid(double bias) -> "sigmoid(%s)".formatted(Forms.number(bias));
      case Normalizer.Relu(double power, double divisor) ->
          "relu(%s,%s)".formatted(Forms.number(power), Forms.number(divisor));
    };
  }
}
