package dev.heed.cli.conform;

import dev.heed.attention.expression.Numeric.Symbol;
import dev.heed.checkpoint.CheckpointException;
import dev.heed.checkpoint.Json;
import dev.heed.checkpoint.Json.Obj;
import dev.heed.cli.conform.FlexValue.Field;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The body of a function of FlexAttention, walked with expressions in place of numbers.
final class FlexGraph {
  private final int[] map;
  private final Map<String, FlexValue> values = new HashMap<>();

  private FlexGraph(int[] map) {
    this.map = map;
  }

  /// What a body makes of the scores, or of the weights.
  ///
  /// @param map the lengths of the map, `[B, H, T, S]`
  static Field result(Obj body, int[] map) {
    FlexGraph graph = new FlexGraph(map);
    List<String> inputs = body.list("inputs").strings();
    List<String> outputs = body.list("outputs").strings();
    if (inputs.size() != 1 || outputs.size() != 1) {
      throw new CheckpointException(
          "FlexAttention: a body with inputs %s and outputs %s; one of each would fit"
              .formatted(inputs, outputs));
    }
    graph.values.put(inputs.getFirst(), new Field(Symbol.S, false));
    body.optionalObject("constants")
        .orElse(Json.object())
        .members()
        .forEach((name, constant) -> graph.values.put(name, FlexValue.read(constant)));
    body.list("nodes").objects().forEach(graph::node);
    return FlexValue.field(graph.value(outputs.getFirst()), map);
  }

  private void node(Obj node) {
    List<FlexValue> inputs = new ArrayList<>();
    for (String name : node.list("inputs").strings()) {
      if (!name.isEmpty()) {
        inputs.add(value(name));
      }
    }
    List<String> outputs = node.list("outputs").strings();
    if (outputs.size() != 1) {
      throw new UnsupportedCase("FlexAttention: a node with outputs " + outputs);
    }
    Obj attributes = node.optionalObject("attributes").orElse(Json.object());
    FlexNode call = new FlexNode(node.string("op"), inputs, attributes, map);
    values.put(outputs.getFirst(), FlexOperators.apply(call));
  }

  private FlexValue value(String name) {
    FlexValue value = values.get(name);
    if (value == null) {
      throw new CheckpointException(
          "FlexAttention: a body that reads '%s' before it is computed".formatted(name));
    }
    return value;
  }
}
