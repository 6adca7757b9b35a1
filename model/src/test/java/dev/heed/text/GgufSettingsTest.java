package dev.heed.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heed.checkpoint.CheckpointException;
import dev.heed.testing.Mutator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The keys of GGUF vocabularies, on small ones written here.
final class GgufSettingsTest {
  private static final int INT = 5;
  private static final int FLOAT = 6;

  @TempDir private Path folder;

  /// A GGUF file without tensors.
  private static final class Writer {
    private final ByteArrayOutputStream body = new ByteArrayOutputStream();
    private int keys;

    private Writer number(long value, int bytes) {
      ByteBuffer buffer = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(value);
      body.write(buffer.array(), 0, bytes);
      return this;
    }

    private Writer text(String text) {
      byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
      number(utf8.length, 8).body.writeBytes(utf8);
      return this;
    }

    private Writer key(String name, int type) {
      keys++;
      return text("tokenizer.ggml." + name).number(type, 4);
    }

    Writer set(String name, String value) {
      return key(name, 8).text(value);
    }

    Writer set(String name, int value) {
      return key(name, INT).number(value, 4);
    }

    Writer set(String name, boolean value) {
      return key(name, 7).number(value ? 1 : 0, 1);
    }

    Writer texts(String name, String... values) {
      key(name, 9).number(8, 4).number(values.length, 8);
      for (String value : values) {
        text(value);
      }
      return this;
    }

    Writer integers(String name, int... values) {
      key(name, 9).number(INT, 4).number(values.length, 8);
      for (int value : values) {
        number(value, 4);
      }
      return this;
    }

    Writer floats(String name, float... values) {
      key(name, 9).number(FLOAT, 4).number(values.length, 8);
      for (float value : values) {
        number(Float.floatToIntBits(value), 4);
      }
      return this;
    }

    byte[] bytes() {
      byte[] keyValues = body.toByteArray();
      ByteBuffer file = ByteBuffer.allocate(24 + keyValues.length).order(ByteOrder.LITTLE_ENDIAN);
      file.put("GGUF".getBytes(StandardCharsets.US_ASCII)).putInt(3).putLong(0).putLong(keys);
      return file.put(keyValues).array();
    }
  }

  private Tokenizer load(byte[] file) throws IOException {
    return Tokenizers.load(Files.write(folder.resolve("x.gguf"), file));
  }

  private static Writer llama() {
    return new Writer()
        .set("model", "llama")
        .texts("tokens", "<unk>", "<s>", "</s>", "▁", "a", "b", "▁a", "<tool>")
        .floats("scores", 0, 0, 0, -1, -2, -3, -0.5f, 0)
        .integers("token_type", 2, 3, 3, 1, 1, 1, 1, 4);
  }

  private static Writer gpt2() {
    return new Writer()
        .set("model", "gpt2")
        .texts("tokens", "a", "b", "Ġ", "ab", "Ġab", "<|end|>", "1", "2")
        .texts("merges", "a b", "Ġ ab")
        .integers("token_type", 1, 1, 1, 1, 1, 3, 1, 1);
  }

  @Test
  void llama_defaults_areLlamaCpps() throws IOException {
    Tokenizer tokenizer = load(llama().bytes());
    Encoding encoding = tokenizer.encode("a b<tool>a</s>", SpecialTokens.WITH);
    assertThat(encoding.ids()).containsExactly(1, 6, 3, 5, 7, 6, 2);
    assertThat(encoding.offset(5)).isEqualTo(new Span(9, 10));
    assertThat(tokenizer.eos()).hasValue(2);
    assertThat(tokenizer.decode(new int[] {1, 6, 3, 5, 2}, SpecialTokens.WITHOUT)).isEqualTo("a b");
    assertThat(tokenizer.isSpecial(2)).isTrue();
    assertThat(tokenizer.isSpecial(7)).isFalse();
  }

  @Test
  void llama_keys_overrideThem() throws IOException {
    Tokenizer tokenizer =
        load(
            llama()
                .set("add_space_prefix", false)
                .set("add_bos_token", false)
                .set("add_eos_token", true)
                .set("eos_token_id", 7)
                .bytes());
    assertThat(tokenizer.encode("a b", SpecialTokens.WITH).ids()).containsExactly(4, 3, 5, 7);
    assertThat(tokenizer.decode(new int[] {3, 5}, SpecialTokens.WITH)).isEqualTo(" b");
  }

  @Test
  void gpt2_rules_areChosenByTheirName() throws IOException {
    assertThat(load(gpt2().set("pre", "gpt-2").bytes()).encode("ab ab12", SpecialTokens.WITH).ids())
        .containsExactly(3, 4, 6, 7);
    assertThat(load(gpt2().bytes()).encode("ab", SpecialTokens.WITH).ids()).containsExactly(3);
    byte[] llama3 = gpt2().set("pre", "llama-bpe").set("bos_token_id", 5).bytes();
    assertThat(load(llama3).encode(" ab", SpecialTokens.WITH).ids()).containsExactly(5, 4);
    for (String pre : List.of("qwen2", "smollm", "gpt-4o", "dbrx")) {
      assertThat(load(gpt2().set("pre", pre).bytes()).encode(" ab12", SpecialTokens.WITH).ids())
          .as(pre)
          .containsExactly(4, 6, 7);
    }
  }

  @Test
  void read_wrongKeys_areNamed() {
    assertThatThrownBy(() -> load(gpt2().set("pre", "odd").bytes()))
        .isInstanceOf(TokenizerException.class)
        .hasMessageContaining("'odd'; known are a.x-4.0,");
    assertThatThrownBy(() -> load(gpt2().set("pre", "tekken").bytes()))
        .hasMessageContaining("add_bos_token asks for a token");
    assertThatThrownBy(() -> load(gpt2().set("eos_token_id", 8).bytes()))
        .hasMessageContaining("eos_token_id is 8; ids from 0 to 7 fit");
    Writer odd = new Writer().set("model", "rwkv").texts("tokens", "a");
    assertThatThrownBy(() -> load(odd.bytes())).hasMessageContaining("known are bert, gpt2, llama");
    Writer few = new Writer().set("model", "llama").texts("tokens", "a", "b").floats("scores", 1);
    assertThatThrownBy(() -> load(few.bytes())).hasMessageContaining("1 values for 2 pieces");
    Writer nan = new Writer().set("model", "t5").texts("tokens", "a").floats("scores", Float.NaN);
    assertThatThrownBy(() -> load(nan.bytes())).hasMessageContaining("NaN");
    assertThatThrownBy(() -> load(new Writer().set("model", "gpt2").texts("tokens").bytes()))
        .hasMessageContaining("the vocabulary is empty");
  }

  @Test
  void t5_keys_chooseItsSteps() throws IOException {
    Tokenizer tokenizer =
        load(
            new Writer()
                .set("model", "t5")
                .texts("tokens", "<pad>", "</s>", "<unk>", "▁", "a", "▁a", "b")
                .floats("scores", 0, 0, 0, -2, -2, -1, -3)
                .integers("token_type", 3, 3, 2, 1, 1, 1, 1)
                .set("add_space_prefix", true)
                .set("remove_extra_whitespaces", true)
                .bytes());
    assertThat(tokenizer.encode("  a   ab ", SpecialTokens.WITH).ids()).containsExactly(5, 5, 6, 1);
  }

  @Test
  void read_damagedVocabulary_isReadOrRefused() throws IOException {
    Mutator mutator = new Mutator(Mutator.seed(), List.of(llama().bytes(), gpt2().bytes()));
    long end = System.nanoTime() + Mutator.seconds() * 1_000_000_000;
    int read = 0;
    int refused = 0;
    while (System.nanoTime() < end || read < 20 || refused < 20) {
      try {
        load(mutator.next()).encode("a b<tool> \u0301ü", SpecialTokens.WITH);
        read++;
      } catch (TokenizerException | CheckpointException e) {
        refused++;
      }
    }
    assertThat(read + refused).isGreaterThanOrEqualTo(40);
  }
}
