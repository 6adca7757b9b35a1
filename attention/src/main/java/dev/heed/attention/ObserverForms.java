package dev.heed.attention;

import dev.heed.attention.Forms.Form;
import java.util.List;

/// How observers are written, and where they come from.
final class ObserverForms {
  static final Forms<Observer> FORMS =
      new Forms<>(
          "observer",
          List.of(
              new Form<>(
                  "entropy",
                  Observer.Entropy.class,
                  "how widely each query looks, in nats",
                  "Ghader and Monz 2017, https://arxiv.org/abs/1710.03348",
                  _ -> Observer.entropy()),
              new Form<>(
                  "coverage",
                  Observer.Coverage.class,
                  "what each key gets from all queries",
                  "Tu et al. 2016, https://arxiv.org/abs/1601.04811",
                  _ -> Observer.coverage()),
              new Form<>(
                  "maximum",
                  Observer.Maximum.class,
                  "the largest weight of each query",
                  "Voita et al. 2019, https://arxiv.org/abs/1905.09418",
                  _ -> Observer.maximum()),
              new Form<>(
                  "distance",
                  Observer.Distance.class,
                  "how far each query looks in the mean",
                  "Vig and Belinkov 2019, https://arxiv.org/abs/1906.04284",
                  _ -> Observer.distance()),
              new Form<>(
                  "sinkmass",
                  Observer.SinkMass.class,
                  "the weight that went to the sink's logit",
                  "Xiao et al. 2023, https://arxiv.org/abs/2309.17453",
                  _ -> Observer.sinkMass()),
              new Form<>(
                  "total",
                  Observer.Total.class,
                  "what the weights of each query add up to",
                  "Ramapuram et al. 2024, https://arxiv.org/abs/2409.04431",
                  _ -> Observer.total()),
              new Form<>(
                  "visible",
                  Observer.Visible.class,
                  "how many keys each query may see",
                  "Ghader and Monz 2017, https://arxiv.org/abs/1710.03348",
                  _ -> Observer.visible()),
              new Form<>(
                  "seenby",
                  Observer.SeenBy.class,
                  "how many queries may see each key",
                  "Tu et al. 2016, https://arxiv.org/abs/1601.04811",
                  _ -> Observer.seenBy()),
              new Form<>(
                  "key(n)",
                  Observer.OnKey.class,
                  "the weight of each query on key n; on key 0 attention rests",
                  "Xiao et al. 2023, https://arxiv.org/abs/2309.17453",
                  of -> Observer.onKey(of.whole(0))),
              new Form<>(
                  "top(m)",
                  Observer.Top.class,
                  "the m keys with the largest weights of each query",
                  "Zhang et al. 2023, https://arxiv.org/abs/2306.14048",
                  of -> Observer.top(of.whole(0))),
              new Form<>(
                  "blockmap(n)",
                  Observer.BlockMap.class,
                  "the mean weight of each square of n queries by n keys",
                  "Jiang et al. 2024, https://arxiv.org/abs/2407.02490",
                  of -> Observer.blockMap(of.whole(0)))));

  private ObserverForms() {}

  static String text(Observer observer) {
    return switch (observer) {
      case Observer.Entropy _ -> "entropy";
      case Observer.Coverage _ -> "coverage";
      case Observer.Maximum _ -> "maximum";
      case Observer.Distance _ -> "distance";
      case Observer.SinkMass _ -> "sinkmass";
      case Observer.Visible _ -> "visible";
      case Observer.Total _ -> "total";
      case Observer.SeenBy _ -> "seenby";
      case Observer.OnKey(int index) -> "key(%d)".formatted(index);
      case Observer.Top(int count) -> "top(%d)".formatted(count);
      case Observer.BlockMap(int size) -> "blockmap(%d)".formatted(size);
    };
  }
}
