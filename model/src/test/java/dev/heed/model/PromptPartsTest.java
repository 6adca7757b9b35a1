package dev.heed.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heed.generate.GenerationSettings;
import dev.heed.generate.TokenGenerator;
import dev.heed.grad.Run;
import dev.heed.grad.Tokens;
import dev.heed.kernel.Kernels;
import dev.heed.kernel.Workers;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A prompt longer than the parts it is read in.
class PromptPartsTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"rope_type\": \"default\"}",
        "{\"rope_type\": \"dynamic\", \"factor\": 9.0}",
        "{\"rope_type\": \"yarn\", \"factor\": 9.0}"
      })
  void generate_promptOfSeveralParts_firstTokenIsThatOfTheWhole(String scaling) {
    Decoder decoder =
        new TinyModel()
            .with("max_position_embeddings", "128")
            .with("rope_scaling", scaling)
            .decoder();
    boolean stretched = !scaling.contains("default");
    assertThat(decoder.context()).isEqualTo(stretched ? 1152 : 128);
    int[] prompt = new int[stretched ? 1099 : 127];
    for (int i = 0; i < prompt.length; i++) {
      prompt[i] = (i * i + i / 7) % 11;
    }
    try (Workers workers = Workers.of(2)) {
      Run run = Run.inference(Kernels.best(), workers);
      float[] logits = decoder.forward(Tokens.of(prompt), run).toArray();
      int best = logits.length - 11;
      for (int at = best; at < logits.length; at++) {
        best = logits[at] > logits[best] ? at : best;
      }
      List<Integer> ids = new ArrayList<>();
      new TokenGenerator(decoder, Set.of(), run)
          .generate(prompt, GenerationSettings.greedy(1), ids::add);
      assertThat(ids).containsExactly(best - (logits.length - 11));
    }
  }
}
