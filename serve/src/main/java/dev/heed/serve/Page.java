package dev.heed.serve;

import dev.heed.tensor.HeedException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/// The files of the page, from the class path.
final class Page {
  private static final Map<String, String> TYPES =
      Map.of(
          "html", "text/html; charset=utf-8",
          "css", "text/css; charset=utf-8",
          "js", "text/javascript; charset=utf-8",
          "svg", "image/svg+xml");

  private final Map<String, Optional<File>> files = new ConcurrentHashMap<>();

  /// @param tag names its content
  @SuppressWarnings("ArrayRecordComponent")
  record File(String type, byte[] bytes, String tag) {}

  /// The file that a path of a request names.
  Optional<File> file(String path) {
    String name = path.equals("/") ? "index.html" : path.substring(1);
    return name.matches("[a-z-]+\\.[a-z]+")
        ? files.computeIfAbsent(name, Page::load)
        : Optional.empty();
  }

  private static Optional<File> load(String name) {
    if (name.equals("shell.html")) {
      return Optional.of(file("html", Shell.of(new Page()).getBytes(StandardCharsets.UTF_8)));
    }
    String ending = name.substring(name.lastIndexOf('.') + 1);
    try (InputStream in = Page.class.getResourceAsStream("page/" + name)) {
      return in == null || !TYPES.containsKey(ending)
          ? Optional.empty()
          : Optional.of(file(ending, in.readAllBytes()));
    } catch (IOException e) {
      throw new HeedException("studio: page/%s cannot be read: %s".formatted(name, e), e);
    }
  }

  private static File file(String ending, byte[] bytes) {
    return new File(Objects.requireNonNull(TYPES.get(ending)), bytes, '"' + digest(bytes) + '"');
  }

  private static String digest(byte[] bytes) {
    try {
      byte[] all = MessageDigest.getInstance("SHA-256").digest(bytes);
      return HexFormat.of().formatHex(all, 0, 12);
    } catch (NoSuchAlgorithmException e) {
      throw new HeedException("studio: this JDK knows no SHA-256, which every JDK does", e);
    }
  }
}
