package dev.heed.text;

import dev.heed.checkpoint.GgufMetadata;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;

/// Puts a tokenizer together from the keys `tokenizer.ggml.*` of a GGUF file; what they leave out
/// takes the values that llama.cpp takes.
final class GgufVocabulary {
  private static final String PREFIX = "tokenizer.ggml.";
  private static final String SPACE = "\u2581";
  private static final int UNKNOWN = 2;
  private static final int CONTROL = 3;
  private static final int USER_DEFINED = 4;

  private final GgufMetadata metadata;
  private final List<String> pieces;
  private final Vocabulary vocabulary;

  private GgufVocabulary(GgufMetadata metadata) {
    this.metadata = metadata;
    pieces = metadata.strings(PREFIX + "tokens");
    if (pieces.isEmpty()) {
      throw new TokenizerException("gguf: the vocabulary is empty; at least one piece would fit");
    }
    Vocabulary.Builder builder = new Vocabulary.Builder("gguf: " + PREFIX + "tokens");
    pieces.forEach(builder::add);
    vocabulary = builder.build();
  }

  static Tokenizer read(GgufMetadata metadata) {
    String model = metadata.string(PREFIX + "model");
    GgufVocabulary file = new GgufVocabulary(metadata);
    return switch (model) {
      case "gpt2" -> file.gpt2();
      case "llama" -> file.llama();
      case "bert" -> file.bert();
      case "t5" -> file.t5();
      default ->
          throw new TokenizerException(
              "gguf: vocabulary of the unknown model '%s'; known are bert, gpt2, llama, t5"
                  .formatted(Text.quote(model)));
    };
  }

  private Tokenizer gpt2() {
    GgufSplits splits = GgufSplits.of(metadata.optionalString(PREFIX + "pre").orElse("default"));
    MergeList merges = new MergeList("gguf: " + PREFIX + "merges", vocabulary, "");
    metadata.strings(PREFIX + "merges").forEach(merges::add);
    Set<Bpe.Options.Flag> flags = EnumSet.noneOf(Bpe.Options.Flag.class);
    boolean whole = splits.words() == GgufSplits.Words.WHOLE;
    if (whole) {
      flags.add(Bpe.Options.Flag.WHOLE_WORDS);
    }
    Bpe model = new Bpe(vocabulary, merges.build(), new Bpe.Options(-1, "", "", flags));
    OptionalInt bos = id("bos", -1);
    OptionalInt eos = id("eos", -1);
    return new Pipeline.Builder(model, Decoders::byteLevel)
        .added(added())
        .preTokenizer(splits.preTokenizer())
        .post(around(whole, bos, false, eos))
        .mark(Role.BEGINNING, bos.orElse(-1))
        .mark(Role.END, eos.orElse(-1))
        .build();
  }

  private Tokenizer llama() {
    OptionalInt bos = id("bos", 1);
    OptionalInt eos = id("eos", 2);
    Spm model = new Spm(vocabulary, scores(), id("unknown", 0).orElse(-1));
    boolean prefix = metadata.bool(PREFIX + "add_space_prefix", true);
    return new Pipeline.Builder(model, spaces(prefix))
        .added(added())
        .normalizer(marked(prefix))
        .post(around(true, bos, false, eos))
        .mark(Role.BEGINNING, bos.orElse(-1))
        .mark(Role.END, eos.orElse(-1))
        .build();
  }

  private Tokenizer t5() {
    OptionalInt bos = id("bos", -1);
    OptionalInt eos = id("eos", 1);
    float[] floats = scores();
    double[] scores = new double[floats.length];
    for (int i = 0; i < floats.length; i++) {
      scores[i] = floats[i];
    }
    int unknown = id("unknown", 2).orElse(-1);
    Unigram model = new Unigram(vocabulary, scores, unknown, Unigram.Unknown.ONE_TOKEN);
    boolean prefix = metadata.bool(PREFIX + "add_space_prefix", false);
    return new Pipeline.Builder(model, spaces(prefix))
        .added(added())
        .normalizer(new Normalizers.Sequence(t5Steps(prefix)))
        .post(around(false, bos, true, eos))
        .mark(Role.BEGINNING, bos.orElse(-1))
        .mark(Role.END, eos.orElse(-1))
        .build();
  }

  private List<Normalizer> t5Steps(boolean prefix) {
    List<Normalizer> steps = new ArrayList<>();
    if (metadata.has(PREFIX + "precompiled_charsmap")) {
      int[] values = metadata.integers(PREFIX + "precompiled_charsmap");
      byte[] map = new byte[values.length];
      for (int i = 0; i < map.length; i++) {
        map[i] = (byte) values[i];
      }
      steps.add(new Precompiled(map));
    }
    if (metadata.bool(PREFIX + "remove_extra_whitespaces", false)) {
      steps.add(new Normalizers.Strip(Normalizers.Strip.Ends.BOTH));
      steps.add(new Normalizers.Replace(RegexMatches.of(" {2,}"), " "));
    }
    steps.add(marked(prefix));
    return steps;
  }

  /// Spaces as visible marks, with one before the text.
  private static Normalizer marked(boolean prefix) {
    Normalizer marks = new Normalizers.Replace(Matches.literal(" "), SPACE);
    return prefix
        ? new Normalizers.Sequence(List.of(new Normalizers.Prepend(SPACE), marks))
        : marks;
  }

  private static Decoder spaces(boolean prefix) {
    List<Decoder> steps = new ArrayList<>();
    steps.add(new Decoders.Replace(Matches.literal(SPACE), " "));
    steps.add(Decoders::byteFallback);
    steps.add(Decoders::fuse);
    if (prefix) {
      steps.add(new Decoders.Strip(' ', 1, 0));
    }
    return new Decoder.Sequence(steps);
  }

  private Tokenizer bert() {
    OptionalInt cls = id("cls", metadata.optionalInteger(PREFIX + "bos_token_id").orElse(101));
    OptionalInt sep =
        id("seperator", metadata.optionalInteger(PREFIX + "eos_token_id").orElse(102));
    boolean phantom = pieces.stream().anyMatch(piece -> piece.startsWith(SPACE));
    WordPiece.Marks marks =
        phantom ? new WordPiece.Marks(SPACE, "") : new WordPiece.Marks("", "##");
    WordPiece model =
        new WordPiece(vocabulary, marks, piece(id("unknown", 100)), Integer.MAX_VALUE);
    List<AddedToken> added = added();
    Decoder words =
        phantom
            ? new PhantomSpaces(added.stream().map(AddedToken::content).collect(Collectors.toSet()))
            : new Decoders.WordPieces("##", Decoders.Spacing.CLEANED);
    Normalizer normalizer = BertNormalizer.of(List.of(BertNormalizer.Step.values()));
    return new Pipeline.Builder(model, words)
        .added(added)
        .normalizer(normalizer)
        .preTokenizer(PreTokenizers.bert())
        .post(around(true, cls, true, sep))
        .mark(Role.BEGINNING, cls.orElse(-1))
        .mark(Role.END, sep.orElse(-1))
        .build();
  }

  /// The tokens around a text; the file's own word on each counts more than the default.
  private PostProcessor around(boolean begins, OptionalInt bos, boolean ends, OptionalInt eos) {
    List<PostProcessor.Mark> before = mark("add_bos_token", begins, bos);
    List<PostProcessor.Mark> after = mark("add_eos_token", ends, eos);
    return new PostProcessor.Around(before, after);
  }

  private List<PostProcessor.Mark> mark(String key, boolean fallback, OptionalInt id) {
    if (!metadata.bool(PREFIX + key, fallback)) {
      return List.of();
    }
    if (id.isEmpty()) {
      throw new TokenizerException(
          "gguf: %s%s asks for a token whose id the file does not name; a file with that id would fit"
              .formatted(PREFIX, key));
    }
    return List.of(new PostProcessor.Mark(id.getAsInt(), piece(id)));
  }

  /// The id of a token with a role, which must be one of the vocabulary.
  private OptionalInt id(String role, int fallback) {
    String key = PREFIX + role + "_token_id";
    OptionalInt named = metadata.optionalInteger(key);
    if (named.isEmpty()) {
      return fallback < 0 || fallback >= pieces.size()
          ? OptionalInt.empty()
          : OptionalInt.of(fallback);
    }
    if (named.getAsInt() < 0 || named.getAsInt() >= pieces.size()) {
      throw new TokenizerException(
          "gguf: %s is %d; ids from 0 to %d fit"
              .formatted(key, named.getAsInt(), pieces.size() - 1));
    }
    return named;
  }

  private String piece(OptionalInt id) {
    return id.isPresent() ? pieces.get(id.getAsInt()) : "";
  }

  private float[] scores() {
    String key = PREFIX + "scores";
    float[] scores = metadata.floats(key);
    checkLength(key, scores.length);
    for (float score : scores) {
      if (Float.isNaN(score)) {
        throw new TokenizerException("gguf: %s has a NaN; numbers would fit".formatted(key));
      }
    }
    return scores;
  }

  private void checkLength(String key, int length) {
    if (length != pieces.size()) {
      throw new TokenizerException(
          "gguf: %s has %d values for %d pieces; one for each would fit"
              .formatted(key, length, pieces.size()));
    }
  }

  /// The tokens that are cut out of a text whole.
  private List<AddedToken> added() {
    List<AddedToken> added = new ArrayList<>();
    int[] types = types();
    for (int id = 0; id < types.length; id++) {
      if (types[id] == CONTROL || types[id] == UNKNOWN) {
        added.add(new AddedToken(id, pieces.get(id), Set.of(AddedToken.Flag.SPECIAL)));
      } else if (types[id] == USER_DEFINED) {
        added.add(new AddedToken(id, pieces.get(id), Set.of()));
      }
    }
    return added;
  }

  /// What kind of token each piece is; a file without kinds has those that play a role.
  private int[] types() {
    String key = PREFIX + "token_type";
    if (metadata.has(key)) {
      int[] types = metadata.integers(key);
      checkLength(key, types.length);
      return types;
    }
    int[] types = new int[pieces.size()];
    for (String role : List.of("bos", "eos", "unknown", "seperator", "padding", "cls", "mask")) {
      id(role, -1).ifPresent(id -> types[id] = CONTROL);
    }
    return types;
  }

  /// Words that begin with a mark for the space before them; special tokens have none and get one.
  private record PhantomSpaces(Set<String> specials) implements Decoder {
    @Override
    public List<String> apply(List<String> all) {
      List<String> out = new ArrayList<>(all.size());
      for (String piece : all) {
        boolean word = piece.startsWith(SPACE);
        boolean special = !word && specials.contains(piece);
        String text = word ? piece.substring(SPACE.length()) : piece;
        text = (word || special) && !out.isEmpty() ? " " + text : text;
        out.add(Decoders.cleanUp(text));
      }
      return out;
    }
  }
}
