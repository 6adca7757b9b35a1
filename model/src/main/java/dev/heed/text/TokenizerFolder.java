package dev.heed.text;

import dev.heed.checkpoint.Json;
import dev.heed.checkpoint.ModelFolder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/// Reads the tokenizer of a model's folder in Hugging Face's layout, the older ones included.
final class TokenizerFolder {
  private final ModelFolder files;
  private final Json.Obj config;

  private TokenizerFolder(ModelFolder files) {
    this.files = files;
    config = json("tokenizer_config.json").orElse(Json.object());
  }

  /// Reads the folder of a model.
  static Tokenizer read(Path folder) {
    TokenizerFolder files = new TokenizerFolder(ModelFolder.on(folder));
    Pipeline.Builder tokenizer = files.tokenizerJson().orElseGet(() -> files.old(folder));
    return files.marked(tokenizer).build();
  }

  /// Reads the tokenizer of a model that a program carries in itself, a `tokenizer.json`.
  static Tokenizer read(ModelFolder carried) {
    TokenizerFolder files = new TokenizerFolder(carried);
    Pipeline.Builder tokenizer =
        files
            .tokenizerJson()
            .orElseThrow(() ->
                new TokenizerException(
                    "tokenizer: %s has no tokenizer.json".formatted(carried.name())));
    return files.marked(tokenizer).build();
  }

  /// Reads one file by itself.
  static Tokenizer file(Path file) {
    boolean words = file.toString().endsWith(".txt");
    Pipeline.Builder tokenizer =
        words
            ? OldFormats.wordPiece(file, Json.object())
            : TokenizerJson.read(file.toString(), Tokenizers.bytes(file));
    return tokenizer.build();
  }

  private Optional<Pipeline.Builder> tokenizerJson() {
    String name = "tokenizer.json";
    return files.read(name).map(utf8 -> TokenizerJson.read(files.name() + "/" + name, utf8));
  }

  private Pipeline.Builder old(Path folder) {
    if (Files.exists(folder.resolve("vocab.json")) && Files.exists(folder.resolve("merges.txt"))) {
      return OldFormats.bpe(folder, config);
    }
    if (Files.exists(folder.resolve("vocab.txt"))) {
      return OldFormats.wordPiece(folder.resolve("vocab.txt"), config);
    }
    for (String name : List.of("tokenizer.model", "spiece.model", "sentencepiece.bpe.model")) {
      if (Files.exists(folder.resolve(name))) {
        throw new TokenizerException(
            "tokenizer: %s has only SentencePiece's %s; the tokenizer.json that Hugging Face's converters write from it would fit"
                .formatted(folder, name));
      }
    }
    throw new TokenizerException(
        "tokenizer: %s has no tokenizer; tokenizer.json, vocab.json with merges.txt, or vocab.txt would fit"
            .formatted(folder));
  }

  /// The piece with a role, from the settings of the tokenizer or, by its id, from those of the
  /// model.
  private Pipeline.Builder marked(Pipeline.Builder tokenizer) {
    Json.Obj map = json("special_tokens_map.json").orElse(Json.object());
    Json.Obj model = json("config.json").orElse(Json.object());
    for (Role role : Role.values()) {
      String key = role.key();
      piece(config, key)
          .or(() -> piece(map, key))
          .ifPresentOrElse(
              piece -> tokenizer.mark(role, piece),
              () -> id(model, key + "_id").ifPresent(id -> tokenizer.mark(role, id)));
    }
    return tokenizer;
  }

  /// Models with several tokens that end a text name the main one first.
  private static OptionalInt id(Json.Obj json, String key) {
    Json value = json.get(key).orElse(new Json.Null());
    boolean several = value instanceof Json.Arr ids && ids.size() > 0;
    return several ? OptionalInt.of(json.list(key).integer(0)) : json.optionalInteger(key);
  }

  /// A role is named by a piece, or by an object that holds it.
  private static Optional<String> piece(Json.Obj json, String role) {
    Json value = json.get(role).orElse(new Json.Null());
    return switch (value) {
      case Json.Str(String piece) -> Optional.of(piece);
      case Json.Obj token -> token.optionalString("content");
      default -> Optional.empty();
    };
  }

  private Optional<Json.Obj> json(String name) {
    return files.read(name).map(utf8 -> Json.parseObject(files.name() + "/" + name, utf8));
  }
}
