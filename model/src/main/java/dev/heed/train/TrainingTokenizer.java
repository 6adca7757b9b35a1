package dev.heed.train;

import dev.heed.data.Corpus;
import dev.heed.text.Tokenizer;
import dev.heed.text.TokenizerTraining;
import dev.heed.text.TokenizerTraining.BytePairs;
import dev.heed.text.Tokenizers;
import dev.heed.text.TrainedTokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;

/// Makes or takes over the tokenizer of a new model.
final class TrainingTokenizer {
  private static final String CHARACTERS = "characters";
  private static final String BYTES = "bytes:";
  private static final List<String> FILES =
      List.of(
          "tokenizer.json",
          "tokenizer_config.json",
          "special_tokens_map.json",
          "vocab.json",
          "merges.txt",
          "added_tokens.json");

  private TrainingTokenizer() {}

  /// Leaves the files of the tokenizer in `folder`.
  ///
  /// @param choice as [TrainingSettings.Model#tokenizer] says it
  static void save(String choice, Corpus corpus, Path folder) {
    if (choice.equals(CHARACTERS)) {
      TokenizerTraining.characters(corpus.texts()).save(folder);
    } else if (choice.startsWith(BYTES)) {
      TrainedTokenizer trained =
          TokenizerTraining.bytePairs(corpus.texts(), BytePairs.of(vocabulary(choice)));
      trained.save(folder);
    } else {
      copy(Path.of(choice), folder);
    }
  }

  /// Whether a choice is a tokenizer that is made from the data.
  static boolean isMade(String choice) {
    return choice.equals(CHARACTERS) || choice.startsWith(BYTES);
  }

  static Tokenizer load(Path folder) {
    return Tokenizers.load(folder);
  }

  private static int vocabulary(String choice) {
    try {
      return Integer.parseInt(choice.substring(BYTES.length()));
    } catch (NumberFormatException e) {
      throw Check.unknown("tokenizer", choice, "'bytes:512', with a vocabulary, is");
    }
  }

  private static void copy(Path from, Path folder) {
    if (!Files.exists(from)) {
      throw Check.unknown(
          "tokenizer", from.toString(), "characters, bytes:N and files that are there, are");
    }
    try {
      if (!Files.isDirectory(from)) {
        Files.copy(from, folder.resolve("tokenizer.json"), StandardCopyOption.REPLACE_EXISTING);
        return;
      }
      for (String name : FILES) {
        if (Files.exists(from.resolve(name))) {
          Files.copy(from.resolve(name), folder.resolve(name), StandardCopyOption.REPLACE_EXISTING);
        }
      }
    } catch (IOException e) {
      throw new TrainingException(
          "train: the tokenizer %s cannot be copied: %s".formatted(from, e), e);
    }
  }
}
