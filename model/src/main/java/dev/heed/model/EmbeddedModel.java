package dev.heed.model;

import dev.heed.checkpoint.CheckpointException;
import dev.heed.checkpoint.ModelFolder;
import java.util.Optional;

/// The model that Heed carries in itself; `MODEL_CARD.md` says what it is and how it was made.
public final class EmbeddedModel {
  /// How commands and errors call it.
  public static final String NAME = "embedded";

  private static final ModelFolder FOLDER =
      ModelFolder.resources(
          NAME,
          file -> Optional.ofNullable(EmbeddedModel.class.getResourceAsStream("embedded/" + file)));

  private EmbeddedModel() {}

  /// Whether this build carries one.
  public static boolean isThere() {
    return EmbeddedModel.class.getResource("embedded/config.json") != null;
  }

  /// Its files.
  public static ModelFolder folder() {
    if (!isThere()) {
      throw new CheckpointException(
          "embedded: this build carries no model; name one, a GGUF file or a Hugging Face folder");
    }
    return FOLDER;
  }
}
