package dev.heed.generate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heed.kernel.Workers;
import dev.heed.model.LanguageModel;
import dev.heed.testing.NeedsShared;
import dev.heed.testing.Shared;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@NeedsShared("data/stories260K/stories260K-F32.gguf")
class SharedModelTest {
  private static final List<String> PROMPTS =
      List.of("Once upon a time", "Lily had a", "The dog ran", "One day, Tim");

  @TempDir private Path folder;

  private static Path file() {
    return Shared.path("data/stories260K/stories260K-F32.gguf");
  }

  private static String continuation(LanguageModel model, String prompt) {
    try (Workers workers = Workers.of(1)) {
      return Generator.of(model, workers)
          .generate(prompt, GenerationSettings.greedy(24), _ -> {})
          .text();
    }
  }

  @Test
  void generate_fourThreadsOneModel_eachGetsWhatItGetsAlone() throws Exception {
    try (LanguageModel model = LanguageModel.open(file());
        ExecutorService threads = Executors.newFixedThreadPool(PROMPTS.size())) {
      List<String> alone = PROMPTS.stream().map(prompt -> continuation(model, prompt)).toList();
      List<Callable<List<String>>> tasks =
          PROMPTS.stream()
              .<Callable<List<String>>>map(prompt ->
                  () -> IntStream.range(0, 3).mapToObj(_ -> continuation(model, prompt)).toList())
              .toList();
      List<Future<List<String>>> together = threads.invokeAll(tasks);

      assertThat(alone).doesNotHaveDuplicates();
      for (int i = 0; i < PROMPTS.size(); i++) {
        assertThat(together.get(i).get()).hasSize(3).containsOnly(alone.get(i));
      }
    }
  }

  @Test
  void close_openModel_freesItsMappings() throws IOException {
    Path copy = Files.copy(file(), folder.resolve("mapped.gguf"));
    LanguageModel model = LanguageModel.open(copy);
    Optional<Boolean> whileOpen = mapped(copy);
    model.close();

    // other systems do not list mappings; there, Windows would refuse the deletion below
    whileOpen.ifPresent(is -> assertThat(is).isTrue());
    mapped(copy).ifPresent(is -> assertThat(is).isFalse());
    Files.delete(copy);
    assertThat(copy).doesNotExist();
  }

  private static Optional<Boolean> mapped(Path file) throws IOException {
    Path maps = Path.of("/proc/self/maps");
    if (!Files.isReadable(maps)) {
      return Optional.empty();
    }
    String name = String.valueOf(file.getFileName());
    return Optional.of(Files.readAllLines(maps).stream().anyMatch(line -> line.endsWith(name)));
  }
}
