package dev.heed.attention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heed.attention.expression.ExpressionException;
import dev.heed.grad.Run;
import dev.heed.kernel.Kernels;
import dev.heed.kernel.Workers;
import dev.heed.tensor.Tensor;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExpressionModifierTest {
  private static final int BATCH = 2;
  private static final int HEADS = 4;
  private static final int QUERIES = 43;
  private static final int KEYS = 151;
  private static final List<Run> RUNS =
      List.of(
          Run.inference(Kernels.scalar(), Workers.of(1)),
          Run.inference(Kernels.best(), Workers.of(1)));

  private static AttentionInput input(Attention attention) {
    Random random = new Random(3);
    AttentionInput input =
        AttentionInput.of(
            HeadView.of(Calls.tensor(random, BATCH, HEADS, QUERIES, 5)),
            HeadView.of(Calls.tensor(random, BATCH, 2, KEYS, 5)),
            HeadView.of(Calls.tensor(random, BATCH, 2, KEYS, 7)),
            Positions.range(KEYS - QUERIES, QUERIES),
            Positions.range(0, KEYS));
    for (Need need : attention.needs(input.shape())) {
      input = input.withParameter(need.name(), Tensor.of(new float[] {0.3f}, 1));
    }
    return input;
  }

  private static float[] forward(Executor executor, Attention attention, Run run) {
    Tensor out = Tensor.zeros(BATCH, HEADS, QUERIES, 7);
    executor.forward(attention, input(attention), HeadView.of(out), run);
    return out.toArray();
  }

  private static float[] gradients(Executor executor, Attention attention, Run run) {
    Tensor q = Tensor.zeros(BATCH, HEADS, QUERIES, 5);
    HeadView k = HeadView.of(Tensor.zeros(BATCH, 2, KEYS, 5));
    HeadView v = HeadView.of(Tensor.zeros(BATCH, 2, KEYS, 7));
    HeadView dOut = HeadView.of(Calls.tensor(new Random(4), BATCH, HEADS, QUERIES, 7));
    InputGradients dx = new InputGradients(HeadView.of(q), k, v);
    executor.backward(attention, input(attention), OutputGradients.of(dOut), dx, run);
    return q.toArray();
  }

  /// An expression is as good as the modifier that it writes out. Scores of up to 30 have rounding
  /// errors of up to 2e-6.
  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "alibi; s - exp(-(h + 1) * 1.3862943611198906) * abs(i - j)",
        "softcap(3); 3 * tanh(s / 3)",
        "scale(0.25); s / 4",
        "scale(0.3); w * s"
      })
  void expression_thatWritesAModifierOut_isIt(String modifier, String formula) {
    Attention plain = Attention.causal().withModifier(Modifier.parse(modifier));
    Attention own = Attention.causal().withModifier(Modifier.expression(formula));
    for (Run run : RUNS) {
      for (Executor executor : List.of(new Reference(), new Tiled(), new Decode())) {
        GoldenAttentionTest.assertClose(
            modifier, forward(executor, own, run), forward(executor, plain, run), 1e-5, 1e-5);
      }
      for (Executor executor : List.of(new Reference(), new Tiled())) {
        GoldenAttentionTest.assertClose(
            modifier, gradients(executor, own, run), gradients(executor, plain, run), 2e-5, 1e-4);
      }
    }
  }

  /// Minus infinity gives no weight and no gradient, though its slope knows no bounds.
  @Test
  void expression_minusInfinity_isNoWeight() {
    Attention masked = Attention.full().withMask(Mask.parse("causal & i - j < 60"));
    Attention own =
        Attention.causal().withModifier(Modifier.expression("s + log(max(sign(60 - i + j), 0))"));
    Attention steep =
        Attention.causal().withModifier(Modifier.expression("s + log(max(sign(w * s * 1e9), 0))"));
    for (Run run : RUNS) {
      for (Executor executor : List.of(new Reference(), new Tiled(), new Decode())) {
        GoldenAttentionTest.assertClose(
            "hidden", forward(executor, own, run), forward(executor, masked, run), 1e-5, 1e-5);
      }
      for (Executor executor : List.of(new Reference(), new Tiled())) {
        GoldenAttentionTest.assertClose(
            "hidden", gradients(executor, own, run), gradients(executor, masked, run), 2e-5, 1e-4);
        assertThat(gradients(executor, steep, run)).doesNotContain(Float.NaN);
      }
    }
  }

  /// The row of position 120 alone has a key at which the function is not known.
  @Test
  void expression_nan_spoilsItsRowAlone() {
    Attention own =
        Attention.causal().withModifier(Modifier.expression("if(i = 120 & j = 7, log(-1), s)"));
    for (Run run : RUNS) {
      for (Executor executor : List.of(new Reference(), new Tiled(), new Decode())) {
        float[] out = forward(executor, own, run);
        for (int n = 0; n < out.length; n++) {
          boolean spoilt = n / 7 % QUERIES == 120 - (KEYS - QUERIES);
          assertThat(Float.isNaN(out[n])).as("%s at %d", executor, n).isEqualTo(spoilt);
        }
      }
    }
  }

  @Test
  void expression_parameters_areNeededByName() {
    Attention own = Attention.causal().withModifier(Modifier.expression("s - w * u + w"));
    assertThat(own.needs(input(Attention.causal()).shape()))
        .extracting(Need::name)
        .containsExactly("w", "u");
    AttentionInput without = input(Attention.causal());
    assertThatThrownBy(() -> own.explain(without, new Tiled()))
        .isInstanceOf(AttentionException.class)
        .hasMessageContaining("parameter w [4]")
        .hasMessageContaining("expression(s - w * u + w)");
    Attention documents =
        Attention.causal().withModifier(Modifier.expression("if(document, s, s - 1)"));
    assertThatThrownBy(() -> documents.explain(without, new Tiled()))
        .isInstanceOf(AttentionException.class)
        .hasMessageContaining("withDocuments");
    assertThatThrownBy(() -> Modifier.expression("if(padding, s, 0)"))
        .isInstanceOf(ExpressionException.class);
    assertThat(own.explain(input(own), new Tiled()).formula())
        .isEqualTo("softmax((s - w * u + w with s = q·k/√E) where causal) v");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "expression(s-w*log(1+abs(i-j))); expression(s - w * log(1 + abs(i - j)))",
        "expression( max(s, min(w, 3)) ); expression(max(s, min(w, 3)))"
      })
  void text_expression_isReadBack(String written, String printed) {
    Modifier modifier = Modifier.parse(written);
    assertThat(modifier.text()).isEqualTo(printed);
    assertThat(Modifier.parse(printed)).isEqualTo(modifier);
  }
}
