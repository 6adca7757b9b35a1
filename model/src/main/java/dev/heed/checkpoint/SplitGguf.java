package dev.heed.checkpoint;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A GGUF model in parts: `name-00001-of-00003.gguf` and so on in one folder. The first part holds
/// the metadata of the model, each part says which it is.
final class SplitGguf {
  private static final Pattern PART = Pattern.compile("(.*)-(\\d{5})-of-(\\d{5})\\.gguf");
  private static final int MOST_PARTS = 10_000;

  private SplitGguf() {}

  /// Opens a GGUF file, and the other parts of its model if it is a first part.
  static List<TensorFile> open(Path path) {
    List<TensorFile> parts = new ArrayList<>();
    try {
      GgufFile first = GgufFile.open(path);
      parts.add(first);
      int count = count(first);
      for (int part = 2; part <= count; part++) {
        GgufFile next = GgufFile.open(sibling(path, part, count));
        parts.add(next);
        if (count(next) != count || number(next) != part - 1) {
          throw new CheckpointException(
              "%s: says that it is part %d of %d, should be part %d of %d"
                  .formatted(next.path(), number(next) + 1, count(next), part, count));
        }
      }
      checkComplete(first, parts);
      return parts;
    } catch (CheckpointException e) {
      parts.forEach(TensorFile::close);
      throw e;
    }
  }

  /// The parts of `file`; 1 for a file that says nothing.
  private static int count(GgufFile file) {
    return file.metadata().optionalInteger("split.count").orElse(1);
  }

  private static int number(GgufFile file) {
    return file.metadata().optionalInteger("split.no").orElse(0);
  }

  private static Path sibling(Path path, int part, int count) {
    Matcher name = PART.matcher(String.valueOf(path.getFileName()));
    if (count > MOST_PARTS || !name.matches() || !name.group(2).equals("00001")) {
      throw new CheckpointException(
          "%s: is one of %d parts; name the first, '...-00001-of-%05d.gguf'"
              .formatted(MappedFile.name(path), count, count));
    }
    return path.resolveSibling("%s-%05d-of-%05d.gguf".formatted(name.group(1), part, count));
  }

  private static void checkComplete(GgufFile first, List<TensorFile> parts) {
    int found = parts.stream().mapToInt(part -> part.tensors().size()).sum();
    int said = first.metadata().optionalInteger("split.tensors.count").orElse(found);
    if (parts.size() > 1 && said != found) {
      throw new CheckpointException(
          "%s: its parts hold %d tensors, should hold %d"
              .formatted(MappedFile.name(first.path()), found, said));
    }
  }

  /// Whether these files, sorted by name, are all the parts of one model.
  static boolean areOneModel(List<Path> files) {
    for (int i = 0; i < files.size(); i++) {
      Matcher name = PART.matcher(String.valueOf(files.get(i).getFileName()));
      Matcher first = PART.matcher(String.valueOf(files.getFirst().getFileName()));
      if (!name.matches()
          || !first.matches()
          || !name.group(1).equals(first.group(1))
          || Integer.parseInt(name.group(2)) != i + 1
          || Integer.parseInt(name.group(3)) != files.size()) {
        return false;
      }
    }
    return !files.isEmpty();
  }
}
