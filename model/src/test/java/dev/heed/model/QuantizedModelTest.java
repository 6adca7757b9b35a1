package dev.heed.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heed.checkpoint.Checkpoint;
import dev.heed.checkpoint.Weights;
import dev.heed.generate.GenerationSettings;
import dev.heed.generate.TokenGenerator;
import dev.heed.grad.Run;
import dev.heed.kernel.Kernels;
import dev.heed.kernel.Workers;
import dev.heed.tensor.Weight;
import dev.heed.testing.NeedsShared;
import dev.heed.testing.Shared;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A trained model in every fast format says what its weights say once they are plain floats.
@NeedsShared("data/stories260K")
class QuantizedModelTest {
  private static final int[] PROMPT = {1, 403, 407, 261, 378};

  private static List<Integer> greedy(Decoder decoder, Kernels kernels, Workers workers) {
    List<Integer> ids = new ArrayList<>();
    new TokenGenerator(decoder, Set.of(), Run.inference(kernels, workers))
        .generate(PROMPT, GenerationSettings.greedy(196), ids::add);
    return ids;
  }

  @ParameterizedTest
  @ValueSource(strings = {"F16", "BF16", "Q8_0", "Q4_0"})
  void generate_storedFormat_saysWhatItsFloatsSay(String type) {
    try (Workers workers = Workers.of(2);
        Checkpoint checkpoint =
            Checkpoint.open(Shared.path("data/stories260K/stories260K-" + type + ".gguf"))) {
      Map<String, Weight> floats = new LinkedHashMap<>();
      for (String name : checkpoint.tensors().keySet()) {
        Weight stored = checkpoint.weight(name);
        floats.put(name, Weight.of(name, stored.toFloats(), stored.shape().toArray()));
      }
      List<Integer> expected =
          greedy(LanguageModel.decoder(checkpoint, Weights.of(floats)), Kernels.scalar(), workers);
      Decoder decoder = LanguageModel.decoder(checkpoint);
      assertThat(greedy(decoder, Kernels.best(), workers)).isEqualTo(expected).hasSize(196);
      assertThat(greedy(decoder, Kernels.scalar(), workers)).isEqualTo(expected);
    }
  }
}
