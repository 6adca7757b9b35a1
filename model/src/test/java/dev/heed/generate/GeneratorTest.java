package dev.heed.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heed.generate.Generation.Finish;
import dev.heed.kernel.Workers;
import dev.heed.layer.SelfAttention;
import dev.heed.model.LanguageModel;
import dev.heed.tensor.HeedException;
import dev.heed.testing.NeedsShared;
import dev.heed.testing.Shared;
import dev.heed.text.SpecialTokens;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@NeedsShared("data/stories260K")
class GeneratorTest {
  private static final String PROMPT = "Once upon a time";
  private static Workers workers;
  private static LanguageModel model;

  @BeforeAll
  static void open() {
    workers = Workers.of(2);
    model = LanguageModel.open(Shared.path("data/stories260K/hf"));
  }

  @AfterAll
  static void close() {
    model.close();
    workers.close();
  }

  private static Generation generate(GenerationSettings settings) {
    return Generator.of(model, workers).generate(PROMPT, settings, _ -> {});
  }

  private static GenerationSettings drawn(long seed) {
    return GenerationSettings.greedy(40).withSampling(new Sampling(1, 1, 0, 1, 0, seed));
  }

  @Test
  void generate_pieces_addUpToTheDecodedIds() {
    List<String> pieces = new ArrayList<>();
    Generation generation =
        Generator.of(model, workers).generate(PROMPT, GenerationSettings.greedy(120), pieces::add);
    assertThat(String.join("", pieces)).isEqualTo(generation.text());
    assertThat(pieces.size()).isGreaterThan(60);
    IntStream prompt = IntStream.of(model.tokenizer().encode(PROMPT, SpecialTokens.WITH).ids());
    int[] all = IntStream.concat(prompt, generation.tokens().stream().mapToInt(id -> id)).toArray();
    assertThat(model.tokenizer().decode(all, SpecialTokens.WITHOUT))
        .isEqualTo(PROMPT + generation.text());
  }

  @Test
  void generate_promptThatEndsInAReplacementCharacter_doesNotRepeatIt() {
    String prompt = PROMPT + "\uFFFD";
    Generation generation =
        Generator.of(model, workers).generate(prompt, GenerationSettings.greedy(5), _ -> {});
    IntStream read = IntStream.of(model.tokenizer().encode(prompt, SpecialTokens.WITH).ids());
    int[] all = IntStream.concat(read, generation.tokens().stream().mapToInt(id -> id)).toArray();
    assertThat(prompt + generation.text())
        .isEqualTo(model.tokenizer().decode(all, SpecialTokens.WITHOUT));
  }

  @Test
  void generate_stopTextAcrossTokens_endsBeforeItAndShowsNothingOfIt() {
    List<String> pieces = new ArrayList<>();
    GenerationSettings settings = GenerationSettings.greedy(60).withStops("tle girl nam", "xyz");
    Generation generation = Generator.of(model, workers).generate(PROMPT, settings, pieces::add);
    assertThat(generation.text()).isEqualTo(", there was a lit");
    assertThat(String.join("", pieces)).isEqualTo(generation.text());
    assertThat(generation.finish()).isEqualTo(Finish.STOP_TEXT);
  }

  @Test
  void generate_maxTokens_countsNewTokens() {
    Generation generation = generate(GenerationSettings.greedy(7));
    assertThat(generation.tokens()).hasSize(7);
    assertThat(generation.finish()).isEqualTo(Finish.MAX_TOKENS);
    assertThat(generation.promptTokens()).isEqualTo(5);
  }

  @Test
  void generate_contextFull_saysSoAfterItsLastPosition() {
    Generation generation = generate(GenerationSettings.greedy(40).withContext(12));
    // 12 positions are read, and what follows the last of them is shown
    assertThat(generation.tokens()).hasSize(12 - 5 + 1);
    assertThat(generation.finish()).isEqualTo(Finish.CONTEXT_FULL);
  }

  @Test
  void generate_interruptedThread_endsAfterTheToken() {
    Generation generation =
        Generator.of(model, workers)
            .generate(
                PROMPT, GenerationSettings.greedy(40), _ -> Thread.currentThread().interrupt());
    assertThat(generation.finish()).isEqualTo(Finish.INTERRUPTED);
    assertThat(generation.tokens()).hasSizeBetween(1, 2);
    assertThat(Thread.interrupted()).isFalse();
  }

  @Test
  void generate_contextBeyondModel_namesBoth() {
    int most = model.decoder().context();
    assertThatThrownBy(() -> generate(GenerationSettings.greedy(4).withContext(most + 1)))
        .isInstanceOf(HeedException.class)
        .hasMessageContaining("" + (most + 1))
        .hasMessageContaining("" + most);
  }

  @Test
  void generate_seed_decidesTheText() {
    assertThat(generate(drawn(3)).text()).isEqualTo(generate(drawn(3)).text());
    assertThat(generate(drawn(3)).text()).isNotEqualTo(generate(drawn(4)).text());
  }

  @Test
  void generate_repetitionPenalty_changesTheText() {
    Sampling penalty = new Sampling(1.5, 0, 0, 1, 0, 0);
    String plain = generate(GenerationSettings.greedy(60)).text();
    assertThat(generate(GenerationSettings.greedy(60).withSampling(penalty)).text())
        .isNotEqualTo(plain);
  }

  @Test
  void generate_beginningInPrompt_isNotDoubled() {
    GenerationSettings settings = GenerationSettings.greedy(9);
    Generation spelled = Generator.of(model, workers).generate("<s> " + PROMPT, settings, _ -> {});
    assertThat(spelled.promptTokens()).isEqualTo(5);
    assertThat(spelled.text()).isEqualTo(generate(settings).text());
  }

  @Test
  void generate_endTokensOfGenerationConfig_eachEnds(@TempDir Path folder) throws IOException {
    try (var files = Files.list(Shared.path("data/stories260K/hf"))) {
      for (Path file : files.toList()) {
        Files.copy(file, folder.resolve(file.getFileName()));
      }
    }
    List<Integer> plain = generate(GenerationSettings.greedy(20)).tokens();
    int end = plain.get(11);
    Files.writeString(
        folder.resolve("generation_config.json"), "{\"eos_token_id\": [7, %d]}".formatted(end));
    try (LanguageModel ending = LanguageModel.open(folder)) {
      assertThat(ending.endTokens()).contains(7, end);
      Generation generation =
          Generator.of(ending, workers).generate(PROMPT, GenerationSettings.greedy(20), _ -> {});
      assertThat(generation.finish()).isEqualTo(Finish.END_TOKEN);
      assertThat(generation.tokens()).isEqualTo(plain.subList(0, plain.indexOf(end)));
    }
  }

  @Test
  void generate_fourThreadsShareAModel_eachAsAlone()
      throws InterruptedException, ExecutionException {
    List<String> alone = new ArrayList<>();
    for (int seed = 0; seed < 4; seed++) {
      alone.add(generate(drawn(seed)).text());
    }
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      List<Future<String>> together = new ArrayList<>();
      for (int seed = 0; seed < 4; seed++) {
        GenerationSettings settings = drawn(seed);
        together.add(
            threads.submit(() -> {
              try (Workers own = Workers.of(1)) {
                return Generator.of(model, own).generate(PROMPT, settings, _ -> {}).text();
              }
            }));
      }
      for (int seed = 0; seed < 4; seed++) {
        assertThat(together.get(seed).get()).isEqualTo(alone.get(seed));
      }
    }
  }

  @Test
  void generate_workersSharedByFourThreads_eachAsAlone()
      throws InterruptedException, ExecutionException {
    String alone = generate(drawn(9)).text();
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      List<Future<String>> together = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        together.add(threads.submit(() -> generate(drawn(9)).text()));
      }
      for (Future<String> one : together) {
        assertThat(one.get()).isEqualTo(alone);
      }
    }
  }

  @Test
  void close_weights_canNoLongerBeRead() {
    LanguageModel closed = LanguageModel.open(Shared.path("data/stories260K/stories260K-F32.gguf"));
    var first = (SelfAttention) closed.decoder().blocks().getFirst().mixer().layer();
    var key = first.projections().key();
    assertThat(key.weight().toFloats()).hasSize(32 * 64);
    closed.close();
    assertThatThrownBy(() -> key.weight().toFloats()).isInstanceOf(IllegalStateException.class);
  }
}
