package dev.heed.text;

import dev.heed.checkpoint.Json;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Reads the model of a `tokenizer.json`: vocabulary, and merges or scores.
final class ModelReader {
  private ModelReader() {}

  static Model read(Component json) {
    return switch (type(json.json())) {
      case "BPE" -> bpe(json);
      case "WordPiece" -> wordPiece(json);
      case "Unigram" -> unigram(json);
      case "WordLevel" -> {
        json.knows("vocab", "unk_token");
        yield new WordLevel(vocabulary(json), json.json().string("unk_token"));
      }
      default -> throw json.unknownType("BPE", "Unigram", "WordLevel", "WordPiece");
    };
  }

  /// Older files leave the type out; the other keys tell it.
  private static String type(Json.Obj json) {
    if (json.has("type")) {
      return json.string("type");
    }
    if (json.has("merges")) {
      return "BPE";
    }
    boolean scored = json.get("vocab").orElse(new Json.Null()) instanceof Json.Arr;
    String words = json.has("continuing_subword_prefix") ? "WordPiece" : "WordLevel";
    return scored ? "Unigram" : words;
  }

  private static Vocabulary vocabulary(Component json) {
    Vocabulary.Builder vocabulary = new Vocabulary.Builder(json.json().place() + ": vocab");
    Json.Obj pieces = json.json().object("vocab");
    for (Map.Entry<String, Json> entry : pieces.members().entrySet()) {
      if (!(entry.getValue() instanceof Json.Num(String text))) {
        throw json.wrong("vocab", "an object from pieces to ids");
      }
      vocabulary.add(entry.getKey(), id(json, text));
    }
    return vocabulary.build();
  }

  private static int id(Component json, String number) {
    try {
      return Integer.parseInt(number);
    } catch (NumberFormatException e) {
      throw new TokenizerException(
          "%s: the vocabulary has the id %s; ids from 0 to %d fit"
              .formatted(json.json().place(), Text.quote(number), Vocabulary.LARGEST_ID),
          e);
    }
  }

  private static Model bpe(Component json) {
    json.knows(
        "dropout",
        "unk_token",
        "continuing_subword_prefix",
        "end_of_word_suffix",
        "fuse_unk",
        "byte_fallback",
        "ignore_merges",
        "vocab",
        "merges");
    Json.Obj settings = json.json();
    if (settings.number("dropout", 0) != 0) {
      throw json.wrong("dropout", "null: merges are left out by chance only in training");
    }
    Vocabulary vocabulary = vocabulary(json);
    String unknown = settings.string("unk_token", "");
    int unknownId = unknown.isEmpty() ? -1 : vocabulary.id(unknown);
    if (unknownId < 0 && !unknown.isEmpty()) {
      throw json.wrong("unk_token", "a piece of the vocabulary");
    }
    Bpe.Options options =
        new Bpe.Options(
            unknownId,
            settings.string("continuing_subword_prefix", ""),
            settings.string("end_of_word_suffix", ""),
            flags(settings));
    MergeList merges =
        new MergeList(settings.place() + ": merges", vocabulary, options.continuing());
    for (Json item : settings.list("merges").items()) {
      addMerge(json, merges, item);
    }
    return new Bpe(vocabulary, merges.build(), options);
  }

  private static Set<Bpe.Options.Flag> flags(Json.Obj settings) {
    Set<Bpe.Options.Flag> flags = EnumSet.noneOf(Bpe.Options.Flag.class);
    if (settings.bool("fuse_unk", false)) {
      flags.add(Bpe.Options.Flag.FUSE_UNKNOWN);
    }
    if (settings.bool("byte_fallback", false)) {
      flags.add(Bpe.Options.Flag.BYTE_FALLBACK);
    }
    if (settings.bool("ignore_merges", false)) {
      flags.add(Bpe.Options.Flag.WHOLE_WORDS);
    }
    return flags;
  }

  private static void addMerge(Component json, MergeList merges, Json item) {
    if (item instanceof Json.Str(String line)) {
      merges.add(line);
      return;
    }
    if (item instanceof Json.Arr pair && pair.size() == 2) {
      merges.add(pair.string(0), pair.string(1));
      return;
    }
    throw json.wrong(
        "merges", "a list of \"left right\" or [\"left\", \"right\"], not of " + item.describe());
  }

  private static Model wordPiece(Component json) {
    json.knows("unk_token", "continuing_subword_prefix", "max_input_chars_per_word", "vocab");
    Json.Obj settings = json.json();
    WordPiece.Marks marks =
        new WordPiece.Marks("", settings.string("continuing_subword_prefix", "##"));
    return new WordPiece(
        vocabulary(json),
        marks,
        settings.string("unk_token", "[UNK]"),
        settings.integer("max_input_chars_per_word", 100));
  }

  private static Model unigram(Component json) {
    json.knows("unk_id", "vocab", "byte_fallback");
    Json.Arr entries = json.json().list("vocab");
    Vocabulary.Builder vocabulary = new Vocabulary.Builder(json.json().place() + ": vocab");
    double[] scores = new double[entries.size()];
    List<Json> items = entries.items();
    for (int id = 0; id < scores.length; id++) {
      if (!(items.get(id) instanceof Json.Arr pair) || pair.size() != 2) {
        throw json.wrong("vocab", "a list of [piece, score]");
      }
      vocabulary.add(pair.string(0), id);
      scores[id] = pair.number(1);
      if (!Double.isFinite(scores[id])) {
        throw json.wrong("vocab", "finite scores");
      }
    }
    int unknown = json.json().integer("unk_id", -1);
    if (unknown >= scores.length || unknown < -1) {
      throw json.wrong("unk_id", "the id of a piece, below %d".formatted(scores.length));
    }
    boolean bytes = json.json().bool("byte_fallback", false);
    return new Unigram(
        vocabulary.build(),
        scores,
        unknown,
        bytes ? Unigram.Unknown.BYTES : Unigram.Unknown.ONE_TOKEN);
  }
}
