package dev.heed.attention;

import dev.heed.tensor.Shape;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.StringJoiner;

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
    NUMBER,
    /// As [#BATCH], or one for all batches.
    ANY_BATCH,
    /// As [#HEAD], or one for all heads.
    ANY_HEAD,
    /// Each query has numbers of its own, or one row serves all.
    ANY_QUERY;

    private boolean mayBeOne() {
      return this == ANY_BATCH || this == ANY_HEAD || this == ANY_QUERY;
    }

    /// Whether numbers along this axis belong to a head of a batch together.
    boolean isWithinHead() {
      return this == NUMBER || this == ANY_QUERY;
    }
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

  /// Whether numbers shaped like `given` are what is read.
  boolean fits(Shape given) {
    boolean fits = given.rank() == shape.rank();
    for (int axis = 0; fits && axis < axes.size(); axis++) {
      fits =
          given.axis(axis) == shape.axis(axis)
              || (given.axis(axis) == 1 && axes.get(axis).mayBeOne());
    }
    return fits;
  }

  /// The shape of the fewest numbers that fit.
  public Shape least() {
    int[] lengths = shape.toArray();
    for (int axis = 0; axis < lengths.length; axis++) {
      lengths[axis] = axes.get(axis).mayBeOne() ? 1 : lengths[axis];
    }
    return Shape.of(lengths);
  }

  /// Says who reads these numbers, and how a call gets them.
  ///
  /// @param inJava how a program gives them
  public AttentionException missing(String inJava) {
    return new AttentionException(
        "attention: %s reads parameter %s %s, which is missing; a tensor of that name in the file would fit, in Java %s"
            .formatted(reader, name, shape, inJava));
  }

  /// What shapes fit, for an error message.
  String fitting() {
    StringJoiner all = new StringJoiner(", ", "[", "]");
    for (int axis = 0; axis < axes.size(); axis++) {
      all.add((axes.get(axis).mayBeOne() ? "1 or " : "") + shape.axis(axis));
    }
    return all.toString();
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
