package dev.heed.text;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/// How the byte-level vocabularies of GGUF files cut a text into words; the files only give the
/// rules a name.
///
/// @param names the names that files use
/// @param words what happens to words that the vocabulary has
/// @param patterns what is set apart, one pattern after another
record GgufSplits(List<String> names, Words words, List<String> patterns) {
  /// The rules of Llama 3 and of Mistral's Tekken bring two habits with them.
  enum Words {
    /// A word is merged from its bytes; no mark begins a text unless the file says so.
    MERGED,
    /// A word that the vocabulary has is never split, and a mark begins a text.
    WHOLE
  }

  private static final String UPPER = "[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]";
  private static final String LOWER = "[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]";
  private static final String CASED = "[^\\r\\n\\p{L}\\p{N}]?" + UPPER + "*" + LOWER + "+";
  private static final String CAPITALS = "[^\\r\\n\\p{L}\\p{N}]?" + UPPER + "+" + LOWER + "*";
  private static final String CONTRACTION = "(?i:'s|'t|'re|'ve|'m|'ll|'d)?";
  private static final String TAIL =
      "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

  private static final List<GgufSplits> ALL =
      List.of(
          merged(
              List.of("default"),
              "[\\p{P}\\$\\+<=>\\^~\\|]+",
              "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)",
              "\\p{N}+",
              "[0-9][0-9][0-9]"),
          merged(
              List.of(
                  "gpt-2",
                  "phi-2",
                  "jina-es",
                  "jina-de",
                  "jina-v2-es",
                  "jina-v2-de",
                  "roberta-bpe",
                  "gigachat",
                  "a.x-4.0",
                  "mellum",
                  "modern-bert",
                  "mpt",
                  "olmo",
                  "jais",
                  "trillion"),
              WordScanner.GPT2.pattern()),
          merged(
              List.of(
                  "starcoder",
                  "refact",
                  "command-r",
                  "smollm",
                  "codeshell",
                  "exaone",
                  "minerva-7b"),
              "\\p{N}",
              WordScanner.GPT2.pattern()),
          merged(List.of("dbrx", "smaug-bpe", "glm4", "chatglm-bpe"), WordScanner.LLAMA3.pattern()),
          merged(
              List.of("qwen2", "stablelm2", "deepseek-r1-qwen", "megrez"),
              WordScanner.QWEN2.pattern()),
          merged(
              List.of("gpt-4o", "llama4"),
              CASED + CONTRACTION + "|" + CAPITALS + CONTRACTION + "|\\p{N}{1,3}" + TAIL),
          whole(
              List.of("llama3", "llama-v3", "llama-bpe", "falcon3", "falcon-h1", "pixtral"),
              WordScanner.LLAMA3.pattern()),
          whole(List.of("tekken"), CASED + "|" + CAPITALS + "|\\p{N}" + TAIL));

  private static GgufSplits merged(List<String> names, String... patterns) {
    return new GgufSplits(names, Words.MERGED, List.of(patterns));
  }

  private static GgufSplits whole(List<String> names, String... patterns) {
    return new GgufSplits(names, Words.WHOLE, List.of(patterns));
  }

  /// The rules that go by a name.
  static GgufSplits of(String name) {
    Set<String> known = new TreeSet<>();
    for (GgufSplits splits : ALL) {
      if (splits.names.contains(name)) {
        return splits;
      }
      known.addAll(splits.names);
    }
    throw new TokenizerException(
        "gguf: tokenizer.ggml.pre is the unknown '%s'; known are %s"
            .formatted(Text.quote(name), String.join(", ", known)));
  }

  PreTokenizer preTokenizer() {
    List<PreTokenizer> steps = new ArrayList<>();
    for (String pattern : patterns) {
      steps.add(new Split(RegexMatches.of(pattern), Split.Behavior.ISOLATED));
    }
    steps.add(PreTokenizers::byteLevel);
    return new PreTokenizer.Sequence(steps);
  }
}
