package dev.heed.train;

import dev.heed.checkpoint.Json;
import dev.heed.checkpoint.Settings;
import dev.heed.checkpoint.Weights;
import dev.heed.model.Decoder;
import dev.heed.model.LanguageModel;
import dev.heed.tensor.CounterRandom;
import dev.heed.tensor.Shape;
import dev.heed.tensor.Weight;
import java.util.Arrays;
import java.util.regex.Pattern;

/// The weights of a model before it is trained.
///
/// As GPT-2 begins ([Radford et al.
/// 2019](https://cdn.openai.com/better-language-models/language_models_are_unsupervised_multitask_learners.pdf),
/// section 2.3): matrices and tables from `N(0, 0.02²)` (`initializer_range` in the configuration),
/// those that write to the residual stream divided by `√2L` for `L` blocks, gains 1, biases 0. What
/// a weight begins as depends on the seed and on its name alone.
public final class NewWeights {
  private static final Pattern STATES = Pattern.compile("\\.(A_log|dt_bias|conv1d\\w*\\.weight)$");

  private final CounterRandom random;
  private final double deviation;
  private final double residual;
  private final float gain;

  private NewWeights(Json.Obj config, CounterRandom random) {
    this.random = random;
    deviation = config.number("initializer_range", 0.02);
    int layers = config.integer("num_hidden_layers", config.integer("n_layer", 1));
    residual = deviation / Math.sqrt(2.0 * layers);
    gain = config.string("model_type").equals("gemma2") ? 0 : 1;
  }

  /// A decoder of random weights.
  ///
  /// @param config what its `config.json` will hold
  public static Decoder random(Json.Obj config, CounterRandom random) {
    NewWeights made = new NewWeights(config, random);
    return LanguageModel.decoder(new Settings(config), Weights.made(made::make), "new model");
  }

  private Weight make(String name, Shape shape) {
    float[] numbers = new float[shape.arraySize()];
    if (STATES.matcher(name).find()) {
      fillState(name, shape, numbers);
    } else if (shape.rank() > 1) {
      CounterRandom own = random.stream(number(name));
      double size = writesToStream(name) ? residual : deviation;
      for (int i = 0; i < numbers.length; i++) {
        numbers[i] = (float) (size * own.normal(i));
      }
    } else if (!name.endsWith(".bias")) {
      Arrays.fill(numbers, name.contains("self_attn") ? 1 : gain);
    }
    return Weight.of(name, numbers, shape.toArray());
  }

  /// As the code of Mamba-2 begins: taps even between `±1/√K`, rates from 1 to 16, steps from 1e-3
  /// to 1e-1, evenly in their logarithm.
  private void fillState(String name, Shape shape, float[] numbers) {
    CounterRandom own = random.stream(number(name));
    for (int i = 0; i < numbers.length; i++) {
      double u = own.uniform(i);
      double step = 1e-3 * Math.pow(100, u);
      numbers[i] =
          (float)
              (name.endsWith("A_log")
                  ? Math.log(1 + 15 * u)
                  : name.endsWith("dt_bias")
                      ? Math.log(Math.expm1(step))
                      : (2 * u - 1) / Math.sqrt(shape.axis(-1)));
    }
  }

  private static boolean writesToStream(String name) {
    return name.endsWith("c_proj.weight")
        || name.endsWith("o_proj.weight")
        || name.endsWith("down_proj.weight")
        || name.endsWith("out_proj.weight")
        || name.endsWith(".attn.o.weight")
        || name.endsWith(".mlp.down.weight");
  }

  /// The name as 64 bits: FNV-1a.
  private static long number(String name) {
    long hash = 0xcbf29ce484222325L;
    for (int i = 0; i < name.length(); i++) {
      hash = (hash ^ name.charAt(i)) * 0x100000001b3L;
    }
    return hash;
  }
}
