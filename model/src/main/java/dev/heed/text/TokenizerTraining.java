package dev.heed.text;

import dev.heed.checkpoint.Json;
import dev.heed.checkpoint.Json.Null;
import java.nio.CharBuffer;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Makes tokenizers from texts. The same texts give the same tokenizer, whatever their order.
public final class TokenizerTraining {
  /// Every character, line breaks included.
  static final String EACH_CHARACTER = "[\\s\\S]";

  private static final String UNKNOWN = "<unk>";

  private TokenizerTraining() {}

  /// What a byte-level tokenizer should be.
  ///
  /// @param vocabulary how many tokens to stop at, special ones and the 256 bytes included; fewer
  ///   where nothing is left to merge
  /// @param minimum how often two neighbours must stand together to become a token
  /// @param end a special token that ends a text
  public record BytePairs(int vocabulary, int minimum, Optional<String> end) {
    public BytePairs {
      int least = 256 + (end.isPresent() ? 1 : 0);
      if (vocabulary < least || vocabulary > Vocabulary.LARGEST_ID) {
        throw new TokenizerException(
            "byte pairs: a vocabulary of %d does not fit; %d, for every byte, to %d do"
                .formatted(vocabulary, least, Vocabulary.LARGEST_ID));
      }
      if (minimum < 1) {
        throw new TokenizerException(
            "byte pairs: pairs seen %d times; at least 1 fits".formatted(minimum));
      }
    }

    /// A vocabulary of a size, with pairs that were seen twice and `<|endoftext|>`.
    public static BytePairs of(int vocabulary) {
      return new BytePairs(vocabulary, 2, Optional.of("<|endoftext|>"));
    }
  }

  /// Every character (code point) of the texts is a token, in the order of their numbers. Any other
  /// character is an error when a text is encoded, here and in Hugging Face's tokenizers.
  public static TrainedTokenizer characters(Iterable<String> texts) {
    BitSet characters = new BitSet();
    texts.forEach(text -> CharBuffer.wrap(Text.units(text)).codePoints().forEach(characters::set));
    if (characters.isEmpty()) {
      throw new TokenizerException("characters: the texts are empty; at least one character fits");
    }
    Map<String, Json> vocabulary = new LinkedHashMap<>();
    characters.stream()
        .forEach(c -> vocabulary.put(Character.toString(c), Json.of(vocabulary.size())));
    Json.Obj split =
        Json.object()
            .with("type", "Split")
            .with("pattern", Json.object().with("Regex", EACH_CHARACTER))
            .with("behavior", "Isolated")
            .with("invert", false);
    Json.Obj model =
        Json.object()
            .with("type", "WordLevel")
            .with("vocab", Json.of(vocabulary))
            .with("unk_token", UNKNOWN);
    Json.Obj fuse = Json.object().with("type", "Fuse");
    return new TrainedTokenizer(file(List.of(), split, fuse, model), Optional.empty());
  }

  /// Byte-pair encoding of the bytes of words ([Sennrich et al.
  /// 2016](https://arxiv.org/abs/1508.07909)), words cut as in GPT-2. Every text can be encoded.
  public static TrainedTokenizer bytePairs(Iterable<String> texts, BytePairs wanted) {
    List<String> specials = wanted.end().stream().toList();
    BytePairTrainer trainer = new BytePairTrainer(specials);
    texts.forEach(trainer::read);
    trainer.train(wanted.vocabulary(), wanted.minimum());
    Map<String, Json> vocabulary = new LinkedHashMap<>();
    trainer.pieces().forEach(piece -> vocabulary.put(piece, Json.of(vocabulary.size())));
    List<Json> merges = new ArrayList<>();
    for (BytePairTrainer.Merge merge : trainer.merges()) {
      merges.add(Json.of(List.of(Json.of(merge.left()), Json.of(merge.right()))));
    }
    Json.Obj model =
        Json.object()
            .with("type", "BPE")
            .with("dropout", new Null())
            .with("unk_token", new Null())
            .with("continuing_subword_prefix", new Null())
            .with("end_of_word_suffix", new Null())
            .with("fuse_unk", false)
            .with("byte_fallback", false)
            .with("ignore_merges", false)
            .with("vocab", Json.of(vocabulary))
            .with("merges", Json.of(merges));
    return new TrainedTokenizer(file(specials, byteLevel(), byteLevel(), model), wanted.end());
  }

  private static Json.Obj byteLevel() {
    return Json.object()
        .with("type", "ByteLevel")
        .with("add_prefix_space", false)
        .with("trim_offsets", true)
        .with("use_regex", true);
  }

  private static Json.Obj file(
      List<String> specials, Json.Obj preTokenizer, Json.Obj decoder, Json.Obj model) {
    List<Json> added = new ArrayList<>();
    for (String special : specials) {
      added.add(
          Json.object()
              .with("id", added.size())
              .with("content", special)
              .with("single_word", false)
              .with("lstrip", false)
              .with("rstrip", false)
              .with("normalized", false)
              .with("special", true));
    }
    return Json.object()
        .with("version", "1.0")
        .with("truncation", new Null())
        .with("padding", new Null())
        .with("added_tokens", Json.of(added))
        .with("normalizer", new Null())
        .with("pre_tokenizer", preTokenizer)
        .with("post_processor", new Null())
        .with("decoder", decoder)
        .with("model", model);
  }
}
