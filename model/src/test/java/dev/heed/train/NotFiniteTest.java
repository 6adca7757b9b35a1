package dev.heed.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heed.checkpoint.Json;
import dev.heed.data.Batch;
import dev.heed.grad.Run;
import dev.heed.grad.Tokens;
import dev.heed.kernel.Kernels;
import dev.heed.kernel.Workers;
import dev.heed.model.Decoder;
import dev.heed.tensor.CounterRandom;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class NotFiniteTest {
  private static final String CONFIG =
      """
      {"model_type": "gpt2", "n_layer": 3, "n_head": 3, "n_embd": 12, "n_positions": 8,
       "vocab_size": 11}
      """;

  private final Json.Obj config = Json.parseObject("test", CONFIG.getBytes(StandardCharsets.UTF_8));
  private final Decoder decoder = NewWeights.random(config, CounterRandom.of(4));
  private final List<Parameter> parameters = Parameters.of(decoder, config);

  private String find() {
    Tokens tokens = new Tokens(new int[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, 2, 5);
    try (Workers workers = Workers.of(2)) {
      Run run = Run.inference(Kernels.best(), workers);
      return new NotFinite(decoder, parameters)
          .find(List.of(new Batch(tokens, tokens)), List.of(), run);
    }
  }

  private void fill(String key, float number) {
    for (Parameter parameter : parameters) {
      if (parameter.key().equals(key)) {
        Arrays.fill(parameter.numbers(), number);
      }
    }
  }

  @Test
  void find_finiteModel_findsNothing() {
    assertThat(find()).isEqualTo("every layer is finite in itself");
  }

  @Test
  void find_weightThatIsNaN_isNamed() {
    fill("h.1.attn.c_attn.weight#2", Float.NaN);
    assertThat(find()).isEqualTo("the weight 'h.1.attn.c_attn.weight#2' is not finite");
  }

  @Test
  void find_overflowOnTheWayForward_namesTheFirstPlace() {
    fill("h.1.mlp.c_fc.bias", 3e38f);
    fill("h.1.mlp.c_proj.weight", 3e38f);
    assertThat(find()).isEqualTo("the first numbers that are not finite are at blocks.1.mlp_out");
  }
}
