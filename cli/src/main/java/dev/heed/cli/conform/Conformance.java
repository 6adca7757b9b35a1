package dev.heed.cli.conform;

import dev.heed.attention.UnknownChoiceException;
import dev.heed.attention.UnsupportedCombinationException;
import dev.heed.checkpoint.CheckpointException;
import dev.heed.checkpoint.Json;
import dev.heed.checkpoint.SafetensorsFile;
import dev.heed.grad.Run;
import dev.heed.tensor.HeedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/// Runs files of calls that others computed.
public final class Conformance {
  private static final String ENDING = ".safetensors";

  private Conformance() {}

  /// The conformance files at or below a path, in the order of their names.
  public static List<Path> files(Path path) throws IOException {
    if (!Files.isDirectory(path)) {
      return List.of(path);
    }
    try (Stream<Path> below = Files.walk(path)) {
      return below
          .filter(file -> file.toString().endsWith(ENDING) && Files.isRegularFile(file))
          .sorted()
          .toList();
    }
  }

  /// How a case is called: its file, under its folder.
  public static String name(Path file) {
    Path whole = file.toAbsolutePath().normalize();
    Path folder = whole.getParent() == null ? whole : whole.getParent().getFileName();
    String name = String.valueOf(whole.getFileName()).replace(ENDING, "");
    return folder == null ? name : folder + "/" + name;
  }

  /// Computes the call of a file and compares; whatever is wrong with the file is its verdict.
  public static Verdict run(Path file, Run run) {
    try (SafetensorsFile opened = SafetensorsFile.open(file)) {
      return new Verdict.Compared(checks(opened, run));
    } catch (UnsupportedCase | UnsupportedCombinationException e) {
      return new Verdict.Unsupported(oneLine(e));
    } catch (CheckpointException e) {
      return e.getCause() instanceof UnknownChoiceException
          ? new Verdict.Unsupported(oneLine(e))
          : new Verdict.Failed(oneLine(e));
    } catch (HeedException e) {
      return new Verdict.Failed(oneLine(e));
    } catch (RuntimeException e) {
      return new Verdict.Failed("internal error: " + e);
    }
  }

  private static List<Check> checks(SafetensorsFile file, Run run) {
    Json.Obj header = file.metadata();
    Tensors tensors = new Tensors(file);
    if (header.has(GoldenCase.SPEC)) {
      return new GoldenCase(tensors, header.string(GoldenCase.SPEC), run).checks();
    }
    if (header.has(OnnxCall.OPERATOR)) {
      return OnnxCase.checks(OnnxCall.read(header, tensors), run);
    }
    throw new CheckpointException(
        "%s: the header has neither 'spec' nor 'op'; a conformance file has one of them"
            .formatted(file.path()));
  }

  private static String oneLine(HeedException e) {
    return e.getMessage().strip().replaceAll("\\s*\\R\\s*", " ");
  }
}
