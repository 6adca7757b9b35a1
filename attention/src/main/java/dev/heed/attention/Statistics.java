package dev.heed.attention;

import dev.heed.tensor.Shape;
import dev.heed.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;

/// What was observed of a call, [Attention#observe].
public final class Statistics {
  private final Map<Observer, Tensor> numbers = new LinkedHashMap<>();
  private final Map<Observer.Top, int[]> keys = new LinkedHashMap<>();

  private Statistics() {}

  /// Zeros for all that is observed.
  static Statistics of(Observers observers, AttentionShape shape) {
    Statistics statistics = new Statistics();
    for (Observer observer : observers.each()) {
      Tensor zeros = Tensor.zeros(shape(observer, shape));
      statistics.numbers.put(observer, zeros);
      if (observer instanceof Observer.Top top) {
        statistics.keys.put(top, new int[zeros.size()]);
      }
    }
    return statistics;
  }

  private static Shape shape(Observer observer, AttentionShape of) {
    return switch (observer) {
      case Observer.Entropy _,
          Observer.Maximum _,
          Observer.Distance _,
          Observer.SinkMass _,
          Observer.Visible _,
          Observer.Total _,
          Observer.OnKey _ ->
          Shape.of(of.batch(), of.heads(), of.queries());
      case Observer.Coverage _, Observer.SeenBy _ -> Shape.of(of.batch(), of.heads(), of.keys());
      case Observer.Top top -> Shape.of(of.batch(), of.heads(), of.queries(), top.width(of.keys()));
      case Observer.BlockMap(int size) ->
          Shape.of(of.batch(), of.heads(), squares(of.queries(), size), squares(of.keys(), size));
    };
  }

  /// How many squares a length is cut into.
  static int squares(int length, int size) {
    return (int) ((length + size - 1L) / size);
  }

  /// What an observer gave, shaped as it says; the weights of [Observer.Top].
  public Tensor of(Observer observer) {
    Tensor found = numbers.get(observer);
    if (found == null) {
      throw new AttentionException(
          "statistics: %s was not observed; %s were"
              .formatted(observer.text(), numbers.keySet().stream().map(Observer::text).toList()));
    }
    return found;
  }

  /// The keys that an observer found, `[B, H, T, n]` as [Observer.Top] says, -1 where there are
  /// fewer.
  public int[] keysOf(Observer.Top observer) {
    of(observer);
    return keys.getOrDefault(observer, new int[0]);
  }
}
