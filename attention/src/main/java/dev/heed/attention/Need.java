package dev.heed.attention;

import dev.heed.tensor.Shape;
import java.util.List;

/// Learned numbers that a choice reads.
///
/// @param name under which [AttentionInput#withParameter] gives them
/// @param shape what they must be shaped like
/// @param reader the choice, as an error message names it
public record Need(String name, Shape shape, String reader) {
  /// One number a head, `[H]`.
  static List<Need> aHead(String name, AttentionShape shape, String reader) {
    return List.of(new Need(name, Shape.of(shape.heads()), reader));
  }
}
