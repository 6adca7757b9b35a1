package dev.heed.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heed.checkpoint.SafetensorsWriter;
import dev.heed.tensor.DataType;
import dev.heed.tensor.Shape;
import dev.heed.tensor.Weight;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// ONNX calls with numbers that can be done by hand: one head of width 1, keys of zeros, so that
/// what is visible is weighed alike.
class ConformOnnxTest {
  private final Map<String, Weight> tensors = new HashMap<>();
  private final Map<String, String> header = new HashMap<>();

  @TempDir private Path folder;

  private void call(String operator, String attributes, String inputs, String outputs) {
    header.put("op", operator);
    header.put("attributes", attributes.replace('`', '"'));
    header.put("inputs", "[\"" + inputs.replace(",", "\",\"") + "\"]");
    header.put("outputs", "[\"" + outputs.replace(",", "\",\"") + "\"]");
  }

  private void tensor(String name, int[] shape, float... numbers) {
    tensors.put(name, Weight.of(name, numbers, shape));
  }

  private void attention() {
    tensor("input.Q", new int[] {1, 1, 3, 1}, 1, 1, 1);
    tensor("input.K", new int[] {1, 1, 4, 1}, 0, 0, 0, 0);
    tensor("input.V", new int[] {1, 1, 4, 1}, 2, 4, 9, 25);
  }

  private CommandResult conform() {
    SafetensorsWriter.write(folder.resolve("call.safetensors"), tensors, header);
    return CommandResult.of("conform", folder.toString());
  }

  @ParameterizedTest
  @CsvSource({
    "{`is_causal`: 1}, 2, 3, 5",
    "{`left_window_size`: 1}, 10, 10, 12.6666667",
    "{`left_window_size`: 0; `right_window_size`: 1}, 3, 6.5, 17",
    "{`softcap`: 3; `scale`: 2}, 10, 10, 10",
  })
  void attention_attributes_sayWhatIsVisible(String attributes, float a, float b, float c) {
    attention();
    tensor("output.Y", new int[] {1, 1, 3, 1}, a, b, c);
    call("Attention", attributes.replace(';', ','), "Q,K,V", "Y");
    assertThat(conform().out()).contains("ok", "Reference 1, Tiled 1, Decode 1");
  }

  @Test
  void attention_maskShorterThanKeys_hidesTheRest() {
    attention();
    tensor(
        "input.attn_mask",
        new int[] {3, 2},
        0,
        0,
        0,
        Float.NEGATIVE_INFINITY,
        Float.NEGATIVE_INFINITY,
        0);
    tensor("output.Y", new int[] {1, 1, 3, 1}, 3, 2, 4);
    float none = Float.NEGATIVE_INFINITY;
    tensor(
        "output.map",
        new int[] {1, 1, 3, 4},
        0,
        0,
        none,
        none,
        0,
        none,
        none,
        none,
        none,
        0,
        none,
        none);
    call("Attention", "{`qk_matmul_output_mode`: 2}", "Q,K,V,attn_mask", "Y,,,map");
    assertThat(conform().out()).contains("ok", "Reference 2");
  }

  @Test
  void attention_lengths_endEachBatchAndItsCausality() {
    attention();
    tensors.put(
        "input.n",
        Weight.over(
            "n",
            MemorySegment.ofArray(new byte[] {3, 0, 0, 0, 0, 0, 0, 0}),
            DataType.I64,
            Shape.of(1)));
    tensor("output.Y", new int[] {1, 1, 3, 1}, 2, 3, 5);
    call("Attention", "{`is_causal`: 1}", "Q,K,V,,,,n", "Y");
    assertThat(conform().out()).contains("ok");
  }

  @Test
  void layerNorm_meanAndInverseDeviation_areCompared() {
    tensor("input.X", new int[] {2, 2}, 1, 3, 5, 5);
    tensor("input.W", new int[] {2}, 1, 10);
    tensor("output.Y", new int[] {2, 2}, -0.8944272f, 8.944272f, 0, 0);
    tensor("output.Mean", new int[] {2, 1}, 2, 5);
    tensor("output.Inv", new int[] {2, 1}, 0.8944272f, 2);
    call("LayerNormalization", "{`epsilon`: 0.25}", "X,W", "Y,Mean,Inv");
    assertThat(conform().out()).contains("ok", "LayerNormalize 3");
  }

  @ParameterizedTest
  @CsvSource({
    "Attention, {`is_causal`: 2.5}, 'Q,K,V', FAILED, is_causal",
    "Attention, {, 'Q,K,V', FAILED, attributes",
    "Attention, {`q_num_heads`: 1; `alpha`: 1}, 'Q,K,V', UNSUPPORTED, alpha",
    "Attention, {}, 'Q,K', FAILED, input 2 is missing",
    "Attention, {}, 'Q,K,W', FAILED, input.W",
    "Attention, {`softmax_precision`: 16}, 'Q,K,V', UNSUPPORTED, softmax_precision",
    "Conv, {}, 'Q,K,V', UNSUPPORTED, Attention",
    "RMSNormalization, {`axis`: 7}, 'Q,V', FAILED, axis 7",
    "FlexAttention, {`score_mod`: 3}, 'Q,K,V', FAILED, score_mod",
  })
  void call_thatCannotBe_saysWhy(
      String operator, String attributes, String inputs, String verdict, String why) {
    attention();
    tensor("output.Y", new int[] {1, 1, 3, 1}, 0, 0, 0);
    call(operator, attributes.replace(';', ','), inputs, "Y");
    CommandResult result = conform();
    assertThat(result.out()).contains(verdict, why).doesNotContain("internal");
    assertThat(result.code())
        .isEqualTo(verdict.equals("FAILED") ? ExitCode.CHECK_FAILED : ExitCode.DONE);
  }

  @Test
  void flexAttention_body_isWalked() {
    attention();
    tensor("output.Y", new int[] {1, 1, 3, 1}, 1, 1.5f, 2.5f);
    String scores =
        """
        {`inputs`: [`s`], `outputs`: [`y`], `constants`: {`zero`: 0, `one`: 1, `two`: 2, `three`: 3,
          `q`: [-1, 1], `k`: [1, -1], `low`: `-Infinity`}, `nodes`: [
          {`op`: `Shape`, `inputs`: [`s`], `outputs`: [`map`]},
          {`op`: `Gather`, `inputs`: [`map`, `two`], `outputs`: [`t`]},
          {`op`: `Gather`, `inputs`: [`map`, `three`], `outputs`: [`n`]},
          {`op`: `Range`, `inputs`: [`zero`, `t`, `one`], `outputs`: [`i0`]},
          {`op`: `Range`, `inputs`: [`zero`, `n`, `one`], `outputs`: [`j0`]},
          {`op`: `Reshape`, `inputs`: [`i0`, `q`], `outputs`: [`i`]},
          {`op`: `Reshape`, `inputs`: [`j0`, `k`], `outputs`: [`j`]},
          {`op`: `Less`, `inputs`: [`i`, `j`], `outputs`: [`later`]},
          {`op`: `Where`, `inputs`: [`later`, `low`, `s`], `outputs`: [`y`]}]}\
        """;
    String weights =
        """
        {`inputs`: [`w`], `outputs`: [`half`], `constants`: {`two`: 2.0},
          `nodes`: [{`op`: `Div`, `inputs`: [`w`, `two`], `outputs`: [`half`]}]}\
        """;
    call(
        "FlexAttention",
        "{`score_mod`: %s, `prob_mod`: %s}".formatted(scores, weights),
        "Q,K,V",
        "Y");
    assertThat(conform().out()).contains("ok", "Reference 1, Tiled 1, Decode 1");
  }
}
