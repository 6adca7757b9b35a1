package dev.heed.cli;

import dev.heed.checkpoint.Json;
import dev.heed.data.Batch;
import dev.heed.grad.Run;
import dev.heed.grad.Tokens;
import dev.heed.kernel.Kernels;
import dev.heed.kernel.Workers;
import dev.heed.model.Decoder;
import dev.heed.tensor.CounterRandom;
import dev.heed.train.GradientNorm;
import dev.heed.train.LossAndGradients;
import dev.heed.train.NewWeights;
import dev.heed.train.Optimizer;
import dev.heed.train.OptimizerSettings;
import dev.heed.train.Parameter;
import dev.heed.train.Parameters;
import java.util.List;

/// Training steps: loss, gradients, clipping to a norm of 1 and AdamW, of a GPT with learned
/// positions, layer norms, biases and a head that is the embedding's table.
final class TrainCases {
  private static final CounterRandom RANDOM = CounterRandom.of(1);
  private static final OptimizerSettings SETTINGS = OptimizerSettings.AdamW.USUAL;

  private TrainCases() {}

  /// The sizes of a model and of its batches.
  private record Sizes(int v, int t, int d, int layers, int heads, int batch) {}

  static List<BenchCase> all() {
    return List.of(
        step("cpu-config", new Sizes(65, 64, 128, 4, 4, 12)),
        step("baby-gpt", new Sizes(65, 256, 384, 6, 6, 8)),
        step("gpt2-small", new Sizes(50_257, 256, 768, 12, 12, 1)));
  }

  private static BenchCase step(String name, Sizes of) {
    return new BenchCase(
        "train %s V%d T%d C%d L%d H%d B%d"
            .formatted(name, of.v(), of.t(), of.d(), of.layers(), of.heads(), of.batch()),
        "tokens",
        (double) of.batch() * of.t(),
        (kernels, workers) -> prepare(of, kernels, workers));
  }

  private static Runnable prepare(Sizes of, Kernels kernels, Workers workers) {
    Json.Obj config =
        Json.object()
            .with("model_type", "gpt2")
            .with("vocab_size", of.v())
            .with("n_positions", of.t())
            .with("n_embd", of.d())
            .with("n_layer", of.layers())
            .with("n_head", of.heads());
    Decoder decoder = NewWeights.random(config, RANDOM);
    List<Parameter> parameters = Parameters.of(decoder, config);
    LossAndGradients loss = new LossAndGradients(decoder, parameters);
    GradientNorm norm = new GradientNorm(parameters);
    Optimizer optimizer = SETTINGS.create(parameters);
    List<Batch> batches = List.of(batch(of));
    Run run = Run.inference(kernels, workers);
    return () -> {
      LossAndGradients.Result result = loss.of(batches, run);
      float scale = GradientNorm.scale(norm.of(result.gradients(), run), 1);
      optimizer.update(result.gradients(), new Optimizer.Step(1, 1, scale, run));
    };
  }

  private static Batch batch(Sizes of) {
    int[] inputs = new int[of.batch() * of.t()];
    int[] targets = new int[inputs.length];
    for (int i = 0; i < inputs.length; i++) {
      inputs[i] = RANDOM.below(of.v(), 2 * i);
      targets[i] = RANDOM.below(of.v(), 2 * i + 1);
    }
    return new Batch(
        new Tokens(inputs, of.batch(), of.t()), new Tokens(targets, of.batch(), of.t()));
  }
}
