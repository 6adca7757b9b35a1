package dev.heed.cli.conform;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.heed.checkpoint.CheckpointException;
import dev.heed.checkpoint.Json;
import dev.heed.checkpoint.Json.Arr;
import dev.heed.checkpoint.Json.Obj;
import dev.heed.cli.conform.Comparison.Tolerance;
import dev.heed.tensor.DataType;
import dev.heed.tensor.Shape;
import dev.heed.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// One call of an ONNX operator: the operator, its attributes, and which tensor is in which slot.
///
/// @param inputs names in the order of the slots, empty for an absent one; likewise `outputs`
record OnnxCall(
    String operator, Obj attributes, List<String> inputs, List<String> outputs, Tensors tensors) {
  static final String OPERATOR = "op";

  /// Reads the header.
  static OnnxCall read(Obj header, Tensors tensors) {
    return new OnnxCall(
        header.string(OPERATOR),
        Json.parseObject("attributes", header.string("attributes", "{}").getBytes(UTF_8)),
        names(header, "inputs"),
        names(header, "outputs"),
        tensors);
  }

  private static List<String> names(Obj header, String key) {
    return Json.parse(key, header.string(key).getBytes(UTF_8)) instanceof Arr names
        ? names.strings()
        : List.of();
  }

  /// Checks that every attribute with a value is one of `known`, and that there are no more slots.
  void check(Set<String> known, int mostInputs) {
    for (String key : attributes.members().keySet()) {
      if (attributes.has(key) && !known.contains(key)) {
        throw new UnsupportedCase(
            "%s: attribute '%s' is unknown; known are %s"
                .formatted(operator, key, String.join(", ", known.stream().sorted().toList())));
      }
    }
    if (inputs.stream().skip(mostInputs).anyMatch(name -> !name.isEmpty())) {
      throw new UnsupportedCase(
          "%s: %d inputs %s; %d are known".formatted(operator, inputs.size(), inputs, mostInputs));
    }
  }

  /// The tensor in an input slot, where there is one.
  Optional<String> input(int slot) {
    return slot < inputs.size() && !inputs.get(slot).isEmpty()
        ? Optional.of("input." + inputs.get(slot))
        : Optional.empty();
  }

  /// The tensor in a slot that must not be empty.
  String required(int slot) {
    return input(slot)
        .orElseThrow(() ->
            new CheckpointException(
                "%s: input %d is missing; the slots hold %s".formatted(operator, slot, inputs)));
  }

  Optional<Tensor> optionalTensor(int slot) {
    return input(slot).map(tensors::tensor);
  }

  Tensor tensor(int slot) {
    return tensors.tensor(required(slot));
  }

  /// The tensor that an output slot should equal, where there is one.
  Optional<String> output(int slot) {
    return slot < outputs.size() && !outputs.get(slot).isEmpty()
        ? Optional.of("output." + outputs.get(slot))
        : Optional.empty();
  }

  /// Compares an output slot, where there is one.
  List<Check> check(int slot, String way, Tensor actual) {
    List<Check> checks = new ArrayList<>();
    output(slot)
        .ifPresent(name -> {
          int[] expected = tensors.shape(name);
          if (!actual.shape().equals(Shape.of(expected))) {
            throw new CheckpointException(
                "%s: '%s' is %s where Heed computes %s"
                    .formatted(operator, name, Shape.of(expected), actual.shape()));
          }
          checks.add(Comparisons.check(tensors, name, way, actual.toArray(), tolerance(name)));
        });
    return checks;
  }

  /// What may differ, by the type that the result was rounded to.
  private Tolerance tolerance(String name) {
    return switch (tensors.type(name)) {
      case F16 -> new Tolerance(2e-3, 0);
      case BF16 -> new Tolerance(1.6e-2, 0);
      case DataType _ -> new Tolerance(1e-5, 1e-4);
    };
  }

  /// A truth that ONNX writes as 0 or 1.
  boolean flag(String attribute) {
    return attributes.integer(attribute, 0) != 0;
  }
}
