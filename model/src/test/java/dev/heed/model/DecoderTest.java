package dev.heed.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heed.attention.CacheChoice;
import dev.heed.attention.UnsupportedCombinationException;
import dev.heed.checkpoint.CheckpointException;
import dev.heed.grad.Gradients;
import dev.heed.grad.Run;
import dev.heed.grad.Tokens;
import dev.heed.kernel.Kernels;
import dev.heed.kernel.Workers;
import dev.heed.layer.SelfAttention;
import dev.heed.tensor.ShapeException;
import dev.heed.tensor.Tensor;
import dev.heed.tensor.Weight;
import java.util.Arrays;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DecoderTest {
  private static final int[] IDS = {3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8, 9, 7};
  private static final Workers WORKERS = Workers.of(2);

  private static Run run() {
    return Run.inference(Kernels.best(), WORKERS);
  }

  private static float[] whole(Decoder decoder) {
    return decoder.forward(Tokens.of(IDS), run()).toArray();
  }

  /// Logits of the last position, tokens read in parts of the given lengths.
  private static float[] inParts(Decoder decoder, int... lengths) {
    return inParts(decoder, decoder.newCache(1, 64), lengths);
  }

  private static float[] inParts(Decoder decoder, DecoderCache cache, int... lengths) {
    int from = 0;
    Tensor hidden = Tensor.zeros(0);
    Run run = run();
    for (int length : lengths) {
      int[] part = Arrays.copyOfRange(IDS, from, from + length);
      hidden = decoder.hidden(Tokens.of(part), cache, run);
      from += length;
    }
    float[] logits = decoder.logits(hidden, run).toArray();
    return Arrays.copyOfRange(logits, logits.length - 11, logits.length);
  }

  private static void assertDecodesAsWhole(TinyModel model) {
    Decoder decoder = model.decoder();
    float[] whole = whole(decoder);
    float[] last = Arrays.copyOfRange(whole, whole.length - 11, whole.length);
    // rounding of sums of 24 through two blocks
    Offset<Float> rounding = Offset.offset(2e-5f);
    assertThat(inParts(decoder, 14)).containsExactly(last, rounding);
    assertThat(inParts(decoder, 6, 5, 3)).containsExactly(last, rounding);
    assertThat(inParts(decoder, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1))
        .containsExactly(last, rounding);
  }

  @Test
  void hidden_throughCache_equalsWhole() {
    assertDecodesAsWhole(new TinyModel());
  }

  @ParameterizedTest
  @ValueSource(strings = {"paged(1)", "paged(4)", "paged(64)"})
  void hidden_throughPages_equalsWhole(String choice) {
    Decoder decoder = new TinyModel().decoder();
    float[] whole = whole(decoder);
    float[] last = Arrays.copyOfRange(whole, whole.length - 11, whole.length);
    for (int[] parts : new int[][] {{14}, {6, 5, 3}, {1, 1, 9, 1, 1, 1}}) {
      try (DecoderCache cache = decoder.newCache(1, 64, CacheChoice.parse(choice))) {
        assertThat(inParts(decoder, cache, parts)).containsExactly(last, Offset.offset(2e-5f));
      }
    }
  }

  @Test
  void hidden_windowThroughRing_equalsWhole() {
    Decoder decoder =
        new TinyModel().with("model_type", "\"mistral\"").with("sliding_window", "5").decoder();
    float[] whole = whole(decoder);
    float[] last = Arrays.copyOfRange(whole, whole.length - 11, whole.length);
    for (int[] parts : new int[][] {{14}, {6, 5, 3}, {1, 1, 9, 1, 1, 1}}) {
      DecoderCache cache = decoder.newCache(1, 64, CacheChoice.parse("ring(5, 0)"));
      assertThat(inParts(decoder, cache, parts)).containsExactly(last, Offset.offset(2e-5f));
    }
  }

  @Test
  void hidden_throughEightBits_isNearWhole() {
    Decoder decoder = new TinyModel().decoder();
    float[] whole = whole(decoder);
    float[] last = Arrays.copyOfRange(whole, whole.length - 11, whole.length);
    DecoderCache cache = decoder.newCache(1, 64, CacheChoice.parse("paged(4) int8"));
    float[] rounded = inParts(decoder, cache, 6, 5, 3);
    // keys and values are within 1/254 of the largest of a row
    assertThat(rounded).containsExactly(last, Offset.offset(2e-2f)).isNotEqualTo(last);
  }

  @Test
  void fork_ofPromptReadOnce_goesOnAsTheWholeDoes() {
    Decoder decoder = new TinyModel().decoder();
    float[] whole = whole(decoder);
    Run run = run();
    try (DecoderCache prompt = decoder.newCache(1, 64, CacheChoice.parse("paged(4)"))) {
      decoder.hidden(Tokens.of(Arrays.copyOf(IDS, 10)), prompt, run);
      try (DecoderCache both = prompt.fork(0, 0)) {
        Tokens next = new Tokens(new int[] {5, 8, 9, 7, 1, 2, 3, 4}, 2, 4);
        float[] logits = decoder.logits(decoder.hidden(next, both, run), run).toArray();
        assertThat(Arrays.copyOf(logits, 44))
            .containsExactly(Arrays.copyOfRange(whole, 110, 154), Offset.offset(2e-5f));
        both.truncate(12);
        both.reorder(1, 0);
        assertThat(both.length()).isEqualTo(12);
      }
      assertThat(prompt.length()).isEqualTo(10);
    }
    DecoderCache growing = decoder.newCache(1, 64);
    assertThatThrownBy(() -> growing.fork(0))
        .isInstanceOf(UnsupportedCombinationException.class)
        .hasMessageContaining("GrowingCache does not go with fork");
  }

  @Test
  void hidden_windowThroughCache_equalsWhole() {
    assertDecodesAsWhole(
        new TinyModel().with("model_type", "\"mistral\"").with("sliding_window", "5"));
  }

  @Test
  void hidden_windowOverLongText_keepsMemoryBoundedAndEqualsWhole() {
    Decoder decoder =
        new TinyModel()
            .with("model_type", "\"mistral\"")
            .with("sliding_window", "5")
            .with("max_position_embeddings", "512")
            .decoder();
    int[] ids = new int[400];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = (i * i + i / 7) % 11;
    }
    Run run = run();
    float[] whole = decoder.hidden(Tokens.of(ids), run).toArray();
    DecoderCache cache = decoder.newCache(1, 512);
    int from = 0;
    for (int part = 1; from < 390; part = part % 9 + 1) {
      decoder.hidden(Tokens.of(Arrays.copyOfRange(ids, from, from + part)), cache, run);
      from += part;
    }
    float[] last =
        decoder.hidden(Tokens.of(Arrays.copyOfRange(ids, from, 400)), cache, run).toArray();
    assertThat(last)
        .containsExactly(
            Arrays.copyOfRange(whole, whole.length - last.length, whole.length),
            Offset.offset(2e-5f));
    // two blocks of keys and values, three heads of width 4, and positions: for about 80 places
    assertThat(cache.bytes()).isLessThan(2L * 80 * (2 * 3 * 4 + 1) * 4);
    assertThat(cache.length()).isEqualTo(400);
  }

  @Test
  void hidden_windowThroughCache_differsFromFull() {
    TinyModel windowed =
        new TinyModel().with("model_type", "\"mistral\"").with("sliding_window", "5");
    assertThat(whole(windowed.decoder())).isNotEqualTo(whole(new TinyModel().decoder()));
  }

  @Test
  void hidden_afterTruncate_isAsIfNeverRead() {
    Decoder decoder = new TinyModel().decoder();
    DecoderCache cache = decoder.newCache(1, 64);
    Run run = run();
    decoder.hidden(Tokens.of(IDS), cache, run);
    cache.truncate(6);
    float[] again = decoder.hidden(Tokens.of(Arrays.copyOfRange(IDS, 6, 9)), cache, run).toArray();
    DecoderCache fresh = decoder.newCache(1, 64);
    decoder.hidden(Tokens.of(Arrays.copyOf(IDS, 6)), fresh, run);
    int[] three = Arrays.copyOfRange(IDS, 6, 9);
    // prompts of other lengths may be multiplied in another order
    assertThat(again)
        .containsExactly(
            decoder.hidden(Tokens.of(three), fresh, run).toArray(), Offset.offset(2e-5f));
  }

  @Test
  void forward_batch_equalsEachAlone() {
    Decoder decoder = new TinyModel().decoder();
    int[] both = {3, 1, 4, 9, 2, 6};
    float[] logits = decoder.forward(new Tokens(both, 2, 3), run()).toArray();
    float[] first = decoder.forward(Tokens.of(3, 1, 4), run()).toArray();
    float[] second = decoder.forward(Tokens.of(9, 2, 6), run()).toArray();
    assertThat(Arrays.copyOf(logits, first.length)).containsExactly(first, Offset.offset(1e-5f));
    assertThat(Arrays.copyOfRange(logits, first.length, logits.length))
        .containsExactly(second, Offset.offset(1e-5f));
  }

  @Test
  void forward_anyNumberOfThreads_sameBits() {
    Decoder decoder = new TinyModel().decoder();
    try (Workers three = Workers.of(3);
        Workers one = Workers.of(1)) {
      float[] alone = decoder.forward(Tokens.of(IDS), Run.inference(Kernels.best(), one)).toArray();
      float[] shared =
          decoder.forward(Tokens.of(IDS), Run.inference(Kernels.best(), three)).toArray();
      assertThat(shared).isEqualTo(alone);
    }
  }

  /// The whole model on a tape: the mechanism that training will use.
  @Test
  void backward_wholeModel_equalsCentralDifference() {
    TinyModel model = new TinyModel();
    Decoder decoder = model.decoder();
    Run run = Run.inference(Kernels.scalar(), WORKERS).taped();
    Tensor logits = decoder.forward(Tokens.of(IDS), run);
    Tensor dLogits = Tensor.zeros(logits.shape());
    for (int i = 0; i < dLogits.size(); i++) {
      dLogits.array()[i] = (float) Math.sin(i);
    }
    Gradients gradients = run.tape().orElseThrow().backward(logits, dLogits, run);
    Weight key =
        ((SelfAttention) decoder.blocks().getFirst().mixer().layer()).projections().key().weight();
    float[] numbers = key.array().orElseThrow();
    Tensor gradient = gradients.find(key).orElseThrow();
    for (int i = 0; i < numbers.length; i += 7) {
      double expected = centralDifference(decoder, numbers, i, dLogits);
      assertThat((double) gradient.array()[i])
          .isCloseTo(expected, Offset.offset(5e-3 * (1 + Math.abs(expected))));
    }
  }

  private static double centralDifference(Decoder decoder, float[] numbers, int i, Tensor dLogits) {
    float kept = numbers[i];
    float step = 0x1p-8f;
    double sum = 0;
    for (int sign = -1; sign <= 1; sign += 2) {
      numbers[i] = kept + sign * step;
      Run run = Run.inference(Kernels.scalar(), WORKERS);
      float[] logits = decoder.forward(Tokens.of(IDS), run).toArray();
      for (int j = 0; j < logits.length; j++) {
        sum += sign * (double) logits[j] * dLogits.array()[j];
      }
    }
    numbers[i] = kept;
    return sum / (2 * step);
  }

  @Test
  void hidden_beyondCache_namesBoth() {
    Decoder decoder = new TinyModel().decoder();
    DecoderCache cache = decoder.newCache(1, 8);
    assertThatThrownBy(() -> decoder.hidden(Tokens.of(IDS), cache, run()))
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining("[1, 14]")
        .hasMessageContaining("[1, 8]");
  }

  @Test
  void decoder_unknownKey_isRefusedWithTheNearest() {
    assertThatThrownBy(() -> new TinyModel().with("rms_norm_epz", "1e-3").decoder())
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("rms_norm_epz")
        .hasMessageContaining("rms_norm_eps");
  }

  /// What published checkpoints of Llama 3.2, SmolLM 2, Mistral and their tuned copies state beside
  /// sizes.
  @Test
  void decoder_keysOfPublishedConfigurations_areKnown() {
    Decoder published =
        new TinyModel()
            .with("architectures", "[\"LlamaForCausalLM\"]")
            .with("attention_bias", "false")
            .with("attention_dropout", "0.0")
            .with("bos_token_id", "128000")
            .with("eos_token_id", "[128001, 128008]")
            .with("hidden_act", "\"silu\"")
            .with("initializer_range", "0.02")
            .with("is_llama_config", "true")
            .with("mlp_bias", "false")
            .with("pad_token_id", "0")
            .with("pretraining_tp", "1")
            .with("rope_interleaved", "false")
            .with("rope_scaling", "null")
            .with("rope_theta", "10000.0")
            .with("tie_word_embeddings", "false")
            .with("torch_dtype", "\"bfloat16\"")
            .with("transformers.js_config", "{\"dtype\": \"q4\"}")
            .with("transformers_version", "\"4.45.0\"")
            .with("unsloth_version", "\"2025.1\"")
            .with("use_cache", "true")
            .decoder();
    assertThat(whole(published)).isEqualTo(whole(new TinyModel().decoder()));
  }

  @Test
  void decoder_unusedTensor_isRefused() {
    assertThatThrownBy(
            () -> new TinyModel().add("model.layers.0.self_attn.q_proj.bias", 24).decoder())
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("model.layers.0.self_attn.q_proj.bias");
  }

  @Test
  void decoder_missingTensor_namesItAndTheNearest() {
    assertThatThrownBy(() -> new TinyModel().without("model.layers.1.mlp.up_proj.weight").decoder())
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("model.layers.1.mlp.up_proj.weight")
        .hasMessageContaining("model.layers.0.mlp.up_proj.weight");
  }

  @Test
  void decoder_wrongShape_namesBoth() {
    assertThatThrownBy(() -> new TinyModel().add("lm_head.weight", 12, 11).decoder())
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("[11, 12]")
        .hasMessageContaining("[12, 11]");
  }

  @Test
  void decoder_unknownArchitecture_namesTheKnown() {
    assertThatThrownBy(() -> new TinyModel().with("model_type", "\"lama\"").decoder())
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("lama")
        .hasMessageContaining("llama");
  }

  @Test
  void decoder_oldAndNewRotarySpelling_sameModel() {
    TinyModel old =
        new TinyModel()
            .with("rope_theta", "500")
            .with("rope_scaling", "{\"type\": \"linear\", \"factor\": 4.0}");
    TinyModel fresh =
        new TinyModel()
            .with(
                "rope_parameters",
                "{\"rope_theta\": 500, \"rope_type\": \"linear\", \"factor\": 4.0}");
    assertThat(whole(old.decoder())).isEqualTo(whole(fresh.decoder()));
    assertThat(whole(old.decoder())).isNotEqualTo(whole(new TinyModel().decoder()));
  }

  @Test
  void decoder_unknownRotaryScaling_namesTheKnown() {
    TinyModel model =
        new TinyModel().with("rope_scaling", "{\"type\": \"spiral\", \"factor\": 4.0}");
    assertThatThrownBy(model::decoder)
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("spiral")
        .hasMessageContaining("yarn");
  }
}
