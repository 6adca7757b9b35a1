package dev.heed.text;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The tokenizer of a model that has none: its texts are ids, as `3 17 5`.
///
/// @param vocabularySize ids are below it
public record TokenIds(int vocabularySize) implements Tokenizer {
  private static final Pattern WORD = Pattern.compile("[^\\s,]+");

  @Override
  public Encoding encode(String text, SpecialTokens specials) {
    List<int[]> found = new ArrayList<>();
    Matcher words = WORD.matcher(text);
    while (words.find()) {
      int id = id(words.group());
      // whatever comes before an id is ASCII, or no id
      found.add(new int[] {id, words.start(), words.end()});
    }
    int[] ids = column(found, 0);
    String[] pieces = Arrays.stream(ids).mapToObj(Integer::toString).toArray(String[]::new);
    return new Encoding(ids, pieces, column(found, 1), column(found, 2));
  }

  private static int[] column(List<int[]> rows, int column) {
    return rows.stream().mapToInt(row -> row[column]).toArray();
  }

  private int id(String word) {
    return idOf(word)
        .orElseThrow(() ->
            new TokenizerException(
                "tokenizer: '%s' is no token id; this model has no tokenizer, and ids from 0 to %d with blanks between them would fit"
                    .formatted(word, vocabularySize - 1)));
  }

  @Override
  public String decode(int[] ids, SpecialTokens specials) {
    return String.join(" ", Arrays.stream(ids).mapToObj(Integer::toString).toList());
  }

  @Override
  public String piece(int id) {
    return Integer.toString(id);
  }

  @Override
  public OptionalInt idOf(String piece) {
    if (!piece.matches("\\d{1,9}")) {
      return OptionalInt.empty();
    }
    int id = Integer.parseInt(piece);
    return id < vocabularySize ? OptionalInt.of(id) : OptionalInt.empty();
  }

  @Override
  public boolean isSpecial(int id) {
    return false;
  }

  @Override
  public OptionalInt bos() {
    return OptionalInt.empty();
  }

  @Override
  public OptionalInt eos() {
    return OptionalInt.empty();
  }
}
