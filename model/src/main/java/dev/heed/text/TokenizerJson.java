package dev.heed.text;

import dev.heed.checkpoint.Json;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/// Reads a `tokenizer.json`, the file format of Hugging Face's tokenizers.
final class TokenizerJson {
  private TokenizerJson() {}

  /// @param source how errors call the file
  static Pipeline.Builder read(String source, byte[] utf8) {
    Json.Obj root = Json.parseObject(source, utf8);
    new Component("tokenizer", root)
        .knows(
            "version",
            "truncation",
            "padding",
            "added_tokens",
            "normalizer",
            "pre_tokenizer",
            "post_processor",
            "decoder",
            "model");
    Model model = ModelReader.read(new Component("model", root.object("model")));
    Decoder decoder =
        Component.at(root, "decoder").map(EndReader::decoder).orElse(Decoders::spaced);
    return new Pipeline.Builder(model, decoder)
        .added(addedTokens(root))
        .normalizer(
            Component.at(root, "normalizer").map(StepReader::normalizer).orElse(Normalizer.NONE))
        .preTokenizer(
            Component.at(root, "pre_tokenizer")
                .map(StepReader::preTokenizer)
                .orElse(PreTokenizer.NONE))
        .post(
            Component.at(root, "post_processor")
                .map(EndReader::postProcessor)
                .orElse(PostProcessor.NONE))
        .limits(EndReader.limits(root));
  }

  private static List<AddedToken> addedTokens(Json.Obj root) {
    List<AddedToken> tokens = new ArrayList<>();
    List<Json.Obj> items =
        root.optionalList("added_tokens").map(Json.Arr::objects).orElse(List.of());
    for (Json.Obj item : items) {
      Component json = new Component("added token", item);
      json.knows("id", "content", "single_word", "lstrip", "rstrip", "normalized", "special");
      int id = Vocabulary.checked(item.integer("id"), item.place().toString());
      tokens.add(new AddedToken(id, item.string("content"), flags(item)));
    }
    return tokens;
  }

  static Set<AddedToken.Flag> flags(Json.Obj item) {
    Set<AddedToken.Flag> flags = EnumSet.noneOf(AddedToken.Flag.class);
    boolean special = item.bool("special", false);
    if (special) {
      flags.add(AddedToken.Flag.SPECIAL);
    }
    if (item.bool("lstrip", false)) {
      flags.add(AddedToken.Flag.LEFT_STRIP);
    }
    if (item.bool("rstrip", false)) {
      flags.add(AddedToken.Flag.RIGHT_STRIP);
    }
    if (item.bool("single_word", false)) {
      flags.add(AddedToken.Flag.SINGLE_WORD);
    }
    if (item.bool("normalized", !special)) {
      flags.add(AddedToken.Flag.NORMALIZED);
    }
    return flags;
  }
}
