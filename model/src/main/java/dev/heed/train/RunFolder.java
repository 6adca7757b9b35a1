package dev.heed.train;

import dev.heed.checkpoint.AtomicFile;
import dev.heed.checkpoint.Json;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The folder of one training, held by one process at a time.
///
/// ```
/// run.json                  settings and data; written first, changed by more steps alone
/// log.jsonl                 a line a step
/// config.json, model.safetensors, tokenizer.json, provenance.json
///                           the best model so far (the latest without validation), ready to use
/// checkpoints/step-00000250 a whole model of a step and all that is needed to go on from it
/// ```
///
/// A checkpoint appears by renaming, when all of it is on the disk. The two latest are kept, and
/// the best.
public final class RunFolder implements AutoCloseable {
  private static final String RUN = "run.json";
  private static final String LOCK = ".lock";
  private static final Pattern STEP = Pattern.compile("step-\\d{8,}");
  private static final int KEPT = 2;

  private final Path path;
  private final FileChannel lockFile;
  private final FileLock lock;

  private RunFolder(Path path, FileChannel lockFile, FileLock lock) {
    this.path = path;
    this.lockFile = lockFile;
    this.lock = lock;
  }

  /// Takes a folder for a training; fails where another process has it, or where it holds something
  /// else than a training.
  public static RunFolder open(Path path) {
    try {
      boolean strange =
          Files.exists(path)
              && !Files.exists(path.resolve(LOCK))
              && (!Files.isDirectory(path) || !Folders.children(path).isEmpty());
      if (strange) {
        throw new TrainingException(
            "train: %s is there and holds no training; an empty or a new folder fits"
                .formatted(path));
      }
      Files.createDirectories(path);
      RunFolder folder = lock(path);
      Folders.clean(path);
      Folders.clean(folder.checkpointFolder());
      return folder;
    } catch (IOException e) {
      throw new TrainingException("train: %s cannot be used: %s".formatted(path, e), e);
    }
  }

  private static RunFolder lock(Path path) throws IOException {
    FileChannel file =
        FileChannel.open(path.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    @Nullable FileLock lock = null;
    try {
      lock = file.tryLock();
    } catch (OverlappingFileLockException e) {
      file.close();
      throw new TrainingException(busy(path), e);
    }
    if (lock == null) {
      file.close();
      throw new TrainingException(busy(path));
    }
    return new RunFolder(path, file, lock);
  }

  private static String busy(Path path) {
    return "train: another training runs in %s; wait for it, or name another folder"
        .formatted(path);
  }

  public Path path() {
    return path;
  }

  Path checkpointFolder() {
    return path.resolve("checkpoints");
  }

  Path log() {
    return path.resolve("log.jsonl");
  }

  /// What was to be done when the training began, if it did.
  public Optional<Json.Obj> begun() {
    Path file = path.resolve(RUN);
    return Files.exists(file) ? Optional.of(read(file)) : Optional.empty();
  }

  /// Says what is to be done: after this the training can be resumed.
  void begin(Json.Obj run) {
    write(path.resolve(RUN), run);
  }

  /// The whole checkpoints, the oldest first.
  public List<Path> checkpoints() {
    if (!Files.isDirectory(checkpointFolder())) {
      return List.of();
    }
    try {
      return Folders.children(checkpointFolder()).stream()
          .filter(child -> STEP.matcher(String.valueOf(child.getFileName())).matches())
          .sorted(
              Comparator.comparingInt((Path child) -> child.toString().length())
                  .thenComparing(child -> child))
          .toList();
    } catch (IOException e) {
      throw new TrainingException(
          "train: %s cannot be listed: %s".formatted(checkpointFolder(), e), e);
    }
  }

  /// The last checkpoint, as an error names it.
  String lastGood() {
    List<Path> all = checkpoints();
    return all.isEmpty() ? "there is no checkpoint yet" : "the last good one is " + all.getLast();
  }

  Path checkpoint(long step) {
    return checkpointFolder().resolve("step-%08d".formatted(step));
  }

  /// Deletes the checkpoints that are neither among the latest nor the best.
  void prune(Optional<Progress.Best> best) throws IOException {
    List<Path> all = new ArrayList<>(checkpoints());
    best.ifPresent(kept -> all.remove(checkpoint(kept.step())));
    for (Path old : all.subList(0, Math.max(0, all.size() - KEPT))) {
      Folders.delete(old);
    }
  }

  /// Makes a checkpoint the model that the folder stands for.
  void publish(Path checkpoint) throws IOException {
    Folders.publish(checkpoint.resolve(CheckpointStore.MODEL), path.resolve(CheckpointStore.MODEL));
    Folders.publish(
        checkpoint.resolve(CheckpointStore.PROVENANCE), path.resolve(CheckpointStore.PROVENANCE));
  }

  static void write(Path file, Json.Obj json) {
    AtomicFile.write(file, (json + "\n").getBytes(StandardCharsets.UTF_8));
  }

  static Json.Obj read(Path file) {
    try {
      return Json.parseObject(String.valueOf(file), Files.readAllBytes(file));
    } catch (IOException e) {
      throw new TrainingException("train: %s cannot be read: %s".formatted(file, e), e);
    }
  }

  /// Lets another process have the folder.
  @Override
  public void close() {
    try {
      lock.release();
      lockFile.close();
    } catch (IOException e) {
      throw new TrainingException("train: %s cannot be closed: %s".formatted(path, e), e);
    }
  }
}
