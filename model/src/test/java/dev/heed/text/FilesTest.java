package dev.heed.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Folders of older models, and files that are not what they should be.
final class FilesTest {
  @TempDir private Path folder;

  private void write(String name, String text) throws IOException {
    Files.writeString(folder.resolve(name), text);
  }

  private Encoding encode(String text) {
    return Tokenizers.load(folder).encode(text, SpecialTokens.WITH);
  }

  @Test
  void load_vocabTxt_isBert() throws IOException {
    write("vocab.txt", "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nun\n##able\n!\n");
    assertThat(encode("Únable! [MASK]x").tokens())
        .containsExactly("[CLS]", "un", "##able", "!", "[MASK]", "[UNK]", "[SEP]");
    write("tokenizer_config.json", "{\"do_lower_case\": false, \"eos_token\": \"[SEP]\"}");
    assertThat(encode("Unable").tokens()).containsExactly("[CLS]", "[UNK]", "[SEP]");
    assertThat(Tokenizers.load(folder).eos()).hasValue(3);
    assertThat(Tokenizers.load(folder.resolve("vocab.txt")).bos()).isEmpty();
  }

  @Test
  void load_vocabJsonAndMerges_isGpt2OrWhatTheClassSays() throws IOException {
    write(
        "vocab.json",
        "{\"<s>\":0,\"</s>\":1,\"a\":2,\"b\":3,\"Ġ\":4,\"ab\":5,\"Ġab\":6,\"<|endoftext|>\":7}");
    write("merges.txt", "#version: 0.2\na b\nĠ ab\n");
    write("config.json", "{\"bos_token_id\": 7, \"eos_token_id\": [7, 1]}");
    assertThat(encode("ab ab<|endoftext|>").ids()).containsExactly(5, 6, 7);
    assertThat(Tokenizers.load(folder).bos()).hasValue(7);
    assertThat(Tokenizers.load(folder).eos()).hasValue(7);
    write(
        "tokenizer_config.json",
        "{\"tokenizer_class\": \"RobertaTokenizerFast\", \"eos_token\": {\"content\": \"</s>\"}}");
    assertThat(encode("ab ab").ids()).containsExactly(0, 5, 6, 1);
    assertThat(encode("ab ab").offset(2)).isEqualTo(new Span(3, 5));
    assertThat(Tokenizers.load(folder).eos()).hasValue(1);
    write("tokenizer_config.json", "{\"tokenizer_class\": \"OddTokenizer\"}");
    assertThatThrownBy(() -> encode("ab"))
        .isInstanceOf(TokenizerException.class)
        .hasMessageContaining("'OddTokenizer'")
        .hasMessageContaining("RobertaTokenizer");
  }

  @Test
  void load_onlySentencePiece_saysWhatWouldFit() throws IOException {
    write("tokenizer.model", "x");
    assertThatThrownBy(() -> Tokenizers.load(folder)).hasMessageContaining("tokenizer.model");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "'normalizer':{'type':'NFX'} | normalizer of the unknown type 'NFX'; known are Bert",
        "'pre_tokenizer':{'type':'Cut'} | pre_tokenizer of the unknown type 'Cut'",
        "'post_processor':{'type':'P'} | post_processor of the unknown type 'P'",
        "'decoder':{'type':'D'} | decoder of the unknown type 'D'",
        "'decoder':{'type':'Fuse','x':1} | unknown key 'x'",
        "'odd':1 | tokenizer has the unknown key 'odd'",
        "'normalizer':{'type':'Precompiled','precompiled_charsmap':'AAAA'} | a trie of -1 bytes",
        "'normalizer':{'type':'Precompiled','precompiled_charsmap':'*'} | no Base64",
        "'pre_tokenizer':{'type':'Metaspace','replacement':'ab'} | one character",
        "'pre_tokenizer':{'type':'FixedLength','length':0} | a number from 1 on",
        "'pre_tokenizer':{'type':'Split','pattern':{},'behavior':'Removed'} | either 'String'",
        "'added_tokens':[{'id':-4,'content':'x'}] | the id -4",
        "'truncation':{'max_length':-1} | a length from 0 on",
        "'padding':{'strategy':{'Fixed':2000000000},'pad_id':0,'pad_token':''} | lengths and",
        "'post_processor':{'type':'TemplateProcessing','single':[],'special_tokens':{}} | once"
      })
  void read_wrongComponent_isNamed(String json, String message) {
    String file = "{" + json + ",'model':{'type':'WordLevel','vocab':{'a':0},'unk_token':'a'}}";
    byte[] utf8 = file.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
    assertThatThrownBy(() -> TokenizerJson.read("x.json", utf8))
        .isInstanceOf(TokenizerException.class)
        .hasMessageContaining(message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "'type':'X' | unknown type 'X'; known are BPE, Unigram, WordLevel, WordPiece",
        "'type':'BPE','dropout':0.1,'vocab':{},'merges':[] | only in training",
        "'type':'BPE','unk_token':'u','vocab':{},'merges':[] | a piece of the vocabulary",
        "'type':'BPE','vocab':{'a':4000000000},'merges':[] | 4000000000",
        "'type':'BPE','vocab':{'a':0},'merges':[3] | not of the number 3",
        "'type':'Unigram','unk_id':3,'vocab':[['a',-1]] | below 1",
        "'type':'Unigram','vocab':[['a']] | a list of [piece, score]"
      })
  void read_wrongModel_isNamed(String json, String message) {
    byte[] utf8 = ("{'model':{" + json + "}}").replace('\'', '"').getBytes(StandardCharsets.UTF_8);
    assertThatThrownBy(() -> TokenizerJson.read("x.json", utf8))
        .isInstanceOf(TokenizerException.class)
        .hasMessageContaining(message);
  }
}
