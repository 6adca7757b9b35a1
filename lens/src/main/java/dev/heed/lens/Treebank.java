package dev.heed.lens;

import dev.heed.text.Span;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Sentences whose words depend on each other, as
/// [CoNLL-U](https://universaldependencies.org/format.html) files hold them.
///
/// A word is what stands in the text: the words that a contraction is made of are one, `don't`, and
/// what holds between them is left out, as are words that are not written.
public record Treebank(List<Sentence> sentences) {
  public Treebank {
    sentences = List.copyOf(sentences);
  }

  /// @param text words with the spaces that the file states
  /// @param words where each stands, in code points of the text
  public record Sentence(String text, List<Span> words, List<Arc> arcs) {
    public Sentence {
      words = List.copyOf(words);
      arcs = List.copyOf(arcs);
      for (Arc arc : arcs) {
        if (Math.min(arc.dependent, arc.head) < 0
            || Math.max(arc.dependent, arc.head) >= words.size()) {
          throw new LensException(
              "treebank: %s is not between words of %d".formatted(arc, words.size()));
        }
      }
    }
  }

  /// A word that depends on another.
  ///
  /// @param dependent its number in the sentence, likewise that of its head
  /// @param relation without what follows a colon: `nsubj` of `nsubj:pass`
  public record Arc(int dependent, int head, String relation) {}

  /// Reads a file.
  public static Treebank read(Path file) {
    try {
      return parse(
          String.valueOf(file.getFileName()), Files.readString(file, StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new LensException("treebank: %s cannot be read: %s".formatted(file, e));
    }
  }

  /// Reads the content of a file.
  ///
  /// @param name of the file, in messages
  public static Treebank parse(String name, String content) {
    List<Sentence> sentences = new ArrayList<>();
    Reading reading = new Reading();
    int number = 0;
    for (String line : (content + "\n\n").split("\r?\n", -1)) {
      number++;
      try {
        if (line.isBlank()) {
          if (!reading.isEmpty()) {
            sentences.add(reading.sentence());
          }
          reading = new Reading();
        } else if (!line.startsWith("#")) {
          reading.add(line.split("\t", -1));
        }
      } catch (LensException | NumberFormatException e) {
        throw new LensException("%s, line %d: %s".formatted(name, number, e.getMessage()));
      }
    }
    if (sentences.isEmpty()) {
      throw new LensException("%s: no sentence; lines of ten columns would fit".formatted(name));
    }
    return new Treebank(sentences);
  }

  /// The sentence that is being read.
  private static final class Reading {
    private static final int COLUMNS = 10;
    private static final int FORM = 1;
    private static final int HEAD = 6;
    private static final int RELATION = 7;
    private static final int MISC = 9;

    private final StringBuilder text = new StringBuilder();
    private final List<Span> words = new ArrayList<>();

    /// The word in the text that each word of the file belongs to.
    private final Map<Integer, Integer> written = new HashMap<>();

    private final List<String[]> lines = new ArrayList<>();
    private int contractedTo;
    private boolean spaced;

    boolean isEmpty() {
      return lines.isEmpty();
    }

    void add(String[] columns) {
      if (columns.length != COLUMNS) {
        throw new LensException("%d columns; 10 would fit".formatted(columns.length));
      }
      String id = columns[0];
      if (id.contains(".")) {
        return;
      }
      if (id.contains("-")) {
        contractedTo = Integer.parseInt(id.substring(id.indexOf('-') + 1));
        write(columns);
        return;
      }
      int number = Integer.parseInt(id);
      if (number != lines.size() + 1) {
        throw new LensException("word %d; %d would fit".formatted(number, lines.size() + 1));
      }
      if (number > contractedTo) {
        write(columns);
      }
      written.put(number, words.size() - 1);
      lines.add(columns);
    }

    private void write(String[] columns) {
      if (spaced) {
        text.append(' ');
      }
      int from = text.codePointCount(0, text.length());
      text.append(columns[FORM]);
      words.add(new Span(from, text.codePointCount(0, text.length())));
      spaced = !("|" + columns[MISC] + "|").contains("|SpaceAfter=No|");
    }

    Sentence sentence() {
      List<Arc> arcs = new ArrayList<>();
      for (int n = 0; n < lines.size(); n++) {
        int head = Integer.parseInt(lines.get(n)[HEAD]);
        if (head < 0 || head > lines.size()) {
          throw new LensException("head %d of %d words".formatted(head, lines.size()));
        }
        int from = written.getOrDefault(n + 1, -1);
        int to = written.getOrDefault(head, -1);
        if (head > 0 && from != to) {
          arcs.add(new Arc(from, to, lines.get(n)[RELATION].replaceFirst(":.*", "")));
        }
      }
      return new Sentence(text.toString(), words, arcs);
    }
  }
}
