package dev.heed.cli;

import dev.heed.model.EmbeddedModel;
import dev.heed.model.LanguageModel;
import java.nio.file.Path;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Option;

/// `--model`, for every command that runs one.
final class ModelOption {
  @Option(
      names = "--model",
      paramLabel = "FILE_OR_FOLDER",
      showDefaultValue = Visibility.NEVER,
      description =
          "A GGUF file, a Hugging Face folder, or ${DEFAULT-VALUE}, the model in the box (default).")
  private Path model = Path.of(EmbeddedModel.NAME);

  LanguageModel open() {
    return Models.open(model);
  }

  /// As it was named.
  @Override
  public String toString() {
    return model.toString();
  }
}
