package dev.heed.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heed.checkpoint.Checkpoint;
import dev.heed.checkpoint.CheckpointException;
import dev.heed.checkpoint.ModelFolder;
import dev.heed.checkpoint.Summary;
import dev.heed.generate.GenerationSettings;
import dev.heed.generate.Generator;
import dev.heed.kernel.Workers;
import dev.heed.testing.NeedsShared;
import dev.heed.testing.Shared;
import dev.heed.text.TokenizerException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@NeedsShared("data/stories260K/hf")
final class CarriedModelTest {
  private final Map<String, byte[]> files = new HashMap<>();
  private final AtomicInteger open = new AtomicInteger();
  private Path onDisk;

  @BeforeEach
  void read() throws IOException {
    onDisk = Shared.path("data/stories260K/hf");
    for (String name :
        new String[] {
          "config.json",
          "model.safetensors",
          "tokenizer.json",
          "tokenizer_config.json",
          "generation_config.json"
        }) {
      files.put(name, Files.readAllBytes(onDisk.resolve(name)));
    }
  }

  @Test
  void open_carried_saysWhatTheFolderSays() {
    try (LanguageModel carried = LanguageModel.open(folder());
        LanguageModel disk = LanguageModel.open(onDisk)) {
      assertThat(text(carried)).isEqualTo(text(disk)).hasSizeGreaterThan(20);
      assertThat(carried.endTokens()).isEqualTo(disk.endTokens());
      assertThat(carried.tokenizer().bos()).isEqualTo(disk.tokenizer().bos());
    }
    assertThat(open).hasValue(0);
  }

  @Test
  void open_carried_isSummarisedAsTheFolderIs() {
    try (Checkpoint carried = Checkpoint.open(folder());
        Checkpoint disk = Checkpoint.open(onDisk)) {
      assertThat(new Summary(carried).tokenizer()).isEqualTo(new Summary(disk).tokenizer());
      assertThat(new Summary(carried).parameters()).isEqualTo(new Summary(disk).parameters());
      assertThat(new Summary(carried).format()).isEqualTo("embedded, safetensors");
    }
  }

  @Test
  void open_missingOrBrokenFile_namesIt() {
    files.put("model.safetensors", new byte[] {1, 2, 3});
    assertThatThrownBy(() -> LanguageModel.open(folder()))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("story/model.safetensors: has 3 bytes");
    files.remove("model.safetensors");
    assertThatThrownBy(() -> LanguageModel.open(folder()))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("story: has no model.safetensors");
  }

  @Test
  void open_withoutTokenizer_saysSo() {
    files.remove("tokenizer.json");

    assertThatThrownBy(() -> LanguageModel.open(folder()))
        .isInstanceOf(TokenizerException.class)
        .hasMessageContaining("story has no tokenizer.json");
  }

  private ModelFolder folder() {
    return ModelFolder.resources(
        "story", name -> Optional.ofNullable(files.get(name)).map(this::stream));
  }

  private InputStream stream(byte[] content) {
    open.incrementAndGet();
    return new ByteArrayInputStream(content) {
      @Override
      public void close() {
        open.decrementAndGet();
      }
    };
  }

  private static String text(LanguageModel model) {
    try (Workers workers = Workers.of(2)) {
      GenerationSettings settings = GenerationSettings.greedy(20);
      return Generator.of(model, workers).generate("Once upon", settings, _ -> {}).text();
    }
  }
}
