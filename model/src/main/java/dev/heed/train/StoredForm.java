package dev.heed.train;

import dev.heed.checkpoint.Json;
import dev.heed.tensor.Weight;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/// Turns parameters back into the tensors of a Hugging Face checkpoint: parts put together along
/// their rows, linear layers of GPT-2 as `[in, out]`, gains of Gemma less one, zeros for the biases
/// that a GPT-2 does without.
final class StoredForm {
  private static final Pattern GPT2_LINEAR = Pattern.compile(".*\\.(c_attn|c_proj|c_fc)\\.weight");

  private StoredForm() {}

  static Map<String, Weight> of(List<Parameter> parameters, Json.Obj config) {
    Map<String, List<Parameter>> byName = new LinkedHashMap<>();
    parameters.forEach(parameter ->
        byName.computeIfAbsent(parameter.name(), _ -> new ArrayList<>()).add(parameter));
    if (config.string("model_type").equals("gpt_oss")) {
      throw new TrainingException(
          "write: a gpt_oss checkpoint holds its experts together, which is not written; a model of another type would fit");
    }
    boolean gpt2 = config.string("model_type").equals("gpt2");
    Map<String, Weight> tensors = new LinkedHashMap<>();
    byName.forEach((name, parts) -> {
      Weight whole = parts.size() == 1 ? less(parts.getFirst()) : together(name, parts);
      boolean linear = gpt2 && GPT2_LINEAR.matcher(name).matches();
      tensors.put(name, linear ? transposed(whole) : whole);
      if (linear && !config.bool("bias", true)) {
        Weight none = noBias(name, whole.shape().axis(0));
        tensors.put(none.name(), none);
      }
    });
    return tensors;
  }

  /// The zeros that other code wants to read beside a linear layer that has no bias.
  private static Weight noBias(String weight, int length) {
    return Weight.of(weight.replaceFirst("weight$", "bias"), new float[length], length);
  }

  private static Weight less(Parameter parameter) {
    if (parameter.offset() == 0) {
      return parameter.weight();
    }
    float[] numbers = parameter.numbers().clone();
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] -= parameter.offset();
    }
    return Weight.of(parameter.name(), numbers, parameter.weight().shape().toArray());
  }

  private static Weight together(String name, List<Parameter> parts) {
    int[] lengths = parts.getFirst().weight().shape().toArray();
    lengths[0] = parts.stream().mapToInt(part -> part.weight().shape().axis(0)).sum();
    float[] numbers = new float[parts.stream().mapToInt(Parameter::size).sum()];
    int at = 0;
    for (Parameter part : parts) {
      System.arraycopy(part.numbers(), 0, numbers, at, part.size());
      at += part.size();
    }
    return Weight.of(name, numbers, lengths);
  }

  private static Weight transposed(Weight weight) {
    int out = weight.shape().axis(0);
    int in = weight.shape().axis(1);
    float[] from = weight.floats();
    float[] to = new float[from.length];
    for (int o = 0; o < out; o++) {
      for (int i = 0; i < in; i++) {
        to[i * out + o] = from[o * in + i];
      }
    }
    return Weight.of(weight.name(), to, in, out);
  }
}
