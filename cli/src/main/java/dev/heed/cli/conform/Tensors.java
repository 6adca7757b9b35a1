package dev.heed.cli.conform;

import dev.heed.attention.HeadView;
import dev.heed.attention.Positions;
import dev.heed.checkpoint.CheckpointException;
import dev.heed.checkpoint.SafetensorsFile;
import dev.heed.tensor.DataType;
import dev.heed.tensor.Tensor;
import dev.heed.tensor.Weight;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Set;

/// The tensors of a file, in the types that calls want.
public record Tensors(SafetensorsFile file) {
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  public Set<String> names() {
    return file.tensors().keySet();
  }

  public boolean has(String name) {
    return names().contains(name);
  }

  public DataType type(String name) {
    return file.weight(name).type();
  }

  public int[] shape(String name) {
    return file.weight(name).shape().toArray();
  }

  /// The numbers as floats, whatever they are stored as.
  public float[] floats(String name) {
    return file.weight(name).toFloats();
  }

  public Tensor tensor(String name) {
    return Tensor.of(floats(name), shape(name));
  }

  /// A tensor of `rank` axes.
  ///
  /// @param fit what the axes are, `[B, H, T, E]`
  public Tensor tensor(String name, int rank, String fit) {
    checkRank(name, rank, fit);
    return tensor(name);
  }

  /// Heads `[B, H, T, E]`.
  public HeadView heads(String name) {
    return HeadView.of(tensor(name, 4, "[B, H, T, E]"));
  }

  /// Whole numbers of 32 bits; truths are 0 and 1.
  public int[] wholes(String name) {
    Weight stored = file.weight(name);
    int[] numbers = new int[stored.shape().arraySize()];
    MemorySegment segment = stored.segment();
    for (int i = 0; i < numbers.length; i++) {
      long number =
          switch (stored.type()) {
            case I32 -> segment.get(INT, 4L * i);
            case I64 -> segment.get(LONG, 8L * i);
            case BOOL, U8, I8 -> segment.get(ValueLayout.JAVA_BYTE, i);
            default -> throw wrongType(name, stored);
          };
      if (number != (int) number) {
        throw new CheckpointException(
            "%s: '%s' holds %d; whole numbers of 32 bits fit".formatted(file.path(), name, number));
      }
      numbers[i] = (int) number;
    }
    return numbers;
  }

  private CheckpointException wrongType(String name, Weight stored) {
    return new CheckpointException(
        "%s: '%s' is %s; whole numbers, I32 or I64, fit"
            .formatted(file.path(), name, stored.type()));
  }

  /// Positions or documents, `[T]` or `[B, T]`.
  public Positions positions(String name) {
    int[] shape = shape(name);
    if (shape.length != 1 && shape.length != 2) {
      checkRank(name, 1, "[T] or [B, T]");
    }
    int[] numbers = wholes(name);
    return shape.length == 1
        ? Positions.of(numbers)
        : new Positions(numbers, 0, shape[0], shape[1], shape[1]);
  }

  private void checkRank(String name, int rank, String fit) {
    if (shape(name).length != rank) {
      throw new CheckpointException(
          "%s: '%s' is %s; %s would fit"
              .formatted(file.path(), name, file.weight(name).shape(), fit));
    }
  }
}
