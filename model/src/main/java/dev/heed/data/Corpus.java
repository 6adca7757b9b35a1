package dev.heed.data;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Stream;

/// Texts to learn from or to be measured on, in a fixed order.
public record Corpus(List<Document> documents) {
  /// One text.
  ///
  /// @param name of its file, from the folder that was read
  public record Document(String name, String text) {}

  public Corpus {
    documents = List.copyOf(documents);
  }

  /// A corpus of texts.
  public static Corpus of(String... texts) {
    List<Document> documents = new ArrayList<>();
    for (String text : texts) {
      documents.add(new Document("text " + documents.size(), text));
    }
    return new Corpus(documents);
  }

  /// Reads a text file, or every file below a folder in the order of their names; what is hidden
  /// (`.git`) is left out. Every file must be UTF-8; a byte order mark is taken off.
  public static Corpus read(Path path) {
    List<Document> documents = new ArrayList<>();
    for (Path file : files(path)) {
      String name = file.equals(path) ? String.valueOf(path.getFileName()) : name(path, file);
      documents.add(new Document(name, text(file)));
    }
    Corpus corpus = new Corpus(documents);
    if (corpus.characters() == 0) {
      throw new DataException(
          "data: %s is empty; a file or a folder with some text would fit".formatted(path));
    }
    return corpus;
  }

  private static List<Path> files(Path path) {
    if (!Files.isDirectory(path)) {
      return List.of(path);
    }
    try (Stream<Path> found = Files.walk(path, FileVisitOption.FOLLOW_LINKS)) {
      List<Path> files =
          found
              .filter(file -> !hidden(path, file) && Files.isRegularFile(file))
              .sorted(Comparator.comparing(file -> name(path, file)))
              .toList();
      if (files.isEmpty()) {
        throw new DataException(
            "data: the folder %s has no file; text files in it would fit".formatted(path));
      }
      return files;
    } catch (IOException | UncheckedIOException e) {
      throw new DataException("data: %s cannot be listed: %s".formatted(path, e), e);
    }
  }

  private static boolean hidden(Path folder, Path file) {
    Iterator<Path> names = folder.relativize(file).iterator();
    while (names.hasNext()) {
      if (names.next().toString().startsWith(".")) {
        return true;
      }
    }
    return false;
  }

  private static String name(Path folder, Path file) {
    return folder.relativize(file).toString().replace('\\', '/');
  }

  private static String text(Path file) {
    byte[] bytes = bytes(file);
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
      return text.startsWith("\uFEFF") ? text.substring(1) : text;
    } catch (CharacterCodingException e) {
      throw new DataException(
          "data: %s is not UTF-8 text (near byte %d); convert it, or leave it out of the folder"
              .formatted(file, firstMalformed(bytes)),
          e);
    }
  }

  private static byte[] bytes(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (NoSuchFileException e) {
      throw new DataException(
          "data: %s does not exist; name a text file or a folder".formatted(file), e);
    } catch (IOException e) {
      throw new DataException("data: %s cannot be read: %s".formatted(file, e), e);
    } catch (OutOfMemoryError e) {
      throw new DataException(
          "data: %s is too large to be read at once; cut it into files in a folder".formatted(file),
          e);
    }
  }

  private static int firstMalformed(byte[] bytes) {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    StandardCharsets.UTF_8.newDecoder().decode(in, CharBuffer.allocate(bytes.length), true);
    return in.position();
  }

  /// All texts, one after the other.
  public String text() {
    StringBuilder all = new StringBuilder();
    documents.forEach(document -> all.append(document.text()));
    return all.toString();
  }

  /// The texts of the documents.
  public List<String> texts() {
    return documents.stream().map(Document::text).toList();
  }

  /// How many characters (code points) the texts have.
  public long characters() {
    return documents.stream().map(Document::text).mapToLong(Corpus::codePoints).sum();
  }

  /// How many bytes the texts have in UTF-8.
  public long bytes() {
    return documents.stream().mapToLong(one -> Utf8.length(one.text())).sum();
  }

  /// The part of the texts in a split, as if they were one text: one document may be cut in two.
  public Corpus split(Split split) {
    if (split == Split.ALL) {
      return this;
    }
    long left = Split.cut(characters());
    List<Document> train = new ArrayList<>();
    List<Document> validation = new ArrayList<>();
    for (Document document : documents) {
      String text = document.text();
      int here = (int) Math.min(left, codePoints(text));
      int at = text.offsetByCodePoints(0, here);
      add(document.name(), text.substring(0, at), train);
      add(document.name(), text.substring(at), validation);
      left -= here;
    }
    return new Corpus(split == Split.TRAIN ? train : validation);
  }

  private static void add(String name, String text, List<Document> documents) {
    if (!text.isEmpty()) {
      documents.add(new Document(name, text));
    }
  }

  private static int codePoints(String text) {
    return text.codePointCount(0, text.length());
  }

  /// SHA-256 over the lengths and bytes of the texts, in their order: what the provenance of a
  /// model says of its data. For a single text it is the hash of the file.
  public String hash() {
    Sha256 sum = new Sha256();
    for (Document document : documents) {
      ByteBuffer utf8 = StandardCharsets.UTF_8.encode(document.text());
      if (documents.size() > 1) {
        sum.add(ByteBuffer.allocate(Long.BYTES).putLong(0, utf8.remaining()));
      }
      sum.add(utf8);
    }
    return sum.hex();
  }
}
