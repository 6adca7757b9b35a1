package dev.heed.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Kills a training at random moments, in a process of its own, and resumes it. Twice as usual;
/// `-Dheed.kills=20` for as often as one likes.
class TrainKillTest {
  private static final int KILLS = Integer.getInteger("heed.kills", 2);
  private static final int STEPS = 60 + 40 * KILLS;

  /// Steps of one life, so that all kills come before the end.
  private static final int MOST_STEPS = 30;

  /// Longer than a step and a checkpoint take.
  private static final int LONGEST_MILLIS = 50;

  @TempDir private Path folder;
  private final Random random = new Random(5);

  @Test
  void train_killedAndResumed_endsWithTheBitsOfAnUndisturbedOne() throws Exception {
    Path data = Files.writeString(folder.resolve("data.txt"), text());
    assertThat(end(start(data, "whole", 1))).isZero();
    int killed = 0;
    while (killed < KILLS) {
      Process process = start(data, "parts", 1 + killed % 2);
      killed += kill(process) ? 1 : 0;
      if (process.exitValue() == 0) {
        break;
      }
    }
    assertThat(killed).as("kills before the end").isEqualTo(KILLS);
    assertThat(end(start(data, "parts", 2))).isZero();
    for (String file : List.of("model.safetensors", "optimizer.safetensors")) {
      assertThat(last("parts", file)).as(file).isEqualTo(last("whole", file));
    }
    assertThat(Files.readAllBytes(folder.resolve("parts/model.safetensors")))
        .isEqualTo(Files.readAllBytes(folder.resolve("whole/model.safetensors")));
    assertThat(losses("parts")).hasSize(STEPS).isEqualTo(losses("whole"));
  }

  private String text() {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 3000; i++) {
      text.append("the quick brown fox jumps".charAt(random.nextInt(25)));
    }
    return text.toString();
  }

  private Process start(Path data, String out, int threads) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("--add-modules", "jdk.incubator.vector", "-cp", classPath()));
    command.addAll(List.of(Heed.class.getName(), "train", "--resume"));
    command.addAll(List.of("--data", data.toString(), "--out", folder.resolve(out).toString()));
    command.addAll(List.of("--threads", "" + threads, "--steps", "" + STEPS));
    for (String setting :
        List.of(
            "model.n_embd=32",
            "model.n_layer=2",
            "dropout.residual=0.1",
            "watch.evaluate=4",
            "watch.checkpoint=3")) {
      command.addAll(List.of("--set", setting));
    }
    return new ProcessBuilder(command).redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
  }

  private static String classPath() {
    String modules = System.getProperty("jdk.module.path", "");
    String classes = System.getProperty("java.class.path", "");
    return modules + java.io.File.pathSeparator + classes;
  }

  private static int end(Process process) throws Exception {
    String err = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(err).isZero();
    return process.exitValue();
  }

  /// Kills a process when it has logged a drawn number of further steps, one in four when it may
  /// not have begun to train; returns whether it came before the end.
  private boolean kill(Process process) throws Exception {
    int further = random.nextInt(4) == 0 ? 0 : 1 + random.nextInt(MOST_STEPS);
    int until = logged() + further;
    boolean ended = false;
    while (!ended && logged() < until) {
      ended = process.waitFor(1, TimeUnit.MILLISECONDS);
    }
    boolean running = !process.waitFor(random.nextInt(LONGEST_MILLIS), TimeUnit.MILLISECONDS);
    process.destroyForcibly().waitFor();
    return running;
  }

  /// Lines of the log of the training that is killed.
  private int logged() throws IOException {
    Path log = folder.resolve("parts/log.jsonl");
    return Files.exists(log) ? Files.readAllLines(log).size() : 0;
  }

  private byte[] last(String out, String file) throws IOException {
    String step = "checkpoints/step-%08d".formatted(STEPS);
    return Files.readAllBytes(folder.resolve(out).resolve(step).resolve(file));
  }

  /// The losses in the log, as they are written.
  private List<String> losses(String out) throws IOException {
    return Files.readAllLines(folder.resolve(out).resolve("log.jsonl")).stream()
        .map(line -> line.replaceFirst(",\"lr\".*", ""))
        .toList();
  }
}
