package dev.heed.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heed.checkpoint.Json;
import dev.heed.data.Corpus;
import dev.heed.data.DataException;
import dev.heed.data.TokenData;
import dev.heed.data.TokenFile;
import dev.heed.grad.Run;
import dev.heed.kernel.Kernels;
import dev.heed.kernel.Workers;
import dev.heed.text.TokenizerTraining;
import dev.heed.text.TrainedTokenizer;
import dev.heed.train.TrainingRun.Beginning;
import dev.heed.train.TrainingRun.Request;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TrainingDataTest {
  private static final String MODEL =
      """
      {"model": {"model_type": "gpt2", "n_layer": 2, "n_head": 3, "n_embd": 12, "bias": false},
       "steps": 4, "batch": 5, "context": 7, "watch": {"evaluate": 2, "checkpoint": 2}}
      """;

  @TempDir private Path folder;
  private Path text;
  private Path tokens;
  private TrainedTokenizer tokenizer;

  // 360 characters, of which 324 are learned from: 46 windows of 7, a batch of 5
  @BeforeEach
  void write() throws IOException {
    text =
        Files.writeString(
            folder.resolve("text.txt"), "sing song; ding dong ".repeat(18).substring(0, 360));
    Corpus corpus = Corpus.read(text);
    tokenizer = TokenizerTraining.characters(corpus.texts());
    tokens = folder.resolve("tokens.bin");
    TokenFile.write(tokens, TokenData.encode(corpus, tokenizer.tokenizer()));
    Files.createDirectory(folder.resolve("tokenizer"));
    tokenizer.save(folder.resolve("tokenizer"));
  }

  @Test
  void train_tokenFile_learnsWhatItsTextTeaches() {
    List<Double> fromText = losses("text", text, json(MODEL));
    Json.Obj named = json(MODEL).with("tokenizer", folder.resolve("tokenizer").toString());

    assertThat(losses("tokens", tokens, named)).isEqualTo(fromText).hasSize(4);
  }

  @Test
  void open_tokenFileWithoutItsTokenizer_saysWhatWouldFit() {
    assertThatThrownBy(() -> open("run", tokens, json(MODEL)))
        .isInstanceOf(TrainingException.class)
        .hasMessageContaining("name the one that made them");
  }

  @Test
  void open_tokensBeyondTheVocabulary_areRefused() throws IOException {
    Path other = Files.createDirectory(folder.resolve("other"));
    TokenizerTraining.characters(List.of("sing")).save(other);

    assertThatThrownBy(() -> open("run", tokens, json(MODEL).with("tokenizer", other.toString())))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("vocabulary of 4");
  }

  @Test
  void open_epochs_countsStepsFromTheData() {
    Json.Obj twice =
        Overlay.of(json(MODEL), json("{\"reading\": {\"epochs\": 2}, \"accumulate\": 3}"));

    try (TrainingRun run = open("run", text, twice)) {
      // ceil(46 * 2 / 5) = 19 batches, three a step
      assertThat(run.settings().amount().steps()).isEqualTo(7);
    }
    // the same settings go on with it, though their own steps are others
    try (TrainingRun run = open("run", text, twice)) {
      assertThat(run.settings().amount().steps()).isEqualTo(7);
    }
  }

  @Test
  void open_runFromBeforeASettingWasThere_goesOn() throws IOException {
    open("run", text, json(MODEL)).close();
    Path file = folder.resolve("run/run.json");
    String before = Files.readString(file);
    String without = before.replaceFirst("\"reading\":\\{[^}]*},", "");
    assertThat(without).isNotEqualTo(before);
    Files.writeString(file, without);

    open("run", text, json(MODEL)).close();
  }

  @Test
  void settings_unknownPacking_namesThoseThatAreKnown() {
    Json.Obj wrong = Overlay.of(json(MODEL), json("{\"reading\": {\"documents\": \"mixed\"}}"));

    assertThatThrownBy(() -> TrainingSettings.of(wrong))
        .hasMessageContaining("masked and restarted");
  }

  private TrainingRun open(String out, Path data, Json.Obj settings) {
    return TrainingRun.open(
        new Request(
            folder.resolve(out), Optional.of(data), settings, Beginning.NEW_OR_RESUMED, "test"));
  }

  private List<Double> losses(String out, Path data, Json.Obj settings) {
    List<Double> losses = new ArrayList<>();
    try (TrainingRun run = open(out, data, settings);
        Workers workers = Workers.of(2)) {
      TrainingObserver watching =
          new TrainingObserver() {
            @Override
            public void stepped(StepReport report) {
              losses.add(report.loss());
            }
          };
      run.train(watching, () -> false, Run.inference(Kernels.best(), workers));
    }
    return losses;
  }

  private static Json.Obj json(String settings) {
    return Json.parseObject("test", settings.getBytes(StandardCharsets.UTF_8));
  }
}
