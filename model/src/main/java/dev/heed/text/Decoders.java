package dev.heed.text;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// The steps from pieces to text.
final class Decoders {
  private static final String REPLACEMENT = "\uFFFD";

  private Decoders() {}

  /// Pieces with a space between them, for tokenizers that name no decoder.
  static List<String> spaced(List<String> pieces) {
    return List.of(String.join(" ", pieces));
  }

  static List<String> fuse(List<String> pieces) {
    return List.of(String.join("", pieces));
  }

  /// Characters of [Bytes] back to bytes, and these to text.
  static List<String> byteLevel(List<String> pieces) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (String piece : pieces) {
      boolean bytes = piece.chars().allMatch(c -> Bytes.of(c) >= 0);
      if (bytes) {
        piece.chars().forEach(c -> out.write(Bytes.of(c)));
      } else {
        out.writeBytes(piece.getBytes(StandardCharsets.UTF_8));
      }
    }
    return List.of(out.toString(StandardCharsets.UTF_8));
  }

  /// Pieces such as `<0x0A>` to text; a run of them that is no UTF-8 becomes one U+FFFD for each.
  static List<String> byteFallback(List<String> pieces) {
    List<String> out = new ArrayList<>(pieces.size());
    ByteArrayOutputStream run = new ByteArrayOutputStream();
    for (String piece : pieces) {
      int b = Bytes.ofPiece(piece);
      if (b >= 0) {
        run.write(b);
        continue;
      }
      flush(run, out);
      out.add(piece);
    }
    flush(run, out);
    return out;
  }

  private static void flush(ByteArrayOutputStream run, List<String> out) {
    if (run.size() == 0) {
      return;
    }
    try {
      ByteBuffer bytes = ByteBuffer.wrap(run.toByteArray());
      out.add(StandardCharsets.UTF_8.newDecoder().decode(bytes).toString());
    } catch (CharacterCodingException e) {
      out.add(REPLACEMENT.repeat(run.size()));
    }
    run.reset();
  }

  /// The spacing of English that splitting at punctuation destroys.
  static String cleanUp(String text) {
    return text.replace(" .", ".")
        .replace(" ?", "?")
        .replace(" !", "!")
        .replace(" ,", ",")
        .replace(" ' ", "'")
        .replace(" n't", "n't")
        .replace(" 'm", "'m")
        .replace(" do not", " don't")
        .replace(" 's", "'s")
        .replace(" 've", "'ve")
        .replace(" 're", "'re");
  }

  /// Whether spaces before punctuation are taken out again.
  enum Spacing {
    CLEANED,
    AS_IT_IS
  }

  /// Words get a space before them; pieces that continue a word lose their mark.
  record WordPieces(String mark, Spacing spacing) implements Decoder {
    @Override
    public List<String> apply(List<String> pieces) {
      List<String> out = new ArrayList<>(pieces.size());
      for (String piece : pieces) {
        String text = piece;
        if (!out.isEmpty()) {
          text = piece.startsWith(mark) ? piece.substring(mark.length()) : " " + piece;
        }
        out.add(spacing == Spacing.CLEANED ? cleanUp(text) : text);
      }
      return out;
    }
  }

  /// Marks become spaces; those of the first piece go, if the tokenizer put one there.
  record Metaspace(int mark, PreTokenizers.Metaspace.Scheme scheme) implements Decoder {
    @Override
    public List<String> apply(List<String> pieces) {
      String wanted = Character.toString(mark);
      List<String> out = new ArrayList<>(pieces.size());
      for (String piece : pieces) {
        boolean drop = out.isEmpty() && scheme != PreTokenizers.Metaspace.Scheme.NEVER;
        out.add(piece.replace(wanted, drop ? "" : " "));
      }
      return out;
    }
  }

  record Replace(Matches pattern, String content) implements Decoder {
    @Override
    public List<String> apply(List<String> pieces) {
      List<String> out = new ArrayList<>(pieces.size());
      for (String piece : pieces) {
        char[] units = piece.toCharArray();
        Aligned text = Aligned.original(units, 0, units.length);
        out.add(new Normalizers.Replace(pattern, content).apply(text).toString());
      }
      return out;
    }
  }

  /// Takes up to some characters off the ends of each piece.
  record Strip(int character, int start, int stop) implements Decoder {
    @Override
    public List<String> apply(List<String> pieces) {
      return pieces.stream().map(this::strip).toList();
    }

    private String strip(String piece) {
      int[] codePoints = piece.codePoints().toArray();
      int from = 0;
      while (from < start && from < codePoints.length && codePoints[from] == character) {
        from++;
      }
      int to = codePoints.length;
      while (to > from && codePoints.length - to < stop && codePoints[to - 1] == character) {
        to--;
      }
      return new String(codePoints, from, to - from);
    }
  }

  /// The mark at the end of words becomes a space, except at the very end.
  record Suffix(String mark) implements Decoder {
    @Override
    public List<String> apply(List<String> pieces) {
      List<String> out = new ArrayList<>(pieces.size());
      for (int i = 0; i < pieces.size(); i++) {
        String space = i + 1 < pieces.size() ? " " : "";
        out.add(mark.isEmpty() ? pieces.get(i) : pieces.get(i).replace(mark, space));
      }
      return out;
    }
  }

  /// Connectionist temporal classification: repeated pieces count once, blanks go.
  record Ctc(String blank, String delimiter, Spacing spacing) implements Decoder {
    @Override
    public List<String> apply(List<String> pieces) {
      List<String> out = new ArrayList<>();
      String last = "";
      for (int i = 0; i < pieces.size(); i++) {
        String piece = pieces.get(i);
        if (i > 0 && piece.equals(last)) {
          continue;
        }
        last = piece;
        String text = blank.isEmpty() ? piece : piece.replace(blank, "");
        text = spacing == Spacing.CLEANED ? cleanUp(text).replace(delimiter, " ") : text;
        if (!text.isEmpty()) {
          out.add(text);
        }
      }
      return out;
    }
  }
}
