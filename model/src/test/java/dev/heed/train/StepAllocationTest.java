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
import dev.heed.testing.Allocation;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("allocation")
final class StepAllocationTest {
  private static final CounterRandom RANDOM = CounterRandom.of(1);

  @Test
  void step_sameShapes_leavesSmallObjectsAlone() {
    // 160,000 bytes in objects of tasks, up to 300,000 with scalar kernels; arrays would take 5
    // million, and vectors, if boxed,
    // 20 million
    long enough = 330_000;
    try (Workers workers = Workers.of(1)) {
      Runnable step = step(Run.inference(Kernels.best(), workers));
      assertThat(Allocation.leastBytes(enough, step))
          .as("bytes a step")
          .isLessThanOrEqualTo(enough);
    }
  }

  private static Runnable step(Run run) {
    Json.Obj config =
        Json.object()
            .with("model_type", "gpt2")
            .with("vocab_size", 33)
            .with("n_positions", 40)
            .with("n_embd", 48)
            .with("n_layer", 2)
            .with("n_head", 3);
    Decoder decoder = NewWeights.random(config, RANDOM);
    List<Parameter> parameters = Parameters.of(decoder, config);
    LossAndGradients loss = new LossAndGradients(decoder, parameters);
    GradientNorm norm = new GradientNorm(parameters);
    Optimizer optimizer = OptimizerSettings.AdamW.USUAL.create(parameters);
    List<Batch> batches = List.of(new Batch(tokens(0), tokens(1)));
    return () -> {
      LossAndGradients.Result result = loss.of(batches, run);
      float scale = GradientNorm.scale(norm.of(result.gradients(), run), 1);
      optimizer.update(result.gradients(), new Optimizer.Step(1, 1, scale, run));
    };
  }

  private static Tokens tokens(int stream) {
    int[] ids = new int[5 * 40];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = RANDOM.stream(stream).below(33, i);
    }
    return new Tokens(ids, 5, 40);
  }
}
