package dev.heed.cli;

import dev.heed.checkpoint.Checkpoint;
import dev.heed.checkpoint.ModelFolder;
import dev.heed.model.EmbeddedModel;
import dev.heed.model.LanguageModel;
import dev.heed.text.Tokenizer;
import dev.heed.text.Tokenizers;
import java.nio.file.Files;
import java.nio.file.Path;

/// What the users of commands call a model: a path, or `embedded` for the one in the box, where no
/// file has this name.
final class Models {
  private Models() {}

  static LanguageModel open(Path named) {
    return isEmbedded(named) ? LanguageModel.embedded() : LanguageModel.open(named);
  }

  static Checkpoint checkpoint(Path named) {
    return isEmbedded(named) ? Checkpoint.open(EmbeddedModel.folder()) : Checkpoint.open(named);
  }

  static ModelFolder folder(Path named) {
    return isEmbedded(named) ? EmbeddedModel.folder() : ModelFolder.on(named);
  }

  static Tokenizer tokenizer(Path named) {
    return isEmbedded(named) ? Tokenizers.load(EmbeddedModel.folder()) : Tokenizers.load(named);
  }

  private static boolean isEmbedded(Path named) {
    return named.toString().equals(EmbeddedModel.NAME) && !Files.exists(named);
  }
}
