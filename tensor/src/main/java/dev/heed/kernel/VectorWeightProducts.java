package dev.heed.kernel;

import dev.heed.tensor.DataType;
import dev.heed.tensor.Tensor;
import dev.heed.tensor.Weight;
import java.util.EnumMap;
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
    ScalarWeightProducts.check(x, w, y);
    WeightTask task = new WeightTask(x, w, y, unpacking(w));
    workers.run(task.tasks(), task);
  }

  private static RowUnpacking unpacking(Weight w) {
    return new RowUnpacking(w.type(), Optional.ofNullable(READERS.get(w.type())));
  }
}
