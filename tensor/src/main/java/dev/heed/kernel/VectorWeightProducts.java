package dev.heed.kernel;

import dev.heed.tensor.DataType;
import dev.heed.tensor.Tensor;
import dev.heed.tensor.Weight;
import dev.heed.tensor.Workspace;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import jdk.incubator.vector.FloatVector;

/// Products with stored weights on lanes; how they are computed is [WeightTask]'s.
final class VectorWeightProducts implements WeightProducts {
  private static final Map<DataType, VectorStoredRows> READERS = readers();

  private static Map<DataType, VectorStoredRows> readers() {
    Map<DataType, VectorStoredRows> readers = new EnumMap<>(DataType.class);
    readers.put(DataType.F32, new VectorF32Rows());
    if (FloatVector.SPECIES_PREFERRED.length() >= 8) {
      readers.put(DataType.F16, new VectorF16Rows());
      readers.put(DataType.BF16, new VectorBf16Rows());
      readers.put(DataType.Q8_0, new VectorQ8Rows());
      readers.put(DataType.Q4_0, new VectorQ4Rows());
    }
    return readers;
  }

  @Override
  public void multiply(Tensor x, Weight w, Tensor y, Workers workers) {
    WeightTask task = task(x, w, y);
    workers.run(task.tasks(), task);
  }

  @Override
  public void multiplyAll(Tensor x, List<Weight> weights, List<Tensor> ys, Workers workers) {
    WeightTask[] parts = new WeightTask[weights.size()];
    int tasks = 0;
    for (int i = 0; i < parts.length; i++) {
      parts[i] = task(x, weights.get(i), ys.get(i));
      tasks += parts[i].tasks();
    }
    workers.run(tasks, (index, scratch) -> runPart(parts, index, scratch));
  }

  private static WeightTask task(Tensor x, Weight w, Tensor y) {
    ScalarWeightProducts.check(x, w, y);
    return new WeightTask(x, w, y, unpacking(w));
  }

  private static RowUnpacking unpacking(Weight w) {
    return new RowUnpacking(w.type(), Optional.ofNullable(READERS.get(w.type())));
  }

  private static void runPart(WeightTask[] parts, int index, Workspace scratch) {
    int part = 0;
    int first = 0;
    while (index - first >= parts[part].tasks()) {
      first += parts[part].tasks();
      part++;
    }
    parts[part].run(index - first, scratch);
  }
}
