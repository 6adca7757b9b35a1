package dev.heed.text;

import dev.heed.checkpoint.Json;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Tokenizers from before `tokenizer.json`: a vocabulary in a file of its own, and rules that only
/// the name of the tokenizer's class tells.
final class OldFormats {
  private static final int LONGEST_WORD = 100;

  private OldFormats() {}

  /// BERT's vocabulary, a piece a line.
  ///
  /// @param config the settings in `tokenizer_config.json`
  static Pipeline.Builder wordPiece(Path file, Json.Obj config) {
    Vocabulary.Builder builder = new Vocabulary.Builder(file.toString());
    lines(file).forEach(builder::add);
    Vocabulary vocabulary = builder.build();
    List<AddedToken> added = new ArrayList<>();
    for (String role : List.of("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")) {
      vocabulary.find(role).ifPresent(id -> added.add(special(id, role)));
    }
    WordPiece.Marks marks = new WordPiece.Marks("", "##");
    WordPiece model = new WordPiece(vocabulary, marks, "[UNK]", LONGEST_WORD);
    return new Pipeline.Builder(model, new Decoders.WordPieces("##", Decoders.Spacing.CLEANED))
        .added(added)
        .normalizer(bertNormalizer(config))
        .preTokenizer(PreTokenizers.bert())
        .post(around(vocabulary, "[CLS]", "[SEP]"));
  }

  private static Normalizer bertNormalizer(Json.Obj config) {
    boolean lowercase = config.bool("do_lower_case", true);
    Set<BertNormalizer.Step> steps = EnumSet.of(BertNormalizer.Step.CLEAN);
    if (config.bool("tokenize_chinese_chars", true)) {
      steps.add(BertNormalizer.Step.IDEOGRAPHS);
    }
    if (config.bool("strip_accents", lowercase)) {
      steps.add(BertNormalizer.Step.ACCENTS);
    }
    if (lowercase) {
      steps.add(BertNormalizer.Step.LOWERCASE);
    }
    return BertNormalizer.of(List.copyOf(steps));
  }

  /// The byte-level vocabularies of GPT-2, RoBERTa and Qwen 2: `vocab.json` and `merges.txt`.
  static Pipeline.Builder bpe(Path folder, Json.Obj config) {
    Path file = folder.resolve("vocab.json");
    Vocabulary vocabulary = vocabulary(file);
    MergeList merges = new MergeList(folder.resolve("merges.txt").toString(), vocabulary, "");
    for (String line : lines(folder.resolve("merges.txt"))) {
      if (!line.isEmpty() && !line.startsWith("#version")) {
        merges.add(line);
      }
    }
    Bpe.Options options = new Bpe.Options(-1, "", "", Set.of());
    Bpe model = new Bpe(vocabulary, merges.build(), options);
    String type = config.string("tokenizer_class", "GPT2Tokenizer");
    Pipeline.Builder tokenizer =
        new Pipeline.Builder(model, Decoders::byteLevel).added(added(vocabulary, config));
    boolean prefix = config.bool("add_prefix_space", false);
    return switch (type.endsWith("Fast") ? type.substring(0, type.length() - 4) : type) {
      case "GPT2Tokenizer", "GPTNeoXTokenizer", "CodeGenTokenizer" ->
          tokenizer.preTokenizer(words(WordScanner.GPT2, prefix)).post(trim(prefix));
      case "RobertaTokenizer", "BartTokenizer", "LongformerTokenizer" ->
          tokenizer
              .preTokenizer(words(WordScanner.GPT2, prefix))
              .post(
                  new PostProcessor.Sequence(
                      List.of(trim(prefix), around(vocabulary, "<s>", "</s>"))));
      case "Qwen2Tokenizer" ->
          tokenizer
              .normalizer(new UnicodeForm(java.text.Normalizer.Form.NFC))
              .preTokenizer(words(WordScanner.QWEN2, prefix));
      default ->
          throw new TokenizerException(
              "tokenizer: %s has vocab.json and merges.txt for the unknown class '%s'; known are BartTokenizer, CodeGenTokenizer, GPT2Tokenizer, GPTNeoXTokenizer, LongformerTokenizer, Qwen2Tokenizer, RobertaTokenizer"
                  .formatted(folder, Text.quote(type)));
    };
  }

  private static Vocabulary vocabulary(Path file) {
    Json.Obj json = Json.parseObject(file.toString(), Tokenizers.bytes(file));
    Vocabulary.Builder builder = new Vocabulary.Builder(file.toString());
    for (String piece : json.members().keySet()) {
      builder.add(piece, json.integer(piece));
    }
    return builder.build();
  }

  /// The special tokens that the vocabulary has, and those that the settings add.
  private static List<AddedToken> added(Vocabulary vocabulary, Json.Obj config) {
    List<AddedToken> added = new ArrayList<>();
    Json.Obj more = config.optionalObject("added_tokens_decoder").orElse(Json.object());
    for (Map.Entry<String, Json> entry : more.members().entrySet()) {
      Json.Obj token = more.object(entry.getKey());
      added.add(
          new AddedToken(id(entry.getKey()), token.string("content"), TokenizerJson.flags(token)));
    }
    for (String piece : List.of("<|endoftext|>", "<s>", "<pad>", "</s>", "<unk>")) {
      vocabulary.find(piece).ifPresent(id -> added.add(special(id, piece)));
    }
    vocabulary
        .find("<mask>")
        .ifPresent(id ->
            added.add(
                new AddedToken(
                    id, "<mask>", Set.of(AddedToken.Flag.SPECIAL, AddedToken.Flag.LEFT_STRIP))));
    return added;
  }

  private static int id(String number) {
    try {
      return Vocabulary.checked(Integer.parseInt(number), "tokenizer_config.json");
    } catch (NumberFormatException e) {
      throw new TokenizerException(
          "tokenizer_config.json: added_tokens_decoder has the key \"%s\"; an id would fit"
              .formatted(Text.quote(number)),
          e);
    }
  }

  private static PreTokenizer words(WordScanner scanner, boolean prefix) {
    List<PreTokenizer> steps = new ArrayList<>();
    if (prefix) {
      steps.add(PreTokenizers::prefixSpace);
    }
    steps.add(new Split(scanner, Split.Behavior.ISOLATED));
    steps.add(PreTokenizers::byteLevel);
    return new PreTokenizer.Sequence(steps);
  }

  private static PostProcessor trim(boolean prefix) {
    return new PostProcessor.TrimOffsets(
        prefix ? PostProcessor.TrimOffsets.Prefix.ADDED : PostProcessor.TrimOffsets.Prefix.NONE);
  }

  private static PostProcessor around(Vocabulary vocabulary, String before, String after) {
    return new PostProcessor.Around(mark(vocabulary, before), mark(vocabulary, after));
  }

  private static List<PostProcessor.Mark> mark(Vocabulary vocabulary, String piece) {
    int id = vocabulary.id(piece);
    return id < 0 ? List.of() : List.of(new PostProcessor.Mark(id, piece));
  }

  private static AddedToken special(int id, String piece) {
    return new AddedToken(id, piece, Set.of(AddedToken.Flag.SPECIAL));
  }

  private static List<String> lines(Path file) {
    String text = new String(Tokenizers.bytes(file), StandardCharsets.UTF_8);
    List<String> lines = new ArrayList<>();
    for (int start = 0; start < text.length(); ) {
      int end = text.indexOf('\n', start);
      int stop = end < 0 ? text.length() : end;
      boolean carriage = stop > start && text.charAt(stop - 1) == '\r';
      lines.add(text.substring(start, carriage ? stop - 1 : stop));
      start = stop + 1;
    }
    return lines;
  }
}
