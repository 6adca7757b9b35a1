package dev.heed.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heed.attention.RotaryScaling.Yarn;
import dev.heed.attention.RotaryScaling.Yarn.Ramp;
import dev.heed.checkpoint.Checkpoint;
import dev.heed.checkpoint.CheckpointException;
import dev.heed.checkpoint.Json;
import dev.heed.checkpoint.Settings;
import dev.heed.grad.Run;
import dev.heed.grad.Tokens;
import dev.heed.kernel.Kernels;
import dev.heed.kernel.Workers;
import dev.heed.layer.SelfAttention;
import dev.heed.tensor.DataType;
import dev.heed.testing.NeedsShared;
import dev.heed.testing.Shared;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.function.UnaryOperator;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// A GGUF file gives the logits of the Hugging Face folder that it was made from.
@NeedsShared("golden/gpt2")
class GgufModelTest {
  private static final Workers WORKERS = Workers.of(1);

  @TempDir private Path folder;

  private static float[] logits(Decoder decoder) {
    int[] ids = new int[38];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = (i * 37 + 11) % 257;
    }
    return decoder
        .forward(new Tokens(ids, 2, 19), Run.inference(Kernels.best(), WORKERS))
        .toArray();
  }

  /// Logits of a golden folder, some of its settings replaced by the members of `change`.
  private static float[] huggingFace(String golden, String change) {
    try (Checkpoint checkpoint = Checkpoint.open(Shared.path("golden/" + golden))) {
      Json.Obj config = checkpoint.config();
      Json.Obj changes = Json.parseObject("test", change.getBytes(StandardCharsets.UTF_8));
      for (String key : changes.members().keySet()) {
        config = config.with(key, changes.get(key).orElseThrow());
      }
      return logits(LanguageModel.decoder(new Settings(config), checkpoint.weights(), "golden"));
    }
  }

  private float[] gguf(String golden, UnaryOperator<GgufCopy> change) throws IOException {
    try (Checkpoint checkpoint = open(golden, change)) {
      return logits(LanguageModel.decoder(checkpoint));
    }
  }

  private Checkpoint open(String golden, UnaryOperator<GgufCopy> change) throws IOException {
    try (Checkpoint checkpoint = Checkpoint.open(Shared.path("golden/" + golden))) {
      Path file = folder.resolve(golden + ".gguf");
      return Checkpoint.open(change.apply(Conversion.of(checkpoint)).write(file));
    }
  }

  // Sums of up to 96 products in another order, through three blocks.
  private static void assertSame(float[] actual, float[] expected) {
    assertThat(actual).containsExactly(expected, Offset.offset(5e-4f));
  }

  /// What GGUF files cannot say is said on the other side: a window of Mistral, a scale of Gemma.
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "gpt2           | {}",
        "llama-gqa      | {}",
        "mistral-window | {\"sliding_window\": null}",
        "qwen3          | {}",
        "gemma2         | {\"query_pre_attn_scalar\": 16}"
      })
  void forward_convertedModel_givesTheLogitsOfTheFolder(String golden, String change)
      throws IOException {
    float[] expected = huggingFace(golden, change);
    assertSame(gguf(golden, copy -> copy), expected);
  }

  @Test
  void forward_qwen2WithBiases_givesTheLogitsOfTheFolder() throws IOException {
    // the golden Llama with biases is a Qwen 2, whose queries are not permuted
    TinyModel tiny = new TinyModel().with("model_type", "\"qwen2\"").with("hidden_size", "12");
    GgufCopy copy = new GgufCopy().with("general.architecture", "qwen2");
    copy.with("qwen2.context_length", 64).with("qwen2.embedding_length", 12);
    copy.with("qwen2.block_count", 2).with("qwen2.attention.head_count", 6);
    copy.with("qwen2.attention.head_count_kv", 3).with("qwen2.attention.key_length", 4);
    copy.with("qwen2.attention.value_length", 4).with("qwen2.feed_forward_length", 10);
    copy.with("qwen2.attention.layer_norm_rms_epsilon", 1e-6);
    for (int i = 0; i < 2; i++) {
      String block = "model.layers." + i + ".self_attn.";
      tiny.add(block + "q_proj.bias", 24)
          .add(block + "k_proj.bias", 12)
          .add(block + "v_proj.bias", 12);
    }
    tiny.copyInto(copy);
    try (Checkpoint checkpoint = Checkpoint.open(copy.write(folder.resolve("qwen2.gguf")))) {
      Run run = Run.inference(Kernels.best(), WORKERS);
      Tokens ids = Tokens.of(3, 1, 4, 1, 5, 9, 2, 6);
      float[] expected = tiny.decoder().forward(ids, run).toArray();
      assertThat(LanguageModel.decoder(checkpoint).forward(ids, run).toArray())
          .containsExactly(expected, Offset.offset(1e-6f));
    }
  }

  @Test
  void forward_llama3Factors_givesTheLogitsOfTheFolder() throws IOException {
    float[] expected = huggingFace("llama3-rope", "{}");
    float[] actual =
        gguf("llama3-rope", copy -> copy.add("rope_freqs.weight", DataType.F32, llama3(), 8));
    assertSame(actual, expected);
    assertThat(gguf("llama3-rope", copy -> copy)).isNotEqualTo(actual);
  }

  /// Divisors of the frequencies of `golden/llama3-rope`: factor 8, low 1, high 4, 32 positions.
  private static float[] llama3() {
    float[] factors = new float[8];
    for (int pair = 0; pair < factors.length; pair++) {
      double turns = 32 * Math.pow(10_000, -2.0 * pair / 16) / (2 * Math.PI);
      double kept = Math.clamp((turns - 1) / 3, 0.0, 1.0);
      factors[pair] = (float) (1 / ((1 - kept) / 8 + kept));
    }
    return factors;
  }

  @ParameterizedTest
  @CsvSource({"linear", "''"})
  void forward_linearScaling_isTheDefaultType(String type) throws IOException {
    String scaling =
        "{\"rope_parameters\": {\"rope_theta\": 10000, \"rope_type\": \"linear\", \"factor\": 2.5}}";
    float[] actual =
        gguf(
            "llama-gqa",
            copy -> {
              GgufCopy scaled = copy.with("llama.rope.scaling.factor", 2.5);
              return type.isEmpty() ? scaled : scaled.with("llama.rope.scaling.type", type);
            });
    assertSame(actual, huggingFace("llama-gqa", scaling));
  }

  @Test
  void decoder_yarn_hasTheScalingOfTheFile() throws IOException {
    UnaryOperator<GgufCopy> yarn =
        copy ->
            copy.with("llama.rope.scaling.type", "yarn")
                .with("llama.rope.scaling.factor", 4.0)
                .with("llama.rope.scaling.original_context_length", 32)
                .with("llama.rope.scaling.attn_factor", 0.5)
                .with("llama.rope.scaling.yarn_beta_fast", 16.0)
                .with("llama.rope.scaling.yarn_beta_slow", 2.0);
    try (Checkpoint checkpoint = open("llama-gqa", yarn)) {
      Decoder decoder = LanguageModel.decoder(checkpoint);
      Yarn expected =
          new Yarn(4, 32, new Ramp(16, 2, Ramp.Edges.WHOLE), 0.5 * (1 + 0.1 * Math.log(4)));
      SelfAttention first = (SelfAttention) decoder.blocks().getFirst().mixer().layer();
      assertThat(first.rotary().orElseThrow().scaling()).isEqualTo(expected);
      // 4 times 32 positions is what the file's context length says already
      assertThat(decoder.context()).isEqualTo(128);
    }
  }

  @Test
  void decoder_keyMissing_isNamedAsInTheFile() throws IOException {
    GgufCopy copy = new GgufCopy().with("general.architecture", "llama");
    copy.with("llama.context_length", 64).with("llama.embedding_length", 12);
    new TinyModel().copyInto(copy);
    try (Checkpoint checkpoint = Checkpoint.open(copy.write(folder.resolve("part.gguf")))) {
      assertThatThrownBy(() -> LanguageModel.decoder(checkpoint))
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining("llama.block_count");
    }
  }

  @Test
  void decoder_keysOfOtherMakers_changeNothing() throws IOException {
    float[] plain = gguf("llama-gqa", copy -> copy);
    float[] marked =
        gguf("llama-gqa", copy -> copy.with("maker.version", 2).with("llama.vocab_size", 257));
    assertThat(marked).isEqualTo(plain);
  }

  @ParameterizedTest
  @CsvSource({
    "llama.attention.scale, 0.25",
    "llama.attention.clamp_kqv, 3",
    "llama.expert_count, 8",
    "llama.rope.scaling.yarn_log_multiplier, 0.1",
    "llama.attention.value_length_mla, 7"
  })
  void decoder_keyThatChangesArithmetic_isRefusedByName(String key, double value)
      throws IOException {
    UnaryOperator<GgufCopy> change =
        copy -> value == (int) value ? copy.with(key, (int) value) : copy.with(key, value);
    try (Checkpoint checkpoint = open("llama-gqa", change)) {
      assertThatThrownBy(() -> LanguageModel.decoder(checkpoint))
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining(key);
    }
  }
}
