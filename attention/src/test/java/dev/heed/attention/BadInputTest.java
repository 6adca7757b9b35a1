package dev.heed.attention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heed.attention.expression.VisibleSet;
import dev.heed.grad.Run;
import dev.heed.kernel.Kernels;
import dev.heed.kernel.Workers;
import dev.heed.tensor.ShapeException;
import dev.heed.tensor.Tensor;
import java.util.List;
import org.junit.jupiter.api.Test;

class BadInputTest {
  private static final Run RUN = Run.inference(Kernels.scalar(), Workers.of(1));
  private static final Positions T = Positions.range(0, 5);
  private static final Positions S = Positions.range(0, 7);

  private static HeadView heads(int... shape) {
    return HeadView.of(Tensor.zeros(shape));
  }

  private static AttentionInput good() {
    return AttentionInput.of(heads(2, 6, 5, 11), heads(2, 3, 7, 11), heads(2, 3, 7, 4), T, S);
  }

  private static void run(Attention attention, AttentionInput input) {
    for (Executor executor : List.of(new Reference(), new Tiled(), new Decode())) {
      executor.forward(attention, input, heads(2, 6, 5, 4), RUN);
    }
  }

  @Test
  void forward_headsBeyondTheirArray_nameWhatFits() {
    HeadView whole = heads(2, 3, 7, 11);
    HeadView keys = new HeadView(whole.array(), 1, whole.axes(), 3 * 7 * 11, 7 * 11, 11);
    AttentionInput input = AttentionInput.of(heads(2, 6, 5, 11), keys, heads(2, 3, 7, 4), T, S);
    assertThatThrownBy(() -> run(Attention.causal(), input))
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining("k [2, 3, 7, 11]")
        .hasMessageContaining("beyond its 462 numbers; 463 would fit");
    assertThatThrownBy(() -> HeadView.split(Tensor.zeros(2, 5, 66), 0))
        .isInstanceOf(ShapeException.class);
  }

  @Test
  void of_shapesThatDoNotFit_nameBoth() {
    assertThatThrownBy(() ->
            AttentionInput.of(heads(2, 6, 5, 11), heads(2, 4, 7, 11), heads(2, 4, 7, 4), T, S))
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining("[2, 6, 5, 11]")
        .hasMessageContaining("[2, 4, 7, 11]");
    assertThatThrownBy(() ->
            AttentionInput.of(heads(2, 6, 5, 11), heads(2, 3, 7, 10), heads(2, 3, 7, 4), T, S))
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining("[2, 3, 7, 10]");
    assertThatThrownBy(() ->
            AttentionInput.of(heads(2, 6, 5, 11), heads(2, 3, 7, 11), heads(2, 3, 6, 4), T, S))
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining("[2, 3, 6, 4]");
    assertThatThrownBy(() ->
            AttentionInput.of(heads(2, 6, 5, 11), heads(2, 3, 7, 11), heads(2, 3, 7, 4), T, T))
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining("kPos [5]")
        .hasMessageContaining("[7] or [2, 7]");
    assertThatThrownBy(() -> good().withLengths(1, 2, 3)).isInstanceOf(ShapeException.class);
    assertThatThrownBy(() -> good().withDocuments(S, S)).isInstanceOf(ShapeException.class);
    assertThatThrownBy(() -> good().withVisible(visible(2, 3, 5, 7)))
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining("[2, 3, 5, 7]")
        .hasMessageContaining("[2, 6, 5, 7] would");
    assertThatThrownBy(() -> good().withVisible(visible(1, 1, 7, 5)))
        .isInstanceOf(ShapeException.class);
    assertThatThrownBy(() -> Positions.rows(new int[2], new int[3]))
        .isInstanceOf(ShapeException.class);
  }

  private static VisibleSet visible(int batch, int heads, int queries, int keys) {
    return VisibleSet.of(new VisibleSet.Axes(batch, heads, queries, keys), (_, _, _, _) -> true);
  }

  @Test
  void of_positionOutOfRange_namesIt() {
    Positions far = Positions.of(0, 1, 2, 3, Integer.MAX_VALUE);
    assertThatThrownBy(() ->
            AttentionInput.of(heads(2, 6, 5, 11), heads(2, 3, 7, 11), heads(2, 3, 7, 4), far, S))
        .isInstanceOf(AttentionException.class)
        .hasMessageContaining("2147483647");
  }

  @Test
  void forward_outOfOtherShape_namesWhatFits() {
    for (Executor executor : List.of(new Reference(), new Tiled(), new Decode())) {
      assertThatThrownBy(() -> executor.forward(Attention.full(), good(), heads(2, 6, 5, 11), RUN))
          .isInstanceOf(ShapeException.class)
          .hasMessageContaining("[2, 6, 5, 11]")
          .hasMessageContaining("[2, 6, 5, 4]");
    }
  }

  @Test
  void forward_maskReadsWhatIsNotThere_namesWhoGivesIt() {
    for (String mask : List.of("document", "!(doc_q = 3)", "causal | doc_k < h")) {
      assertThatThrownBy(() -> run(Attention.full().withMask(Mask.parse(mask)), good()))
          .isInstanceOf(AttentionException.class)
          .hasMessageContaining("withDocuments");
    }
    assertThatThrownBy(() -> run(Attention.full().withMask(Mask.parse("!padding")), good()))
        .isInstanceOf(AttentionException.class)
        .hasMessageContaining("withLengths");
    assertThatThrownBy(() -> run(Attention.full().withMask(Mask.parse("causal | given")), good()))
        .isInstanceOf(AttentionException.class)
        .hasMessageContaining("withVisible");
    assertThatThrownBy(() -> run(Attention.full().withNormalizer(Normalizer.sink()), good()))
        .isInstanceOf(AttentionException.class)
        .hasMessageContaining("withParameter")
        .hasMessageContaining("sink [6]");
    assertThatThrownBy(() ->
            run(
                Attention.full().withNormalizer(Normalizer.sink()),
                good().withParameter("sink", Tensor.zeros(2))))
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining("[2]")
        .hasMessageContaining("[6]");
  }

  @Test
  void forward_inputThatNobodyReads_isRefused() {
    assertThatThrownBy(() -> run(Attention.causal(), good().withDocuments(T, S)))
        .isInstanceOf(UnsupportedCombinationException.class)
        .hasMessageContaining("document ids");
    assertThatThrownBy(() -> run(Attention.causal(), good().withLengths(7, 7)))
        .isInstanceOf(UnsupportedCombinationException.class)
        .hasMessageContaining("key lengths");
    assertThatThrownBy(() -> run(Attention.causal(), good().withVisible(visible(1, 6, 5, 7))))
        .isInstanceOf(UnsupportedCombinationException.class)
        .hasMessageContaining("'given' reads it");
    assertThatThrownBy(() -> run(Attention.causal(), good().withParameter("sink", Tensor.zeros(6))))
        .isInstanceOf(UnsupportedCombinationException.class)
        .hasMessageContaining("sink");
  }

  @Test
  void forward_factorsForOtherHeads_namesHowMany() {
    Attention attention = Attention.full().withModifier(new Modifier.Scale(List.of(1.0, 2.0)));
    assertThatThrownBy(() -> run(attention, good()))
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining("2 factors")
        .hasMessageContaining("6 heads");
  }

  @Test
  void choices_thatCannotBe_areRefused() {
    assertThatThrownBy(() -> Modifier.softCap(0)).isInstanceOf(AttentionException.class);
    assertThatThrownBy(() -> Modifier.softCap(Double.NaN)).isInstanceOf(AttentionException.class);
    assertThatThrownBy(() -> Modifier.scale(Double.POSITIVE_INFINITY))
        .isInstanceOf(AttentionException.class);
    assertThatThrownBy(() -> new Modifier.Scale(List.of())).isInstanceOf(AttentionException.class);
    assertThatThrownBy(() -> Score.dot(Double.NaN)).isInstanceOf(AttentionException.class);
    assertThatThrownBy(() -> new RotaryScaling.Linear(0)).isInstanceOf(AttentionException.class);
    assertThatThrownBy(() -> new RotaryScaling.Llama3(8, 4, 4, 8192))
        .isInstanceOf(AttentionException.class);
    assertThatThrownBy(() -> new Sinusoid(5, 10, Sinusoid.Layout.HALVES))
        .isInstanceOf(AttentionException.class);
  }

  @Test
  void forward_noQueriesOrNoKeys_isEmptyOrZero() {
    for (Executor executor : List.of(new Reference(), new Tiled(), new Decode())) {
      AttentionInput none =
          AttentionInput.of(
              heads(2, 6, 0, 11), heads(2, 3, 7, 11), heads(2, 3, 7, 4), Positions.of(), S);
      executor.forward(Attention.causal(), none, heads(2, 6, 0, 4), RUN);
      AttentionInput blind =
          AttentionInput.of(
              heads(2, 6, 5, 11), heads(2, 3, 0, 11), heads(2, 3, 0, 4), T, Positions.of());
      Tensor out = Tensor.zeros(2, 6, 5, 4);
      out.fill(7);
      executor.forward(Attention.causal(), blind, HeadView.of(out), RUN);
      assertThat(out.toArray()).containsOnly(0);
    }
  }

  @Test
  void mask_combined_printsAndFolds() {
    assertThat(Mask.causal().and(Mask.window(3)).or(Mask.parse("global(2)")))
        .hasToString("causal & window(3) | global(2)");
    assertThat(Mask.everything().and(Mask.causal())).isEqualTo(Mask.causal());
    assertThat(Mask.causal().and(Mask.everything())).isEqualTo(Mask.causal());
    assertThat(Mask.causal().or(Mask.everything())).isEqualTo(Mask.parse(" "));
    assertThat(Mask.causal().not()).hasToString("!causal");
    assertThat(Mask.everything()).hasToString("");
  }
}
