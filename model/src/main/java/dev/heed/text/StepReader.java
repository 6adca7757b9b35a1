package dev.heed.text;

import dev.heed.checkpoint.Json;
import java.text.Normalizer.Form;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/// Reads the normalizers and pre-tokenizers of a `tokenizer.json`.
final class StepReader {
  private StepReader() {}

  static Normalizer normalizer(Component json) {
    return switch (json.type()) {
      case "NFC" -> form(json, Form.NFC);
      case "NFD" -> form(json, Form.NFD);
      case "NFKC" -> form(json, Form.NFKC);
      case "NFKD" -> form(json, Form.NFKD);
      case "Lowercase" -> plain(json, Normalizers::lowercase);
      case "StripAccents" -> plain(json, Normalizers::stripAccents);
      case "Nmt" -> plain(json, Normalizers::nmt);
      case "ByteLevel" -> plain(json, Normalizers::byteLevel);
      case "Strip" -> strip(json.knows("strip_left", "strip_right"));
      case "Prepend" -> new Normalizers.Prepend(json.knows("prepend").json().string("prepend"));
      case "Replace" -> {
        json.knows("pattern", "content");
        yield new Normalizers.Replace(json.pattern("pattern"), json.json().string("content"));
      }
      case "Precompiled" -> precompiled(json.knows("precompiled_charsmap"));
      case "BertNormalizer" ->
          bert(json.knows("clean_text", "handle_chinese_chars", "strip_accents", "lowercase"));
      case "Sequence" ->
          new Normalizers.Sequence(
              json.knows("normalizers").each("normalizers").stream()
                  .map(StepReader::normalizer)
                  .toList());
      default ->
          throw json.unknownType(
              "BertNormalizer",
              "ByteLevel",
              "Lowercase",
              "NFC",
              "NFD",
              "NFKC",
              "NFKD",
              "Nmt",
              "Precompiled",
              "Prepend",
              "Replace",
              "Sequence",
              "Strip",
              "StripAccents");
    };
  }

  private static Normalizer form(Component json, Form form) {
    return plain(json, new UnicodeForm(form));
  }

  private static Normalizer plain(Component json, Normalizer normalizer) {
    json.knows();
    return normalizer;
  }

  private static Normalizer strip(Component json) {
    boolean left = json.json().bool("strip_left", true);
    boolean right = json.json().bool("strip_right", true);
    Normalizers.Strip.Ends ends =
        left
            ? right ? Normalizers.Strip.Ends.BOTH : Normalizers.Strip.Ends.LEFT
            : right ? Normalizers.Strip.Ends.RIGHT : Normalizers.Strip.Ends.NEITHER;
    return new Normalizers.Strip(ends);
  }

  private static Normalizer precompiled(Component json) {
    try {
      return new Precompiled(
          Base64.getDecoder().decode(json.json().string("precompiled_charsmap")));
    } catch (IllegalArgumentException e) {
      throw new TokenizerException(
          "%s: 'precompiled_charsmap' is no Base64: %s; padded Base64 would fit"
              .formatted(json.json().place(), e.getMessage()),
          e);
    }
  }

  private static Normalizer bert(Component json) {
    Json.Obj settings = json.json();
    boolean lowercase = settings.bool("lowercase", true);
    List<BertNormalizer.Step> steps = new ArrayList<>();
    if (settings.bool("clean_text", true)) {
      steps.add(BertNormalizer.Step.CLEAN);
    }
    if (settings.bool("handle_chinese_chars", true)) {
      steps.add(BertNormalizer.Step.IDEOGRAPHS);
    }
    if (settings.bool("strip_accents", lowercase)) {
      steps.add(BertNormalizer.Step.ACCENTS);
    }
    if (lowercase) {
      steps.add(BertNormalizer.Step.LOWERCASE);
    }
    return BertNormalizer.of(steps);
  }

  static PreTokenizer preTokenizer(Component json) {
    return switch (json.type()) {
      case "BertPreTokenizer" -> bare(json, PreTokenizers.bert());
      case "WhitespaceSplit" ->
          bare(json, new Split(Matches.each(Characters::isWhitespace), Split.Behavior.REMOVED));
      case "Whitespace" -> bare(json, PreTokenizers::whitespace);
      case "UnicodeScripts" -> bare(json, PreTokenizers::scripts);
      case "ByteLevel" -> byteLevel(json);
      case "Metaspace" -> metaspace(json);
      case "Split" -> split(json.knows("pattern", "behavior", "invert"));
      case "Punctuation" -> punctuation(json.knows("behavior"));
      case "Digits" -> digits(json.knows("individual_digits"));
      case "CharDelimiterSplit" -> delimiter(json.knows("delimiter"));
      case "FixedLength" -> fixedLength(json.knows("length"));
      case "Sequence" ->
          new PreTokenizer.Sequence(
              json.knows("pretokenizers").each("pretokenizers").stream()
                  .map(StepReader::preTokenizer)
                  .toList());
      default ->
          throw json.unknownType(
              "BertPreTokenizer",
              "ByteLevel",
              "CharDelimiterSplit",
              "Digits",
              "FixedLength",
              "Metaspace",
              "Punctuation",
              "Sequence",
              "Split",
              "UnicodeScripts",
              "Whitespace",
              "WhitespaceSplit");
    };
  }

  private static PreTokenizer bare(Component json, PreTokenizer step) {
    json.knows();
    return step;
  }

  private static PreTokenizer byteLevel(Component json) {
    json.knows("add_prefix_space", "trim_offsets", "use_regex");
    List<PreTokenizer> steps = new ArrayList<>();
    if (json.json().bool("add_prefix_space", true)) {
      steps.add(PreTokenizers::prefixSpace);
    }
    if (json.json().bool("use_regex", true)) {
      steps.add(new Split(WordScanner.GPT2, Split.Behavior.ISOLATED));
    }
    steps.add(PreTokenizers::byteLevel);
    return new PreTokenizer.Sequence(steps);
  }

  private static PreTokenizer metaspace(Component json) {
    json.knows("replacement", "str_rep", "add_prefix_space", "prepend_scheme", "split");
    PreTokenizers.Metaspace.Cut cut =
        json.json().bool("split", true)
            ? PreTokenizers.Metaspace.Cut.AT_MARKS
            : PreTokenizers.Metaspace.Cut.NOWHERE;
    return new PreTokenizers.Metaspace(json.codePoint("replacement"), scheme(json), cut);
  }

  /// Newer files name a scheme, older ones say whether there is a prefix.
  static PreTokenizers.Metaspace.Scheme scheme(Component json) {
    if (json.json().has("prepend_scheme")) {
      return json.choice("prepend_scheme", PreTokenizers.Metaspace.Scheme.class);
    }
    return json.json().bool("add_prefix_space", true)
        ? PreTokenizers.Metaspace.Scheme.ALWAYS
        : PreTokenizers.Metaspace.Scheme.NEVER;
  }

  private static PreTokenizer split(Component json) {
    Matches pattern = json.pattern("pattern");
    boolean inverted = json.json().bool("invert", false);
    return new Split(
        inverted ? Split.inverted(pattern) : pattern,
        json.choice("behavior", Split.Behavior.class));
  }

  private static PreTokenizer punctuation(Component json) {
    Split.Behavior behavior =
        json.json().has("behavior")
            ? json.choice("behavior", Split.Behavior.class)
            : Split.Behavior.ISOLATED;
    return new Split(Matches.each(Characters::isPunctuation), behavior);
  }

  private static PreTokenizer digits(Component json) {
    boolean each = json.json().bool("individual_digits", false);
    return new Split(
        Matches.each(Characters::isNumeric),
        each ? Split.Behavior.ISOLATED : Split.Behavior.CONTIGUOUS);
  }

  private static PreTokenizer delimiter(Component json) {
    int delimiter = json.codePoint("delimiter");
    return new Split(Matches.each(c -> c == delimiter), Split.Behavior.REMOVED);
  }

  private static PreTokenizer fixedLength(Component json) {
    int length = json.json().integer("length", 5);
    if (length < 1) {
      throw json.wrong("length", "a number from 1 on");
    }
    return new Split(PreTokenizers.fixedLength(length), Split.Behavior.ISOLATED);
  }
}
