package dev.heed.text;

import dev.heed.checkpoint.AtomicFile;
import dev.heed.checkpoint.Json;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;

/// A tokenizer that was made from texts, in the form of its file.
///
/// @param json the content of `tokenizer.json`
/// @param end the piece that ends a text, where there is one
public record TrainedTokenizer(Json.Obj json, Optional<String> end) {
  /// The tokenizer itself.
  public Tokenizer tokenizer() {
    Pipeline.Builder builder = TokenizerJson.read("the trained tokenizer", utf8(json));
    end.ifPresent(piece -> builder.mark(Role.END, piece));
    return builder.build();
  }

  /// Writes `tokenizer.json` into an existing folder, and beside it the `tokenizer_config.json`
  /// that makes Hugging Face's `AutoTokenizer` take it as it is.
  public void save(Path folder) {
    AtomicFile.write(folder.resolve("tokenizer.json"), utf8(json));
    Json.Obj config =
        Json.object()
            .with("tokenizer_class", "PreTrainedTokenizerFast")
            .with("clean_up_tokenization_spaces", false);
    Json.Obj all = end.map(piece -> config.with("eos_token", piece)).orElse(config);
    AtomicFile.write(folder.resolve("tokenizer_config.json"), utf8(all));
  }

  private static byte[] utf8(Json.Obj json) {
    return (json + "\n").getBytes(StandardCharsets.UTF_8);
  }
}
