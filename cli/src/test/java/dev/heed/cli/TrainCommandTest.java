package dev.heed.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TrainCommandTest {
  @TempDir private Path folder;

  @Test
  void train_recompute_givesTheSameBits() throws IOException {
    byte[] plain = weights("plain");
    assertThat(plain).hasSizeGreaterThan(4000);
    assertThat(weights("again", "--recompute")).isEqualTo(plain);
    assertThat(weights("other", "--seed", "2")).isNotEqualTo(plain);
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
