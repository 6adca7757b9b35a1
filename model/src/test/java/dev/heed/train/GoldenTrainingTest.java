package dev.heed.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heed.checkpoint.Checkpoint;
import dev.heed.checkpoint.Json;
import dev.heed.data.Batch;
import dev.heed.grad.Run;
import dev.heed.grad.Tokens;
import dev.heed.kernel.Kernels;
import dev.heed.kernel.Workers;
import dev.heed.model.Decoder;
import dev.heed.tensor.Tensor;
import dev.heed.tensor.Weight;
import dev.heed.testing.NeedsShared;
import dev.heed.testing.Shared;
import dev.heed.train.LossAndGradients.Result;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// Twenty steps of PyTorch's AdamW, recorded by `make_training_golden.py` beside the data.
@NeedsShared("golden/training")
class GoldenTrainingTest {
  private static final int STEPS = 20;
  private static final int BATCH = 4;
  private static final int LENGTH = 24;

  private final Checkpoint golden =
      Checkpoint.open(Shared.path("golden/training/gpt2-adamw.safetensors"));
  private final Checkpoint start = Checkpoint.open(Shared.path("golden/gpt2"));
  private final Json.Obj config = start.config();
  private final Decoder decoder = TrainableModel.of(start);
  private final List<Parameter> parameters = Parameters.of(decoder, config);

  @Test
  void update_twentySteps_reproducesPyTorch() {
    try (Workers workers = Workers.of(2)) {
      Run run = Run.inference(Kernels.best(), workers);
      var settings = new OptimizerSettings.AdamW(1e-3, 0.9, 0.95, 1e-8, 0.1);
      Optimizer optimizer = settings.create(parameters);
      LossAndGradients loss = new LossAndGradients(decoder, parameters);
      GradientNorm norms = new GradientNorm(parameters);
      for (int step = 0; step < STEPS; step++) {
        Result result = loss.of(List.of(batch(step)), run);
        double norm = norms.of(result.gradients(), run);
        if (step == 0) {
          compare("grad.", named(result.gradients()));
        }
        assertThat(result.loss()).isCloseTo(golden("loss")[step], withinPercent(0.01));
        assertThat(norm).isCloseTo(golden("grad_norm")[step], withinPercent(0.01));
        float scale = GradientNorm.scale(norm, 1);
        optimizer.update(result.gradients(), new Optimizer.Step(step + 1, 1, scale, run));
      }
      compare("final.", StoredForm.of(parameters, config));
    }
  }

  private static org.assertj.core.data.Percentage withinPercent(double percent) {
    return org.assertj.core.data.Percentage.withPercentage(percent);
  }

  private float[] golden(String name) {
    return golden.weight(name).toFloats();
  }

  private Batch batch(int step) {
    int[] all = new int[BATCH * (LENGTH + 1)];
    for (int i = 0; i < all.length; i++) {
      long at = (long) step * all.length + i;
      all[i] =
          (int) golden.weight("batches").segment().getAtIndex(ValueLayout.JAVA_LONG_UNALIGNED, at);
    }
    int[] inputs = new int[BATCH * LENGTH];
    int[] targets = new int[BATCH * LENGTH];
    for (int row = 0; row < BATCH; row++) {
      System.arraycopy(all, row * (LENGTH + 1), inputs, row * LENGTH, LENGTH);
      System.arraycopy(all, row * (LENGTH + 1) + 1, targets, row * LENGTH, LENGTH);
    }
    return new Batch(new Tokens(inputs, BATCH, LENGTH), new Tokens(targets, BATCH, LENGTH));
  }

  /// The gradients under the names and in the form of a checkpoint.
  private Map<String, Weight> named(List<Tensor> gradients) {
    List<Parameter> stored = new ArrayList<>();
    for (int i = 0; i < gradients.size(); i++) {
      Parameter parameter = parameters.get(i);
      Weight gradient =
          Weight.of(
              parameter.name(), gradients.get(i).toArray(), parameter.weight().shape().toArray());
      stored.add(new Parameter(parameter.key(), gradient, parameter.role(), 0));
    }
    return StoredForm.of(stored, config);
  }

  private void compare(String kind, Map<String, Weight> ours) {
    assertThat(ours).hasSize(40);
    ours.forEach((name, weight) -> {
      float[] actual = weight.floats();
      float[] expected = golden(kind + name);
      assertThat(weight.shape()).isEqualTo(golden.weight(kind + name).shape());
      for (int i = 0; i < actual.length; i++) {
        if (isKeyBias(name, i)) {
          checkKeyBias(kind, name, i, actual[i]);
        } else {
          double most = 1e-4 + 1e-3 * Math.abs(expected[i]);
          assertThat(Math.abs(actual[i] - expected[i]))
              .as("%s%s[%d]: %s, %s", kind, name, i, actual[i], expected[i])
              .isLessThanOrEqualTo((float) most);
        }
      }
    });
  }

  /// Keys move all scores of a row alike, so that their bias has a true gradient of zero.
  private static boolean isKeyBias(String name, int i) {
    return name.endsWith("c_attn.bias") && i >= 48 && i < 96;
  }

  private void checkKeyBias(String kind, String name, int i, float actual) {
    if (kind.equals("grad.")) {
      assertThat(actual).isBetween(-1e-6f, 1e-6f);
    } else {
      float initial = start.weight(name).toFloats()[i];
      assertThat(Math.abs(actual - initial)).isLessThan(5e-3f);
    }
  }
}
