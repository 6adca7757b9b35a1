package dev.heed.text;

import dev.heed.checkpoint.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Reads the post-processors, decoders and limits of a `tokenizer.json`.
final class EndReader {
  /// More tokens than any text needs to be filled up to.
  private static final int LARGEST_PADDING = 1 << 20;

  private EndReader() {}

  static PostProcessor postProcessor(Component json) {
    return switch (json.type()) {
      case "TemplateProcessing" -> template(json.knows("single", "pair", "special_tokens"));
      case "BertProcessing" -> around(json.knows("sep", "cls"));
      case "RobertaProcessing" -> {
        json.knows("sep", "cls", "trim_offsets", "add_prefix_space");
        yield new PostProcessor.Sequence(List.of(trim(json), around(json)));
      }
      case "ByteLevel" -> trim(json.knows("add_prefix_space", "trim_offsets", "use_regex"));
      case "Sequence" ->
          new PostProcessor.Sequence(
              json.knows("processors").each("processors").stream()
                  .map(EndReader::postProcessor)
                  .toList());
      default ->
          throw json.unknownType(
              "BertProcessing", "ByteLevel", "RobertaProcessing", "Sequence", "TemplateProcessing");
    };
  }

  private static PostProcessor trim(Component json) {
    if (!json.json().bool("trim_offsets", true)) {
      return PostProcessor.NONE;
    }
    boolean prefix = json.json().bool("add_prefix_space", true);
    return new PostProcessor.TrimOffsets(
        prefix ? PostProcessor.TrimOffsets.Prefix.ADDED : PostProcessor.TrimOffsets.Prefix.NONE);
  }

  private static PostProcessor around(Component json) {
    return new PostProcessor.Around(List.of(mark(json, "cls")), List.of(mark(json, "sep")));
  }

  /// A piece and its id, in a list of two.
  private static PostProcessor.Mark mark(Component json, String key) {
    Json.Arr pair = json.json().list(key);
    if (pair.size() != 2) {
      throw json.wrong(key, "a piece and its id");
    }
    return new PostProcessor.Mark(id(json, pair.integer(1)), pair.string(0));
  }

  private static int id(Component json, int id) {
    return Vocabulary.checked(id, json.json().place().toString());
  }

  private static PostProcessor template(Component json) {
    List<PostProcessor.Mark> before = new ArrayList<>();
    List<PostProcessor.Mark> after = new ArrayList<>();
    boolean seen = false;
    for (Json.Obj part : json.json().list("single").objects()) {
      Optional<Json.Obj> special = part.optionalObject("SpecialToken");
      if (special.isPresent()) {
        (seen ? after : before).addAll(special(json, special.get().string("id")));
      } else if (seen || !part.object("Sequence").string("id").equals("A")) {
        throw json.wrong("single", "special tokens and the sequence A, once");
      } else {
        seen = true;
      }
    }
    if (!seen) {
      throw json.wrong("single", "special tokens and the sequence A, once");
    }
    return new PostProcessor.Around(before, after);
  }

  private static List<PostProcessor.Mark> special(Component json, String name) {
    Json.Obj token = json.json().object("special_tokens").object(name);
    int[] ids = token.list("ids").integers();
    List<String> pieces = token.list("tokens").strings();
    if (ids.length != pieces.size()) {
      throw json.wrong("special_tokens", "as many ids as tokens for each");
    }
    List<PostProcessor.Mark> marks = new ArrayList<>();
    for (int i = 0; i < ids.length; i++) {
      marks.add(new PostProcessor.Mark(id(json, ids[i]), pieces.get(i)));
    }
    return marks;
  }

  static Decoder decoder(Component json) {
    Json.Obj settings = json.json();
    return switch (json.type()) {
      case "ByteLevel" -> {
        json.knows("add_prefix_space", "trim_offsets", "use_regex");
        yield Decoders::byteLevel;
      }
      case "ByteFallback" -> plain(json, Decoders::byteFallback);
      case "Fuse" -> plain(json, Decoders::fuse);
      case "WordPiece" -> {
        json.knows("prefix", "cleanup");
        yield new Decoders.WordPieces(settings.string("prefix", "##"), spacing(json));
      }
      case "Metaspace" -> {
        json.knows("replacement", "str_rep", "add_prefix_space", "prepend_scheme", "split");
        yield new Decoders.Metaspace(json.codePoint("replacement"), StepReader.scheme(json));
      }
      case "Replace" -> {
        json.knows("pattern", "content");
        yield new Decoders.Replace(json.pattern("pattern"), settings.string("content"));
      }
      case "Strip" -> strip(json.knows("content", "start", "stop"));
      case "BPEDecoder" ->
          new Decoders.Suffix(json.knows("suffix").json().string("suffix", "</w>"));
      case "CTC" -> {
        json.knows("pad_token", "word_delimiter_token", "cleanup");
        yield new Decoders.Ctc(
            settings.string("pad_token", "<pad>"),
            settings.string("word_delimiter_token", "|"),
            spacing(json));
      }
      case "Sequence" ->
          new Decoder.Sequence(
              json.knows("decoders").each("decoders").stream().map(EndReader::decoder).toList());
      default ->
          throw json.unknownType(
              "BPEDecoder",
              "ByteFallback",
              "ByteLevel",
              "CTC",
              "Fuse",
              "Metaspace",
              "Replace",
              "Sequence",
              "Strip",
              "WordPiece");
    };
  }

  private static Decoder plain(Component json, Decoder step) {
    json.knows();
    return step;
  }

  private static Decoder strip(Component json) {
    return new Decoders.Strip(
        json.codePoint("content"), json.json().integer("start", 0), json.json().integer("stop", 0));
  }

  private static Decoders.Spacing spacing(Component json) {
    return json.json().bool("cleanup", true) ? Decoders.Spacing.CLEANED : Decoders.Spacing.AS_IT_IS;
  }

  static Limits limits(Json.Obj root) {
    return new Limits(
        Component.at(root, "truncation").map(EndReader::truncation),
        Component.at(root, "padding").map(EndReader::padding));
  }

  /// The strategy concerns pairs of texts and the stride what is cut off; neither plays a part
  /// here.
  private static Limits.Truncation truncation(Component json) {
    json.knows("direction", "max_length", "strategy", "stride");
    int length = json.json().integer("max_length");
    if (length < 0) {
      throw json.wrong("max_length", "a length from 0 on");
    }
    return new Limits.Truncation(length, side(json));
  }

  private static Limits.Padding padding(Component json) {
    json.knows("strategy", "direction", "pad_to_multiple_of", "pad_id", "pad_type_id", "pad_token");
    Json strategy = json.json().get("strategy").orElse(new Json.Str("BatchLongest"));
    int length = strategy instanceof Json.Obj fixed ? fixed.integer("Fixed") : 0;
    int multiple = Math.max(1, json.json().integer("pad_to_multiple_of", 1));
    if (length < 0 || length > LARGEST_PADDING || multiple > LARGEST_PADDING) {
      throw json.wrong("strategy", "lengths and multiples up to " + LARGEST_PADDING);
    }
    PostProcessor.Mark mark =
        new PostProcessor.Mark(
            id(json, json.json().integer("pad_id")), json.json().string("pad_token"));
    return new Limits.Padding(length, multiple, side(json), mark);
  }

  private static Limits.Side side(Component json) {
    return json.json().has("direction")
        ? json.choice("direction", Limits.Side.class)
        : Limits.Side.RIGHT;
  }
}
