package dev.heed.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.heed.checkpoint.Json;
import dev.heed.tensor.CounterRandom;
import dev.heed.train.Parameter.Role;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class NewWeightsTest {
  private static final String LLAMA =
      """
      {"model_type": "llama", "num_hidden_layers": 8, "hidden_size": 48, "num_attention_heads": 6,
       "num_key_value_heads": 3, "intermediate_size": 80, "vocab_size": 70,
       "tie_word_embeddings": true, "max_position_embeddings": 9}
      """;

  private static List<Parameter> parameters(String config, long seed) {
    Json.Obj json = Json.parseObject("test", config.getBytes(StandardCharsets.UTF_8));
    return Parameters.of(NewWeights.random(json, CounterRandom.of(seed)), json);
  }

  private static double deviation(float[] numbers) {
    double squares = 0;
    for (float number : numbers) {
      squares += (double) number * number;
    }
    return Math.sqrt(squares / numbers.length);
  }

  @Test
  void random_llama_hasTheDeviationsOfGpt2() {
    for (Parameter parameter : parameters(LLAMA, 3)) {
      if (parameter.role() == Role.VECTOR) {
        assertThat(parameter.numbers()).containsOnly(1);
        continue;
      }
      boolean residual =
          parameter.name().endsWith("o_proj.weight")
              || parameter.name().endsWith("down_proj.weight");
      // √(2 · 8) = 4; of n numbers the deviation is known to 1/√(2n), here at most 1.9 %
      double expected = residual ? 0.005 : 0.02;
      assertThat(deviation(parameter.numbers()))
          .as(parameter.key())
          .isCloseTo(expected, within(expected * 5 / Math.sqrt(2.0 * parameter.size())));
    }
  }

  @Test
  void random_sameSeed_givesTheSameAndAnotherSeedOthers() {
    List<Parameter> one = parameters(LLAMA, 3);
    List<Parameter> same = parameters(LLAMA, 3);
    List<Parameter> other = parameters(LLAMA, 4);
    for (int i = 0; i < one.size(); i++) {
      assertThat(same.get(i).numbers()).containsExactly(one.get(i).numbers());
      if (one.get(i).role() != Role.VECTOR) {
        assertThat(other.get(i).numbers()).isNotEqualTo(one.get(i).numbers());
      }
    }
  }

  @Test
  void random_moreLayers_leaveTheWeightsOfOtherNamesAlone() {
    List<Parameter> eight = parameters(LLAMA, 3);
    List<Parameter> nine = parameters(LLAMA.replace("layers\": 8", "layers\": 9"), 3);
    assertThat(nine.getFirst().numbers()).containsExactly(eight.getFirst().numbers());
    assertThat(nine).hasSize(eight.size() + 9);
  }

  @Test
  void of_tiedHead_isOneParameter() {
    assertThat(parameters(LLAMA, 3).stream().filter(one -> one.role() == Role.TABLE)).hasSize(1);
    List<Parameter> untied = parameters(LLAMA.replace("true", "false"), 3);
    assertThat(untied.stream().filter(one -> one.role() == Role.TABLE)).hasSize(2);
    assertThat(untied.getLast().name()).isEqualTo("lm_head.weight");
  }
}
