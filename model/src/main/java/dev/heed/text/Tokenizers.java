package dev.heed.text;

import dev.heed.checkpoint.GgufFile;
import dev.heed.checkpoint.GgufMetadata;
import dev.heed.checkpoint.ModelFolder;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/// Reads tokenizers from files.
public final class Tokenizers {
  private static final byte[] GGUF = "GGUF".getBytes(StandardCharsets.US_ASCII);

  private static final List<String> FILES =
      List.of(
          "tokenizer.json",
          "tokenizer_config.json",
          "vocab.json",
          "vocab.txt",
          "tokenizer.model",
          "spiece.model",
          "sentencepiece.bpe.model");

  private Tokenizers() {}

  /// Reads the tokenizer of a model.
  ///
  /// @param path a `tokenizer.json`, a `vocab.txt`, a GGUF file, or the folder of a model
  public static Tokenizer load(Path path) {
    if (Files.isDirectory(path)) {
      return TokenizerFolder.read(path);
    }
    if (isGguf(path)) {
      try (GgufFile file = GgufFile.open(path)) {
        return of(file.metadata());
      }
    }
    return TokenizerFolder.file(path);
  }

  /// Whether the folder of a model holds anything of a tokenizer; a file that is a whole model
  /// does.
  public static boolean isIn(Path path) {
    return !Files.isDirectory(path)
        || FILES.stream().anyMatch(name -> Files.exists(path.resolve(name)));
  }

  /// Reads the `tokenizer.json` of a model that a program carries in itself.
  public static Tokenizer load(ModelFolder carried) {
    return TokenizerFolder.read(carried);
  }

  /// Reads the tokenizer that a GGUF file carries.
  public static Tokenizer of(GgufMetadata metadata) {
    return GgufVocabulary.read(metadata);
  }

  static byte[] bytes(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw unreadable(file, e);
    }
  }

  private static boolean isGguf(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      return Arrays.equals(in.readNBytes(GGUF.length), GGUF);
    } catch (IOException e) {
      throw unreadable(file, e);
    }
  }

  private static TokenizerException unreadable(Path file, IOException cause) {
    String reason = cause instanceof NoSuchFileException ? "it does not exist" : cause.toString();
    return new TokenizerException(
        "tokenizer: %s cannot be read: %s; a tokenizer.json, vocab.txt or GGUF file, or a model's folder would fit"
            .formatted(file, reason),
        cause);
  }
}
