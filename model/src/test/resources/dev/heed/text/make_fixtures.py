#!/usr/bin/env python3
"""Makes the fixtures of FixtureTest: small tokenizers of many kinds, and what they give for hard texts.

Made with tokenizers 0.23.2 (pip install tokenizers==0.23.2), Python 3.11:
    python3 make_fixtures.py          # writes *.fixture.json beside this script
Training breaks ties as the library does, so another version may give other vocabularies.
"""
import json
import pathlib
import random

from tokenizers import AddedToken, Regex, Tokenizer
from tokenizers import decoders as D, models as M, normalizers as N
from tokenizers import pre_tokenizers as P, processors as PP, trainers as T

HERE = pathlib.Path(__file__).parent
CORPUS = [
    "Attention is a soft look-up: who may look, how similar, how to decide, what is returned.",
    "The cat sat on the mat, and the dog didn't. We'll see; they've seen. I'm here, you're there!",
    "In 2024 it was 12,345.67 metres; in 1999 only 3.14159. Numbers 0 1 2 3 4 5 6 7 8 9 matter.",
    "Ein Mädchen läuft über den grünen Rasen. Une fille déjà vue près du café. Señor, mañana sí.",
    "Съешь ещё этих мягких булок. Ένα κείμενο στα ελληνικά. 日本語のテキスト、中文文本。",
    "for (int i = 0; i < n; i++) {\n    sum += values[i];\n}\n\n\treturn sum;  // the total\n",
] * 3
LLAMA3 = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*"
    r"|\s*[\r\n]+|\s+(?!\S)|\s+"
)
QWEN2 = LLAMA3.replace("{1,3}", "")
UPPER, LOWER = r"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]", r"[\p{Ll}\p{Lm}\p{Lo}\p{M}]"
GPT4O = (
    rf"[^\r\n\p{{L}}\p{{N}}]?{UPPER}*{LOWER}+(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
    rf"|[^\r\n\p{{L}}\p{{N}}]?{UPPER}+{LOWER}*(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
    r"|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
TEXTS = [
    "", " ", "   ", "a\x00b", "Hello world", "  two  spaces  ", "don't WE'LL ſ 'S'T", "\t\n \r\n\r\n x",
    "👩‍👩‍👧‍👦 🇩🇪🏴", "e\u0301 e\u0323\u0302 a\u0345\u0301\u0323", "\u1100\u1161\u11a8 각", "ﬁ ﬀ Ⅷ ½ ﷺ Å",
    "İstanbul ΑΣ ß ẞ", "中文 字符abc漢字", "שלום עולם مرحبا", "नमस्ते क्षि", "a\u00a0b\u3000c\u200bd\ufeff",
    "\u2028x\u0085y\u000bz", "1234567 12,345.67 ١٢٣ ①²", "<s> [CLS]<mask>  <unk> <|end|>x", "hello hellox xhello",
    "<0x0A> ▁x▁", "𝔘𝔫𝔦 \U0001F999", "x" * 120, "ab " * 30, "\U0001F600" * 9, "a\ufffdb", "http://a.b/c?d=e&f#g",
]


def random_texts(count):
    rng = random.Random(5)
    parts = list("abeéñ ZTS'' \t\n.,!-01") + ["\u0301", "\u0323", "中", "😀", "\u200d", "ﬁ", "\u00a0", "स्", "각", "½"]
    parts += ["<s>", "<mask>", "▁", "hello", "İ", "カ", "  ", "ё", "א", "\ufe0f"]
    return ["".join(rng.choice(parts) for _ in range(rng.randint(2, 24))) for _ in range(count)]


def record(name, tokenizer, change=lambda file: None):
    file = json.loads(tokenizer.to_str())
    change(file)
    made = Tokenizer.from_str(json.dumps(file))
    results = []
    for text in TEXTS + random_texts(16):
        plain, marked = made.encode(text, add_special_tokens=False), made.encode(text)
        results.append({
            "text": text, "ids": plain.ids, "tokens": plain.tokens, "offsets": plain.offsets,
            "decoded": made.decode(plain.ids, skip_special_tokens=False),
            "skipped": made.decode(plain.ids), "marked": marked.ids, "markedOffsets": marked.offsets,
        })
    out = {"tokenizer": file, "results": results}
    (HERE / f"{name}.fixture.json").write_text(json.dumps(out, ensure_ascii=False, separators=(",", ":")) + "\n")


def byte_level(name, pre, normalizer=None, finish=lambda t: None, whole=False):
    t = Tokenizer(M.BPE(ignore_merges=whole))
    if normalizer:
        t.normalizer = normalizer
    t.pre_tokenizer, t.decoder = pre, D.ByteLevel()
    marks = ["<|begin|>", "<|end|>"]
    alphabet = P.ByteLevel.alphabet()
    t.train_from_iterator(CORPUS, T.BpeTrainer(vocab_size=380, initial_alphabet=alphabet, special_tokens=marks, show_progress=False))
    finish(t)
    record(name, t)


def split(pattern):
    return P.Sequence([P.Split(Regex(pattern), "isolated"), P.ByteLevel(add_prefix_space=False, use_regex=False)])


def template(t):
    marks = [("<|begin|>", 0), ("<|end|>", 1)]
    around = PP.TemplateProcessing(single="<|begin|> $A <|end|>", special_tokens=marks)
    t.post_processor = PP.Sequence([PP.ByteLevel(trim_offsets=True), around])


def roberta(t):
    t.add_special_tokens([AddedToken("<mask>", lstrip=True, special=True)])
    t.add_tokens([AddedToken("hello", single_word=True), AddedToken("<s>", rstrip=True, normalized=False)])
    t.post_processor = PP.RobertaProcessing(("<|end|>", 1), ("<|begin|>", 0))


BYTES = [f"<0x{b:02X}>" for b in range(256)]
SPACES = [D.Replace("▁", " "), D.ByteFallback(), D.Fuse()]


def plain_bytes(file):
    file["added_tokens"] = [t for t in file["added_tokens"] if not t["content"].startswith("<0x")]


def fallback(name, normalizer, pre, decoder, fuse):
    t = Tokenizer(M.BPE(unk_token="<unk>", byte_fallback=True, fuse_unk=fuse))
    if normalizer:
        t.normalizer = normalizer
    if pre:
        t.pre_tokenizer = pre
    t.decoder = decoder
    marks = ["<unk>", "<s>", "</s>"] + BYTES
    t.train_from_iterator(CORPUS, T.BpeTrainer(vocab_size=420, limit_alphabet=60, special_tokens=marks, show_progress=False, max_token_length=8))
    record(name, t, plain_bytes)


def unigram(name, normalizer, pre, decoder, fallback_bytes):
    t = Tokenizer(M.Unigram())
    t.normalizer, t.pre_tokenizer, t.decoder = normalizer, pre, decoder
    marks = ["<unk>", "<s>"] + (BYTES if fallback_bytes else [])
    t.train_from_iterator(CORPUS, T.UnigramTrainer(vocab_size=len(marks) + 140, special_tokens=marks, unk_token="<unk>", show_progress=False))

    def change(file):
        plain_bytes(file)
        file["model"]["byte_fallback"] = fallback_bytes

    record(name, t, change)


def word_piece(name, normalizer, pre, finish=lambda t: None):
    t = Tokenizer(M.WordPiece(unk_token="[UNK]", max_input_chars_per_word=20))
    t.normalizer, t.pre_tokenizer, t.decoder = normalizer, pre, D.WordPiece()
    marks = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    t.train_from_iterator(CORPUS, T.WordPieceTrainer(vocab_size=260, special_tokens=marks, show_progress=False))
    t.post_processor = PP.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    finish(t)
    record(name, t)


def limits(t):
    t.enable_truncation(9, direction="left")
    t.enable_padding(length=12, pad_id=0, pad_token="[PAD]", direction="left")


def word_bpe(name, pre, decoder, **marks):
    t = Tokenizer(M.BPE(unk_token="<unk>", fuse_unk="continuing_subword_prefix" in marks))
    t.pre_tokenizer, t.decoder = pre, decoder
    t.train_from_iterator(CORPUS, T.BpeTrainer(vocab_size=220, special_tokens=["<unk>"], limit_alphabet=50, show_progress=False, **marks))
    record(name, t)


def main():
    byte_level("llama3", split(LLAMA3), finish=template, whole=True)
    byte_level("qwen2", split(QWEN2), N.NFC())
    byte_level("gpt4o", split(GPT4O))
    byte_level("roberta", P.ByteLevel(add_prefix_space=True), finish=roberta)
    byte_level("starcoder", P.Sequence([P.Digits(individual_digits=True), P.ByteLevel(add_prefix_space=False)]))
    fallback("gemma", N.Replace(" ", "▁"), P.Split(" ", "merged_with_previous"), D.Sequence(SPACES), True)
    fallback("llama2", N.Sequence([N.Prepend("▁"), N.Replace(" ", "▁")]), None, D.Sequence(SPACES + [D.Strip(" ", 1, 0)]), True)
    fallback("metaspace-first", None, P.Metaspace(prepend_scheme="first", split=False), D.Sequence(SPACES), False)
    fallback("metaspace-always", None, P.Metaspace(prepend_scheme="always"), D.Metaspace(prepend_scheme="always"), True)
    fallback("metaspace-never", None, P.Metaspace(prepend_scheme="never"), D.Metaspace(prepend_scheme="never"), True)
    cleaned = N.Sequence([N.Nmt(), N.NFKC(), N.Lowercase(), N.Replace(Regex(" {2,}"), " ")])
    unigram("unigram", cleaned, P.Metaspace(), D.Metaspace(), False)
    stripped = N.Sequence([N.NFD(), N.StripAccents()])
    unigram("unigram-bytes", stripped, P.Metaspace(prepend_scheme="first"), D.Sequence([D.ByteFallback(), D.Metaspace()]), True)
    word_piece("bert", N.BertNormalizer(), P.BertPreTokenizer(), limits)
    word_piece("words", N.Sequence([N.NFKD(), N.Strip()]), P.Whitespace())
    word_piece("scripts", N.Lowercase(), P.Sequence([P.UnicodeScripts(), P.FixedLength(4)]))
    word_piece("pieces", N.NFC(), P.Sequence([P.CharDelimiterSplit("e"), P.Punctuation("merged_with_next"), P.Digits()]))
    word_piece("inverted", N.Strip(left=True, right=False), P.Sequence([P.Split(Regex("[aeiou]+"), "merged_with_previous", invert=True), P.Punctuation("contiguous")]))
    word_bpe("suffix", P.BertPreTokenizer(), D.BPEDecoder(), end_of_word_suffix="</w>")
    word_bpe("prefix", P.WhitespaceSplit(), D.CTC(pad_token="e", word_delimiter_token="t"), continuing_subword_prefix="@@")


if __name__ == "__main__":
    main()
