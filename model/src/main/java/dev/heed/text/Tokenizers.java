package dev.heed.text;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// Reads tokenizers from files.
public final class Tokenizers {
  private Tokenizers() {}

  /// Reads the tokenizer of a model.
  ///
  /// @param path a `tokenizer.json`, or a folder that has one
  public static Tokenizer load(Path path) {
    Path file = Files.isDirectory(path) ? path.resolve("tokenizer.json") : path;
    return TokenizerJson.read(file.toString(), bytes(file)).build();
  }

  private static byte[] bytes(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new TokenizerException(
          "tokenizer: %s cannot be read: %s; a tokenizer.json would fit".formatted(file, e), e);
    }
  }
}
