package dev.heed.cli;

import dev.heed.attention.Attention;
import dev.heed.grad.Operation;
import dev.heed.model.Decoder;
import dev.heed.tensor.HeedException;
import java.io.IOException;
import java.lang.reflect.Modifier;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/// Finds every operation in the modules of Heed, wherever their classes are: in jars or in folders.
final class OperationClasses {
  private static final List<Class<?>> MODULES =
      List.of(Operation.class, Attention.class, Decoder.class, Heed.class);

  private OperationClasses() {}

  /// The names of the classes that are operations, in their order.
  static Set<String> find() {
    Set<String> names = new TreeSet<>();
    for (Class<?> member : MODULES) {
      for (String name : classes(member)) {
        if (isOperation(name, member)) {
          names.add(name);
        }
      }
    }
    return names;
  }

  private static boolean isOperation(String name, Class<?> member) {
    try {
      Class<?> type = Class.forName(name, false, member.getClassLoader());
      return Operation.class.isAssignableFrom(type) && !Modifier.isAbstract(type.getModifiers());
    } catch (ClassNotFoundException | NoClassDefFoundError e) {
      // a vector kernel where the module of vectors is not readable
      return false;
    }
  }

  private static List<String> classes(Class<?> member) {
    try {
      URI location = member.getProtectionDomain().getCodeSource().getLocation().toURI();
      Path path = Path.of(location);
      if (Files.isDirectory(path)) {
        return classes(path);
      }
      try (FileSystem jar = FileSystems.newFileSystem(path)) {
        return classes(jar.getPath("/"));
      }
    } catch (IOException | URISyntaxException e) {
      throw new HeedException(
          "gradcheck: the classes beside %s cannot be listed".formatted(member.getName()), e);
    }
  }

  private static List<String> classes(Path root) throws IOException {
    try (Stream<Path> files = Files.walk(root)) {
      return files
          .map(file -> root.relativize(file).toString())
          .filter(file -> file.startsWith("dev/heed/") && file.endsWith(".class"))
          .filter(file -> !file.endsWith("package-info.class"))
          .map(file -> file.substring(0, file.length() - ".class".length()).replace('/', '.'))
          .toList();
    }
  }
}
