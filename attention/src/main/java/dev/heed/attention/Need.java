package dev.heed.attention;

import dev.heed.tensor.Shape;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/// Learned numbers that a choice reads.
///
/// @param name under which [AttentionInput#withParameter] gives them
/// @param shape what they must be shaped like
/// @param reader the choice, as an error message names it
/// @param axes what runs along each axis of the shape
/// @param start what each of them is before anything is learned
public record Need(String name, Shape shape, String reader, List<Axis> axes, float start) {
  /// What runs along an axis of learned numbers.
  public enum Axis {
    /// Each batch has numbers of its own.
    BATCH,
    /// Each query head has numbers of its own.
    HEAD,
    /// Numbers that belong together.
    NUMBER
  }

  public Need {
    axes = List.copyOf(axes);
  }

  /// Zeros before anything is learned.
  public Need(String name, Shape shape, String reader, List<Axis> axes) {
    this(name, shape, reader, axes, 0);
  }

  /// The same that begin with another number.
  Need startingAt(float number) {
    return new Need(name, shape, reader, axes, number);
  }

  /// Numbers that all batches and heads share.
  public Need(String name, Shape shape, String reader) {
    this(name, shape, reader, Collections.nCopies(shape.rank(), Axis.NUMBER));
  }

  /// One number a head, `[H]`.
  static List<Need> aHead(String name, AttentionShape shape, String reader) {
    return List.of(ofHead(name, reader, shape));
  }

  /// An array of these lengths for each head, `[H, ...]`.
  static Need ofHead(String name, String reader, AttentionShape shape, int... lengths) {
    int[] all = new int[lengths.length + 1];
    List<Axis> axes = new ArrayList<>(Collections.nCopies(lengths.length, Axis.NUMBER));
    axes.addFirst(Axis.HEAD);
    all[0] = shape.heads();
    System.arraycopy(lengths, 0, all, 1, lengths.length);
    return new Need(name, Shape.of(all), reader, axes);
  }
}
