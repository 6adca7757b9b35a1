package dev.heed.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.heed.checkpoint.Json;
import dev.heed.data.DataException;
import dev.heed.grad.Run;
import dev.heed.kernel.Kernels;
import dev.heed.kernel.Workers;
import dev.heed.layer.Norm;
import dev.heed.model.LanguageModel;
import dev.heed.train.Trainer.End;
import dev.heed.train.Trainer.Outcome;
import dev.heed.train.TrainingRun.Beginning;
import dev.heed.train.TrainingRun.Request;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TrainingRunTest {
  private static final String GPT2 =
      """
      {"model": {"model_type": "gpt2", "n_layer": 2, "n_head": 3, "n_embd": 12, "bias": false},
       "steps": 9, "batch": 4, "context": 7, "clip": 0.5,
       "schedule": {"type": "linear", "warmup": 2},
       "watch": {"evaluate": 4, "checkpoint": 3}}
      """;
  private static final String LLAMA =
      """
      {"model": {"model_type": "llama", "num_hidden_layers": 2, "hidden_size": 24,
         "num_attention_heads": 6, "num_key_value_heads": 3, "intermediate_size": 20,
         "tie_word_embeddings": true},
       "steps": 9, "batch": 4, "context": 7, "accumulate": 2,
       "optimizer": {"type": "muon"},
       "dropout": {"embedding": 0.2, "residual": 0.1, "weights": 0.1, "keys": 0.2, "heads": 0.1},
       "watch": {"evaluate": 4, "checkpoint": 3}}
      """;

  private static final String HEED =
      """
      {"model": {"model_type": "heed", "num_hidden_layers": 4, "hidden_size": 12,
         "num_attention_heads": 3, "intermediate_size": 10,
         "norm": {"type": "layer", "place": "post"},
         "mixers": [{"score": "cosine(learned)", "mask": "causal & window(4)"}, {"type": "gated"},
           {"type": "mamba2", "state_size": 6, "head_dim": 8},
           {"normalizer": "sink", "modifiers": ["alibi"], "num_attention_heads": 2,
            "source": "past(2, 3, 8)"}]},
       "steps": 9, "batch": 4, "context": 7, "dropout": {"weights": 0.1},
       "watch": {"evaluate": 4, "checkpoint": 3}}
      """;

  private static final String MAMBA2 =
      """
      {"model": {"model_type": "mamba2", "num_hidden_layers": 2, "hidden_size": 12, "num_heads": 6,
         "head_dim": 4, "n_groups": 2, "state_size": 5},
       "steps": 9, "batch": 4, "context": 7, "optimizer": {"type": "muon"},
       "watch": {"evaluate": 4, "checkpoint": 3}}
      """;

  @TempDir private Path folder;
  private Path data;

  @BeforeEach
  void writeData() throws IOException {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 400; i++) {
      text.append("the quick brown fox ".charAt((i * i + i / 7) % 20));
    }
    data = Files.writeString(folder.resolve("data.txt"), text);
  }

  private static Json.Obj json(String text) {
    return Json.parseObject("test", text.getBytes(StandardCharsets.UTF_8));
  }

  private Request request(String out, String settings, Beginning beginning) {
    return new Request(folder.resolve(out), Optional.of(data), json(settings), beginning, "test");
  }

  private Outcome train(String out, String settings, int threads, BooleanSupplier stop) {
    Request request = request(out, settings, Beginning.NEW_OR_RESUMED);
    try (TrainingRun training = TrainingRun.open(request);
        Workers workers = Workers.of(threads)) {
      return training.train(TrainingObserver.NONE, stop, Run.inference(Kernels.best(), workers));
    }
  }

  private Outcome train(String out, String settings) {
    return train(out, settings, 2, () -> false);
  }

  /// Stops before step `steps + 1`.
  private static BooleanSupplier after(int steps) {
    int[] asked = {0};
    return () -> asked[0]++ == steps;
  }

  private byte[] weights(String out, String file) throws IOException {
    return Files.readAllBytes(
        folder.resolve(out).resolve("checkpoints/step-00000009").resolve(file));
  }

  @ParameterizedTest
  @ValueSource(strings = {GPT2, LLAMA, HEED, MAMBA2})
  void train_interruptedAndResumedOnOtherThreads_hasTheBitsOfAnUndisturbedOne(String settings)
      throws IOException {
    train("whole", settings, 1, () -> false);
    assertThat(train("parts", settings, 2, after(2)).end()).isEqualTo(End.STOPPED);
    assertThat(train("parts", settings, 1, after(3)).step()).isEqualTo(5);
    assertThat(train("parts", settings, 3, after(0)).step()).isEqualTo(5);
    assertThat(train("parts", settings, 2, () -> false).end()).isEqualTo(End.FINISHED);
    assertThat(weights("parts", "model.safetensors"))
        .isEqualTo(weights("whole", "model.safetensors"));
    assertThat(weights("parts", "optimizer.safetensors"))
        .isEqualTo(weights("whole", "optimizer.safetensors"));
    assertThat(losses("parts")).isEqualTo(losses("whole")).hasSize(9);
  }

  private List<Double> losses(String out) throws IOException {
    List<Double> losses = new ArrayList<>();
    for (String line : Files.readAllLines(folder.resolve(out).resolve("log.jsonl"))) {
      losses.add(json(line).number("loss"));
    }
    return losses;
  }

  @ParameterizedTest
  @ValueSource(strings = {GPT2, LLAMA, HEED, MAMBA2})
  void train_toTheEnd_leavesAModelThatLoads(String settings) {
    train("out", settings);
    try (LanguageModel model = LanguageModel.open(folder.resolve("out"))) {
      assertThat(model.tokenizer().vocabularySize()).isEqualTo(model.decoder().head().out());
    }
  }

  @Test
  void open_folderInUse_isRefused() {
    Request request = request("out", GPT2, Beginning.NEW);
    try (TrainingRun first = TrainingRun.open(request)) {
      assertThat(first.size()).isPositive();
      assertThatThrownBy(() -> TrainingRun.open(request))
          .isInstanceOf(TrainingException.class)
          .hasMessageContaining("another training runs in");
    }
  }

  @Test
  void open_folderOfATraining_isRefusedUnlessResumed() {
    train("out", GPT2);
    assertThatThrownBy(() -> TrainingRun.open(request("out", GPT2, Beginning.NEW)))
        .isInstanceOf(TrainingException.class)
        .hasMessageContaining("--resume");
  }

  @Test
  void open_folderOfSomethingElse_isRefused() {
    assertThatThrownBy(() -> TrainingRun.open(request("", GPT2, Beginning.NEW_OR_RESUMED)))
        .isInstanceOf(TrainingException.class)
        .hasMessageContaining("holds no training");
  }

  @Test
  void open_resumedWithOtherSettings_namesTheFirstThatDiffers() {
    train("out", GPT2, 2, after(2));
    assertThatThrownBy(() -> train("out", "{\"model\": {}, \"watch\": {\"patience\": 3}}"))
        .isInstanceOf(TrainingException.class)
        .hasMessageContaining("watch.patience differs");
  }

  @Test
  void open_resumedWithMoreSteps_goesOnOnTheLongerSchedule() throws IOException {
    train("out", GPT2);
    Request request = request("out", "{\"steps\": 12}", Beginning.NEW_OR_RESUMED);
    try (TrainingRun longer = TrainingRun.open(request)) {
      assertThat(longer.lengthening()).contains(new TrainingRun.Lengthening(9, 12));
    }
    assertThat(train("out", "{}", 2, after(1)).step()).isEqualTo(10);
    assertThat(train("out", "{}")).isEqualTo(new Outcome(End.FINISHED, 12));
    // a schedule that falls evenly to 0 at step 12
    assertThat(json(Files.readAllLines(folder.resolve("out/log.jsonl")).get(9)).number("lr"))
        .isCloseTo(1e-3 * 3 / 12, within(1e-12));
    assertThat(losses("out")).hasSize(12);
    assertThatThrownBy(() -> train("out", "{\"steps\": 11}"))
        .isInstanceOf(TrainingException.class)
        .hasMessageContaining("11 steps are fewer than the 12");
  }

  @Test
  void open_resumedWithAnUnknownSetting_namesItAndWhatIsKnown() {
    train("out", GPT2, 2, after(2));
    assertThatThrownBy(() -> train("out", "{\"optimizer\": {\"foo\": 3}}"))
        .hasMessageStartingWith("settings: optimizer.foo: is the number 3")
        .hasMessageContainingAll("'rate'", "'decay'");
  }

  @Test
  void open_resumedWithOtherData_isRefused() throws IOException {
    train("out", GPT2, 2, after(2));
    Files.writeString(data, " fox".repeat(100));
    assertThatThrownBy(() -> train("out", GPT2))
        .isInstanceOf(TrainingException.class)
        .hasMessageContaining("is not the data that the training began with");
  }

  @Test
  void train_damagedCheckpoint_namesItAndTheOneBefore() throws IOException {
    train("out", GPT2, 2, after(7));
    Path file = folder.resolve("out/checkpoints/step-00000007/optimizer.safetensors");
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length - 9] ^= 4;
    Files.write(file, bytes);
    assertThatThrownBy(() -> train("out", GPT2))
        .isInstanceOf(TrainingException.class)
        .hasMessageContaining("step-00000007")
        .hasMessageContaining("optimizer.safetensors is damaged")
        .hasMessageContaining("to go on from step-00000006");
  }

  private String with(String settings, String more) {
    return Overlay.of(json(settings), json(more)).toString();
  }

  @Test
  void train_numbersOverflow_stopsWithStepLayerAndLastGoodCheckpoint() {
    String wild = "{\"optimizer\": {\"rate\": 1e25}, \"watch\": {\"checkpoint\": 1}}";
    assertThatThrownBy(() -> train("out", with(GPT2, wild)))
        .isInstanceOf(TrainingException.class)
        .hasMessageContaining("train: step 2: the loss is")
        // where numbers of 1e25 first overflow depends on the order of the additions
        .hasMessageMatching(
            ".*(numbers that are not finite are at blocks\\.[01]\\.|the gradient of 'h\\.[01]\\.).*")
        .hasMessageContaining("the last good one is")
        .hasMessageContaining("step-00000001");
  }

  @Test
  void train_weightsOverflow_stopsBeforeTheyAreSaved() {
    String wild = "{\"optimizer\": {\"rate\": 1e39}, \"watch\": {\"checkpoint\": 1}}";
    assertThatThrownBy(() -> train("out", with(GPT2, wild)))
        .isInstanceOf(TrainingException.class)
        .hasMessageContaining("train: step 1: after it the weight 'wte.weight' is not finite")
        .hasMessageContaining("there is no checkpoint yet");
  }

  @Test
  void train_validationLossNoLongerFalls_endsAfterPatience() {
    String still =
        "{\"optimizer\": {\"rate\": 1e-12}, \"watch\": {\"evaluate\": 2, \"patience\": 2}}";
    Outcome outcome = train("out", with(GPT2, still));
    assertThat(outcome).isEqualTo(new Outcome(End.NO_LONGER_BETTER, 6));
    assertThat(train("out", "{}")).isEqualTo(outcome);
  }

  @Test
  void train_byEpochs_readsEveryWindowOnce() {
    // 360 tokens to learn from: 51 windows of 7, four a step
    Outcome outcome = train("out", with(GPT2, "{\"reading\": {\"epochs\": 1}}"));
    assertThat(outcome.step()).isEqualTo(13);
  }

  @Test
  void train_fromAModel_beginsWithItsWeightsAndTokenizer() throws IOException {
    train("first", LLAMA);
    String from = "{\"from\": \"%s\", \"steps\": 1}".formatted(folder.resolve("first"));
    train("second", with(with(GPT2, from), "{\"optimizer\": {\"rate\": 1e-12}}"));
    try (LanguageModel first = LanguageModel.open(folder.resolve("first"));
        LanguageModel second = LanguageModel.open(folder.resolve("second"))) {
      assertThat(lastGain(second)).hasSize(24).containsExactly(lastGain(first));
    }
    assertThat(Files.readAllBytes(folder.resolve("second/tokenizer.json")))
        .isEqualTo(Files.readAllBytes(folder.resolve("first/tokenizer.json")));
  }

  private static float[] lastGain(LanguageModel model) {
    Norm norm = model.decoder().blocks().getLast().mixer().norms().before().orElseThrow();
    return norm instanceof Norm.RmsNorm rms ? rms.gain().toFloats() : new float[0];
  }

  @Test
  void open_fewerTokensThanTheContext_isRefusedAndLeavesTheFolderFree() throws IOException {
    String enough = Files.readString(data);
    Files.writeString(data, "fox fo");
    assertThatThrownBy(() -> train("out", GPT2))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("5 tokens are too few for a context of 7");
    Files.writeString(data, "the fox is");
    assertThatThrownBy(() -> train("out", GPT2))
        .isInstanceOf(TrainingException.class)
        .hasMessageContaining("has 1 tokens, too few to validate with");
    Files.writeString(data, enough);
    assertThat(train("out", GPT2).end()).isEqualTo(End.FINISHED);
  }

  @Test
  void open_vocabularyOfTheModelTooSmall_isRefused() {
    String narrow = "{\"model\": {\"vocab_size\": 5}}";
    assertThatThrownBy(() -> train("out", with(GPT2, narrow)))
        .isInstanceOf(TrainingException.class)
        .hasMessageContaining("model.vocab_size is 5");
  }
}
