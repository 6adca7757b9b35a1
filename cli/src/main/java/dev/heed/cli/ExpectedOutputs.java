package dev.heed.cli;

import dev.heed.checkpoint.CheckpointException;
import dev.heed.checkpoint.SafetensorsFile;
import dev.heed.grad.Tokens;
import dev.heed.tensor.Weight;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Comparator;
import java.util.List;

/// The inputs and outputs of a reference: `in.*` and `out.*` of an `expected.safetensors`.
record ExpectedOutputs(SafetensorsFile file) {
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /// The names after `out.`, in order.
  List<String> outputs() {
    return file.tensors().keySet().stream()
        .filter(name -> name.startsWith("out."))
        .map(name -> name.substring("out.".length()))
        .sorted(Comparator.comparing(ExpectedOutputs::padded))
        .toList();
  }

  float[] numbers(String name) {
    return weight(name).toFloats();
  }

  boolean has(String name) {
    return file.tensors().containsKey(name);
  }

  /// Whole numbers `[B, T]`, stored in 64 bits.
  Tokens ids(String name) {
    Weight stored = weight(name);
    if (stored.type() != dev.heed.tensor.DataType.I64 || stored.shape().rank() != 2) {
      throw new CheckpointException(
          "parity: '%s' should be I64 [B, T], is %s %s"
              .formatted(name, stored.type(), stored.shape()));
    }
    int[] ids = new int[Math.toIntExact(stored.shape().size())];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = Math.toIntExact(stored.segment().get(LONG, 8L * i));
    }
    return new Tokens(ids, stored.shape().axis(0), stored.shape().axis(1));
  }

  private Weight weight(String name) {
    if (!has(name)) {
      throw new CheckpointException("parity: expected.safetensors has no '%s'".formatted(name));
    }
    return file.weight(name);
  }

  // So that block 10 comes after block 9.
  private static String padded(String name) {
    int dot = name.lastIndexOf('.');
    return name.substring(dot + 1).matches("\\d{1,5}")
        ? name.substring(0, dot + 1)
            + "0".repeat(6 - (name.length() - dot))
            + name.substring(dot + 1)
        : name;
  }
}
