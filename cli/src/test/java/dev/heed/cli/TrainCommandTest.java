package dev.heed.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heed.train.Presets;
import dev.heed.train.TrainingSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class TrainCommandTest {
  @TempDir private Path folder;

  @Test
  void train_recompute_givesTheSameBits() throws IOException {
    byte[] plain = weights("plain");
    assertThat(plain).hasSizeGreaterThan(4000);
    assertThat(weights("again", "--recompute")).isEqualTo(plain);
    assertThat(weights("other", "--seed", "2")).isNotEqualTo(plain);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '`',
      value = {
        "optimizer.foo=3; settings: optimizer.foo: is the number 3; 'beta1', 'beta2', 'decay'",
        "optimizer.decy=3; settings: optimizer.decy: is the number 3; nearest is 'decay'",
        "optimizer=3; settings: optimizer: is the number 3; an object"
      })
  void train_wrongSetting_isNamedAsItIsWritten(String set, String named, String fit) {
    CommandResult wrong = CommandResult.of("train", "--show", "--set", set);
    assertThat(wrong.code()).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(wrong.err()).startsWith("heed: " + named).contains(fit);
  }

  @Test
  void train_settingOfTheModel_isNamedOnceAndNotAsTheFileOfAPreset() throws IOException {
    Path text = Files.writeString(folder.resolve("text"), "Once upon a time. ".repeat(50));
    String out = folder.resolve("out").toString();
    for (String set : new String[] {"norm={\"place\": \"middle\"}", "mixer={\"type\": \"foo\"}"}) {
      String[] model = {"model={\"model_type\": \"heed\", \"hidden_size\": 12}", "model." + set};
      CommandResult wrong =
          CommandResult.of(
              "train",
              "--data",
              text.toString(),
              "--out",
              out,
              "--set",
              model[0],
              "--set",
              "model.num_hidden_layers=1",
              "--set",
              "model.num_attention_heads=2",
              "--set",
              model[1]);
      assertThat(wrong.err())
          .contains("settings of the model: ", "which is not known")
          .doesNotContain("json", "config: ")
          .containsOnlyOnce("settings");
    }
  }

  @Test
  void train_resumeWithoutTraining_saysThatThereIsNone() {
    CommandResult wrong = CommandResult.of("train", "--resume", "--out", folder + "/new");
    assertThat(wrong.code()).isEqualTo(ExitCode.USAGE);
    assertThat(wrong.err()).contains("new holds no training to resume", "--data");
  }

  @Test
  void train_resumeWithMoreSteps_saysWhatThatMeans() throws IOException {
    weights("run");
    String out = folder.resolve("run").toString();
    CommandResult done = CommandResult.of("train", "--resume", "--out", out);
    assertThat(done.err()).contains("all of its 3 steps are done; --steps N");
    CommandResult longer = CommandResult.of("train", "--resume", "--out", out, "--steps", "5");
    assertThat(longer.code()).as(longer.err()).isZero();
    assertThat(longer.err()).contains("3 steps become 5: from here on", "done after step 5");
  }

  @Test
  void train_help_hasTheDefaultsOfEachPreset() {
    String help = CommandResult.of("train", "--help").out();
    assertThat(help).contains("Without --preset it is cpu-config");
    for (int column = 0; column < Presets.names().size(); column++) {
      TrainingSettings preset = TrainingSettings.of(Presets.named(Presets.names().get(column)));
      assertThat(row(help, "--steps").get(column)).isEqualTo("" + preset.amount().steps());
      assertThat(Double.parseDouble(row(help, "--lr").get(column)))
          .isEqualTo(preset.learning().optimizer().rate());
    }
    assertThat(row(help, "--dropout")).containsExactly("0", "0.2", "0.1/0.1/0", "0");
    assertThat(row(help, "--entropy")).containsExactly("0", "0", "0", "0");
  }

  /// The columns of the table's line of an option.
  private static List<String> row(String help, String option) {
    String line =
        help.lines().filter(one -> one.startsWith(option + " ")).findFirst().orElseThrow();
    return List.of(line.substring(option.length()).strip().split(" +"));
  }

  private byte[] weights(String name, String... more) throws IOException {
    Path text = folder.resolve("text");
    Files.writeString(text, "Once upon a time, there was a cat that saw a dog. ".repeat(20));
    String out = folder.resolve(name).toString();
    String[] fixed = {
      "train",
      "--data",
      text.toString(),
      "--out",
      out,
      "--steps",
      "3",
      "--threads",
      "2",
      "--batch",
      "3",
      "--context",
      "9",
      "--dropout",
      "0.2",
      "--set",
      "watch.evaluate=0",
      "--set",
      "model.n_embd=12",
      "--set",
      "model.n_layer=2",
      "--set",
      "model.n_head=3"
    };
    String[] all = new String[fixed.length + more.length];
    System.arraycopy(fixed, 0, all, 0, fixed.length);
    System.arraycopy(more, 0, all, fixed.length, more.length);
    CommandResult result = CommandResult.of(all);
    assertThat(result.code()).as(result.err()).isZero();
    return Files.readAllBytes(Path.of(out, "model.safetensors"));
  }
}
