package dev.heed.cli;

import dev.heed.attention.Attention;
import dev.heed.attention.AttentionInput;
import dev.heed.attention.AttentionMaps;
import dev.heed.attention.AttentionShape;
import dev.heed.attention.Executor;
import dev.heed.attention.HeadView;
import dev.heed.grad.Run;
import dev.heed.tensor.Tensor;
import dev.heed.tensor.Weight;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What a call of attention gives, by name.
record AttendResult(Attention attention, AttentionInput input, Executor executor, Run run) {
  /// The result and the statistics.
  Map<String, Weight> tensors(List<AttendStatistic> statistics) {
    AttentionShape shape = input.shape();
    Tensor out = Tensor.zeros(shape.batch(), shape.heads(), shape.queries(), shape.valueWidth());
    executor.forward(attention, input, HeadView.of(out), run);
    Map<String, Weight> tensors = new LinkedHashMap<>();
    tensors.put("out", weight("out", out));
    for (AttendStatistic statistic : statistics) {
      String name = statistic.toString();
      tensors.put(name, weight(name, compute(statistic)));
    }
    return tensors;
  }

  private Tensor compute(AttendStatistic statistic) {
    AttentionMaps maps = AttentionMaps.of(attention, input);
    Tensor scores = maps.scores(run);
    return switch (statistic) {
      case SCORES -> scores;
      case WEIGHTS -> maps.pattern(scores, run);
      case ENTROPY -> entropy(maps.pattern(scores, run));
      case COVERAGE -> coverage(maps.pattern(scores, run));
    };
  }

  private Tensor entropy(Tensor weights) {
    AttentionShape shape = input.shape();
    Tensor entropy = Tensor.zeros(shape.batch(), shape.heads(), shape.queries());
    for (int row = 0; row < entropy.size(); row++) {
      double sum = 0;
      for (int s = 0; s < shape.keys(); s++) {
        double weight = weights.array()[weights.offset() + row * shape.keys() + s];
        sum -= weight > 0 ? weight * Math.log(weight) : 0;
      }
      entropy.array()[row] = (float) sum;
    }
    return entropy;
  }

  private Tensor coverage(Tensor weights) {
    AttentionShape shape = input.shape();
    Tensor coverage = Tensor.zeros(shape.batch(), shape.heads(), shape.keys());
    for (int n = 0; n < weights.size(); n++) {
      int head = n / (shape.keys() * shape.queries());
      coverage.array()[head * shape.keys() + n % shape.keys()] +=
          weights.array()[weights.offset() + n];
    }
    return coverage;
  }

  private static Weight weight(String name, Tensor tensor) {
    return Weight.of(name, tensor.toArray(), tensor.shape().toArray());
  }
}
