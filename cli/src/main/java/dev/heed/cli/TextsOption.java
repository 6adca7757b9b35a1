package dev.heed.cli;

import dev.heed.data.Corpus;
import dev.heed.generate.GenerationSettings;
import dev.heed.generate.Generator;
import dev.heed.generate.Sampling;
import dev.heed.kernel.Workers;
import dev.heed.lens.TextWindows;
import dev.heed.model.LanguageModel;
import dev.heed.text.Tokenizer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// The texts that commands look at models with: somebody's, or else the model's own.
final class TextsOption {
  private static final int LOOKED_AT = 1024;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec command;

  @Option(
      names = "--data",
      paramLabel = "PATH",
      description =
          "A text file or a folder of them; without it the model writes the texts itself.")
  private @Nullable Path data;

  @Option(
      names = "--tokens",
      paramLabel = "N",
      description = "The most tokens that are read; 1024, or all where a whole text is read.")
  private @Nullable Integer tokens;

  @Option(names = "--seed", paramLabel = "S", description = "Of everything that is drawn.")
  private long seed = 0;

  long seed() {
    return seed;
  }

  /// Whose texts they are, in a few words.
  String source() {
    return data == null ? "written by the model" : "of " + data;
  }

  /// The most tokens that are looked at, windows for windows.
  private int most() {
    if (tokens != null && tokens < 1) {
      throw new ParameterException(
          command.commandLine(), "--tokens is %d; 1 or more would fit".formatted(tokens));
    }
    return tokens == null ? LOOKED_AT : tokens;
  }

  /// The tokens of the whole text, or as many as are asked for.
  int[] whole(LanguageModel model, int length, Workers workers) {
    int[] all =
        data == null
            ? written(model, length, workers)
            : TextWindows.read(
                model.tokenizer(),
                Corpus.read(data).text(),
                tokens == null ? Integer.MAX_VALUE : tokens);
    return tokens == null ? all : Arrays.copyOf(all, Math.min(all.length, tokens));
  }

  /// Windows of `length` tokens, each with the token before it that the model wants.
  List<int[]> windows(LanguageModel model, int length, Workers workers) {
    Tokenizer tokenizer = model.tokenizer();
    return data == null
        ? TextWindows.of(tokenizer, written(model, length, workers), length, most())
        : TextWindows.of(tokenizer, Corpus.read(data).text(), length, most());
  }

  /// Texts that the model writes, one after the other.
  private int[] written(LanguageModel model, int length, Workers workers) {
    Generator generator = Generator.of(model, workers);
    String prompt = TextWindows.beginning(model.tokenizer()).isPresent() ? "" : "\n";
    List<Integer> all = new ArrayList<>();
    int texts = Math.ceilDiv(Math.max(1, most()), length);
    int context = Math.min(length + 1, model.decoder().context());
    for (int text = 0; text < texts; text++) {
      Sampling sampling = new Sampling(1, 1, 0, 1, 0, seed + text);
      GenerationSettings settings =
          GenerationSettings.greedy(length).withSampling(sampling).withContext(context);
      all.addAll(generator.generate(prompt, settings, _ -> {}).tokens());
    }
    return all.stream().mapToInt(id -> id).toArray();
  }
}
