package dev.heed.cli.conform;

import dev.heed.checkpoint.CheckpointException;
import dev.heed.checkpoint.Json.Obj;
import dev.heed.cli.conform.FlexValue.Field;
import dev.heed.cli.conform.FlexValue.Known;
import java.util.List;

/// A node of a FlexAttention body with its inputs computed.
///
/// @param map the lengths of the map, `[B, H, T, S]`
record FlexNode(String operator, List<FlexValue> inputs, Obj attributes, int[] map) {
  FlexValue input(int index) {
    if (index >= inputs.size()) {
      throw new CheckpointException(
          "FlexAttention: %s has %d inputs; %d are needed"
              .formatted(operator, inputs.size(), index + 1));
    }
    return inputs.get(index);
  }

  /// An input that must be known, for an operator that computes shapes and indices.
  Known known(int index) {
    if (input(index) instanceof Known known) {
      return known;
    }
    throw new UnsupportedCase("FlexAttention: %s of the scores".formatted(operator));
  }

  Field field(int index) {
    return FlexValue.field(input(index), map);
  }

  /// A known number.
  double scalar(int index) {
    if (!known(index).isScalar()) {
      throw new CheckpointException(
          "FlexAttention: %s of %d numbers; one would fit"
              .formatted(operator, known(index).data().length));
    }
    return known(index).data()[0];
  }
}
