package dev.heed.checkpoint;

import dev.heed.checkpoint.Json.Obj;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/// Finds the files of weights behind a path.
final class CheckpointFiles {
  private static final long LONGEST_JSON = 1L << 28;

  private CheckpointFiles() {}

  static List<TensorFile> open(Path path) {
    if (Files.isDirectory(path)) {
      return openFolder(path);
    }
    String name = String.valueOf(path.getFileName()).toLowerCase(Locale.ROOT);
    return name.endsWith(".gguf") || (!name.endsWith(".safetensors") && beginsAsGguf(path))
        ? SplitGguf.open(path)
        : List.of(SafetensorsFile.open(path));
  }

  private static boolean beginsAsGguf(Path path) {
    try (MappedFile file = MappedFile.open(path)) {
      return file.size() >= 4
          && new String(file.read(0, 4), StandardCharsets.ISO_8859_1).equals("GGUF");
    }
  }

  static Obj json(Path path) {
    try (MappedFile file = MappedFile.open(path)) {
      file.refuseWellKnown();
      if (file.size() > LONGEST_JSON) {
        throw new CheckpointException(
            "%s: has %d bytes; JSON of at most %d is read"
                .formatted(file.name(), file.size(), LONGEST_JSON));
      }
      return Json.parseObject(file.name(), file.read(0, (int) file.size()));
    }
  }

  private static List<TensorFile> openFolder(Path folder) {
    Path whole = folder.resolve("model.safetensors");
    if (Files.exists(whole)) {
      return List.of(SafetensorsFile.open(whole));
    }
    Path index = folder.resolve("model.safetensors.index.json");
    if (Files.exists(index)) {
      return openShards(folder, json(index));
    }
    List<Path> ggufs = list(folder, ".gguf");
    if (ggufs.size() == 1 || SplitGguf.areOneModel(ggufs)) {
      return SplitGguf.open(ggufs.getFirst());
    }
    throw new CheckpointException(missing(folder, ggufs));
  }

  private static String missing(Path folder, List<Path> ggufs) {
    String name = MappedFile.name(folder);
    if (!ggufs.isEmpty()) {
      return "%s: has %d GGUF files; name one of them".formatted(name, ggufs.size());
    }
    List<Path> safetensors = list(folder, ".safetensors");
    if (!safetensors.isEmpty()) {
      return "%s: has neither model.safetensors nor model.safetensors.index.json, but %s; name a file"
          .formatted(name, Escape.text(String.valueOf(safetensors.getFirst().getFileName())));
    }
    if (!list(folder, ".bin").isEmpty()) {
      return "%s: has weights only as a Python pickle (.bin); convert them to safetensors"
          .formatted(name);
    }
    return ("%s: has no weights; a model's folder holds model.safetensors, or its shards with"
            + " model.safetensors.index.json, or one GGUF file")
        .formatted(name);
  }

  private static List<Path> list(Path folder, String ending) {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(file -> file.toString().endsWith(ending)).sorted().toList();
    } catch (IOException e) {
      throw new CheckpointException(
          "%s: cannot be listed: %s".formatted(MappedFile.name(folder), e), e);
    }
  }

  private static List<TensorFile> openShards(Path folder, Obj index) {
    Obj map = index.object("weight_map");
    Map<String, TensorFile> shards = new LinkedHashMap<>();
    try {
      for (String tensor : map.members().keySet()) {
        String name = map.string(tensor);
        TensorFile shard = shards.get(name);
        if (shard == null) {
          shard = SafetensorsFile.open(shard(folder, name, map.place().member(tensor)));
          shards.put(name, shard);
        }
        if (!shard.tensors().containsKey(tensor)) {
          throw new CheckpointException(
              "%s: is said to be in %s, which does not hold it"
                  .formatted(map.place().member(tensor), Escape.text(name)));
        }
      }
      if (shards.isEmpty()) {
        throw new CheckpointException("%s: names no shard".formatted(map.place()));
      }
      return new ArrayList<>(shards.values());
    } catch (CheckpointException e) {
      shards.values().forEach(TensorFile::close);
      throw e;
    }
  }

  /// A shard stands beside its index: anything but a plain file name is refused.
  private static Path shard(Path folder, String name, Place place) {
    if (!name.endsWith(".safetensors") || !name.matches("[A-Za-z0-9_][A-Za-z0-9_.-]*")) {
      throw new CheckpointException(
          "%s: '%s' should be the name of a .safetensors file in the same folder"
              .formatted(place, Escape.text(name)));
    }
    return folder.resolve(name);
  }
}
