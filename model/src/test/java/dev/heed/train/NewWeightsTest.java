package dev.heed.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.heed.checkpoint.Json;
import dev.heed.tensor.CounterRandom;
import dev.heed.train.Parameter.Role;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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

  /// The steps `softplus(dt_bias)` and the rates `exp(A_log)` of Mamba-2's own code.
  @ParameterizedTest
  @ValueSource(
      strings = {
        """
        {"model_type": "mamba2", "num_hidden_layers": 3, "hidden_size": 48, "vocab_size": 70,
         "num_heads": 24, "head_dim": 4, "n_groups": 2, "state_size": 5}
        """,
        """
        {"model_type": "heed", "num_hidden_layers": 3, "hidden_size": 48, "vocab_size": 70,
         "max_position_embeddings": 9, "mixer": {"type": "mamba2", "head_dim": 4, "state_size": 5}}
        """
      })
  void random_mamba2_beginsWithStepsAndRatesOfThePaper(String config) {
    Set<String> seen = new HashSet<>();
    for (Parameter parameter : parameters(config, 3)) {
      String name = parameter.name().substring(parameter.name().lastIndexOf('.') + 1);
      for (float number : parameter.numbers()) {
        switch (name) {
          case "dt_bias" -> assertThat(Math.log1p(Math.exp(number))).isBetween(0.999e-3, 1.001e-1);
          case "A_log" -> assertThat(Math.exp(number)).isBetween(1.0, 16.001);
          case "D" -> assertThat(number).isEqualTo(1);
          default -> {}
        }
      }
      if (name.equals("dt_bias") || name.equals("A_log")) {
        seen.add(name);
        assertThat(parameter.numbers()).hasSize(24).doesNotHaveDuplicates();
      }
    }
    assertThat(seen).hasSize(2);
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
