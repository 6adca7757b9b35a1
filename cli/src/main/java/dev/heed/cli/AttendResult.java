package dev.heed.cli;

import dev.heed.attention.Attention;
import dev.heed.attention.AttentionInput;
import dev.heed.attention.AttentionMaps;
import dev.heed.attention.AttentionShape;
import dev.heed.attention.Executor;
import dev.heed.attention.HeadView;
import dev.heed.attention.Observer;
import dev.heed.attention.Observers;
import dev.heed.attention.Statistics;
import dev.heed.grad.Run;
import dev.heed.tensor.DataType;
import dev.heed.tensor.Shape;
import dev.heed.tensor.Tensor;
import dev.heed.tensor.Weight;
import java.lang.foreign.MemorySegment;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What a call of attention gives, by name.
record AttendResult(Attention attention, AttentionInput input, Executor executor, Run run) {
  /// The result, what was observed, and the maps.
  Map<String, Weight> tensors(List<Observer> observers, List<AttendMap> maps) {
    AttentionShape shape = input.shape();
    Tensor out = Tensor.zeros(shape.batch(), shape.heads(), shape.queries(), shape.valueWidth());
    executor.forward(attention, input, HeadView.of(out), run);
    Map<String, Weight> tensors = new LinkedHashMap<>();
    tensors.put("out", weight("out", out));
    if (!observers.isEmpty()) {
      Statistics found = attention.observe(input, new Observers(observers), executor, run);
      for (Observer observer : observers) {
        tensors.put(observer.text(), weight(observer.text(), found.of(observer)));
        if (observer instanceof Observer.Top top) {
          String name = top.text() + ".keys";
          tensors.put(name, wholes(name, found.keysOf(top), found.of(top).shape()));
        }
      }
    }
    if (!maps.isEmpty()) {
      AttentionMaps whole = AttentionMaps.of(attention, input);
      Tensor scores = whole.scores(run);
      for (AttendMap map : maps) {
        Tensor shown = map == AttendMap.SCORES ? scores : whole.pattern(scores, run);
        tensors.put(map.toString(), weight(map.toString(), shown));
      }
    }
    return tensors;
  }

  private static Weight wholes(String name, int[] numbers, Shape shape) {
    return Weight.over(name, MemorySegment.ofArray(numbers).asReadOnly(), DataType.I32, shape);
  }

  private static Weight weight(String name, Tensor tensor) {
    return Weight.of(name, tensor.toArray(), tensor.shape().toArray());
  }
}
