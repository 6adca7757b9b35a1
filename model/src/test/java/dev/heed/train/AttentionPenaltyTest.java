package dev.heed.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heed.attention.Observer;
import dev.heed.attention.Observers;
import dev.heed.checkpoint.Json;
import dev.heed.data.RepeatedPassage;
import dev.heed.grad.Run;
import dev.heed.kernel.Kernels;
import dev.heed.kernel.Workers;
import dev.heed.layer.Pass;
import dev.heed.tensor.CounterRandom;
import dev.heed.tensor.Tensor;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class AttentionPenaltyTest {
  private static final Workers WORKERS = Workers.of(2);

  /// The mean entropy, and the mean of `(1 - coverage)²`, after a training.
  private static double[] trained(String model, String penalty) {
    String text =
        """
        {"model": {"model_type": "heed", "vocab_size": 9, "max_position_embeddings": 14,
           "hidden_size": 12, "num_hidden_layers": 2, "num_attention_heads": 3,
           "initializer_range": 0.2, "feed_forward": {"type": "none"}%s},
         "steps": 30, "batch": 5, "context": 14, "optimizer": {"rate": 0.01},
         "schedule": {"type": "constant", "warmup": 0}, "watch": {"evaluate": 0}%s, "seed": 4}
        """
            .formatted(model, penalty);
    TrainingSettings settings =
        TrainingSettings.of(Json.parseObject("test", text.getBytes(StandardCharsets.UTF_8)));
    assertThat(TrainingSettings.of(settings.json())).isEqualTo(settings);
    TaskTraining training =
        new TaskTraining(
            settings, random -> new RepeatedPassage(9, settings.amount().batch(), 3, 5, random));
    Run run = Run.inference(Kernels.best(), WORKERS);
    training.train(TrainingObserver.NONE, () -> false, run);
    RepeatedPassage unseen =
        new RepeatedPassage(9, settings.amount().batch(), 3, 5, CounterRandom.of(99));
    Pass pass =
        unseen.batch(0).pass().observing(Observers.of(Observer.entropy(), Observer.coverage()));
    training.decoder().forward(unseen.batch(0).inputs(), pass, run);
    double[] means = new double[2];
    for (Tensor entropies : pass.observed(Observer.entropy())) {
      for (float entropy : entropies.toArray()) {
        means[0] += entropy / entropies.size() / 2;
      }
    }
    for (Tensor coverages : pass.observed(Observer.coverage())) {
      for (float coverage : coverages.toArray()) {
        means[1] += (1 - coverage) * (1 - coverage) / coverages.size() / 2;
      }
    }
    return means;
  }

  @Test
  void train_entropyPenalty_sharpensOrWidens() {
    double plain = trained("", "")[0];
    assertThat(trained("", ", \"penalty\": {\"entropy\": 1}")[0]).isLessThan(0.9 * plain);
    assertThat(trained("", ", \"penalty\": {\"entropy\": -1}")[0]).isGreaterThan(1.02 * plain);
  }

  @Test
  void train_coveragePenalty_looksAtKeysMoreEvenly() {
    double plain = trained("", "")[1];
    assertThat(trained("", ", \"penalty\": {\"coverage\": 3}")[1]).isLessThan(0.8 * plain);
  }

  @Test
  void train_modelWithoutAttention_isRefused() {
    assertThatThrownBy(() ->
            trained(", \"mixer\": {\"type\": \"retention\"}", ", \"penalty\": {\"entropy\": 1}"))
        .isInstanceOf(TrainingException.class)
        .hasMessageContaining("no block has any");
  }
}
