package dev.heed.train;

import dev.heed.checkpoint.Json;
import dev.heed.data.Corpus;
import dev.heed.data.Split;
import dev.heed.data.TokenData;
import dev.heed.data.TokenFile;
import dev.heed.text.Tokenizer;
import java.nio.file.Path;
import java.util.Optional;

/// What a training reads: texts, or a file of tokens that is mapped until this is closed.
final class TrainingData implements AutoCloseable {
  private final Path path;
  private final Optional<Corpus> corpus;
  private final Optional<TokenFile> file;

  /// The parts of the data, and what provenance says of it.
  record Parts(Json.Obj origin, TokenData train, TokenData validation) {}

  private TrainingData(Path path) {
    this.path = path.toAbsolutePath();
    boolean tokens = TokenFile.isOne(path);
    file = tokens ? Optional.of(TokenFile.open(path)) : Optional.empty();
    corpus = tokens ? Optional.empty() : Optional.of(Corpus.read(path));
  }

  static TrainingData open(Path path) {
    return new TrainingData(path);
  }

  /// Leaves the files of a new model's tokenizer in `folder`.
  ///
  /// @param choice as [TrainingSettings.Model#tokenizer] says it
  void saveTokenizer(String choice, Path folder) {
    if (corpus.isEmpty() && TrainingTokenizer.isMade(choice)) {
      throw new TrainingException(
          "train: the tokenizer '%s' cannot be made from the tokens in %s; name the one that made them"
              .formatted(choice, path));
    }
    TrainingTokenizer.save(choice, corpus.orElseGet(Corpus::of), folder);
  }

  /// Cuts the data: texts by characters, a file of tokens by tokens.
  Parts parts(Tokenizer tokenizer) {
    int vocabulary = tokenizer.vocabularySize();
    TokenData train;
    TokenData validation;
    Json.Obj origin = Json.object().with("path", path.toString());
    if (file.isPresent()) {
      TokenData tokens = file.get().within(vocabulary);
      train = Split.TRAIN.of(tokens);
      validation = Split.VALIDATION.of(tokens);
      origin = origin.with("sha256", file.get().hash());
    } else {
      Corpus texts = corpus.orElseThrow();
      train = TokenData.encode(texts.split(Split.TRAIN), tokenizer);
      validation = TokenData.encode(texts.split(Split.VALIDATION), tokenizer);
      origin = origin.with("sha256", texts.hash()).with("characters", texts.characters());
    }
    Json.Obj all =
        origin
            .with("tokens", train.size())
            .with("validationTokens", validation.size())
            .with("vocabulary", vocabulary);
    return new Parts(all, train, validation);
  }

  @Override
  public void close() {
    file.ifPresent(TokenFile::close);
  }
}
