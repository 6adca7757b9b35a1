package dev.heed.attention;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heed.grad.Run;
import dev.heed.kernel.Kernels;
import dev.heed.kernel.Workers;
import dev.heed.tensor.CounterRandom;
import dev.heed.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Every two choices of a call together: executors give what the reference gives, forward and back,
/// or refuse and name two that do not go together.
class PairsTest {
  private static final int BATCH = 2;
  private static final int HEADS = 4;
  private static final int GROUPS = 2;
  private static final int LENGTH = 5;
  private static final int WIDTH = 6;
  private static final int VALUE_WIDTH = 3;
  private static final Run RUN = Run.inference(Kernels.best(), Workers.of(1));
  private static final List<String> MASKS =
      List.of(
          "causal",
          "causal & window(2)",
          "document",
          "padding",
          "given",
          "chunk(2) | global(1)",
          "i - j < h + 1",
          "random(1,2,3) | i = j",
          "previous(2) | chunk(2)");
  private static final List<Choice> ALL = all();

  /// A choice, and what an error calls it.
  record Choice(String axis, String text, UnaryOperator<Attention> with) {
    @Override
    public String toString() {
      return axis + " " + text;
    }
  }

  private static List<Choice> all() {
    List<Choice> all = new ArrayList<>();
    for (Variant each : Variants.all()) {
      String text = example(each.form());
      switch (each.axis()) {
        case "score" -> all.add(new Choice("score", text, of -> of.withScore(Score.parse(text))));
        case "modifier" ->
            all.add(new Choice("modifier", text, of -> of.withModifier(Modifier.parse(text))));
        case "normalizer" ->
            all.add(
                new Choice("normalizer", text, of -> of.withNormalizer(Normalizer.parse(text))));
        case "mixing" ->
            all.add(new Choice("mixing", text, of -> of.withMixing(Mixing.parse(text))));
        default -> {}
      }
    }
    for (String mask : MASKS) {
      all.add(new Choice("mask", mask, of -> of.withMask(Mask.parse(mask))));
    }
    for (Chance chance :
        List.of(new Chance(0.3, 0, 0), new Chance(0, 0.3, 0), new Chance(0, 0, 0.3))) {
      all.add(new Choice("Chance", chance.toString(), of -> of.withChance(chance)));
    }
    return all;
  }

  /// A form with numbers for its arguments.
  private static String example(String form) {
    return form.replace(", ...", "")
        .replace("maxDistance", "20")
        .replace("direction", "causal")
        .replace("expression(f)", "expression(s - w * abs(i - j))")
        .replaceAll("(?<=[(,] ?)(?!learned|causal|scores|weights|s )[a-z]+(?=[,)])", "2");
  }

  static IntStream choices() {
    return IntStream.range(0, ALL.size());
  }

  @ParameterizedTest
  @MethodSource("choices")
  void forwardAndBackward_everyTwoChoices_equalReferenceOrAreNamed(int first) {
    for (int second = first; second < ALL.size(); second++) {
      Choice a = ALL.get(first);
      Choice b = ALL.get(second);
      boolean twice = a.axis().equals(b.axis()) && !a.axis().equals("modifier");
      boolean mixings = a.axis().equals("mixing") && b.axis().equals("mixing") && first != second;
      if (second == first || !twice || mixings) {
        Attention one = a.with().apply(Attention.full());
        check(a, b, second == first ? one : b.with().apply(one));
      }
    }
  }

  private void check(Choice a, Choice b, Attention attention) {
    Random random = new Random(3);
    AttentionInput bare =
        AttentionInput.of(
            Calls.heads(random, BATCH, HEADS, LENGTH - 1, WIDTH),
            Calls.heads(random, BATCH, GROUPS, LENGTH, WIDTH),
            Calls.heads(random, BATCH, GROUPS, LENGTH, VALUE_WIDTH),
            Positions.range(1, LENGTH - 1),
            Positions.range(0, LENGTH));
    AttentionInput complete;
    float[] expected;
    try {
      complete = Calls.complete(random, attention, bare);
      if (!attention.chance().isNone()) {
        complete = complete.withRandom(CounterRandom.of(5));
      }
      expected = run(new Reference(), attention, complete);
    } catch (UnsupportedCombinationException e) {
      assertNamed(a, b, e);
      return;
    }
    for (Executor executor : List.of(new Tiled(), new Decode())) {
      try {
        float[] actual = run(executor, attention, complete);
        float[] same = Arrays.copyOf(expected, actual.length); // Decode has no gradients
        double absolute = 2e-5 * GoldenAttentionTest.size(same);
        String label = a + " and " + b + ", " + executor;
        GoldenAttentionTest.assertClose(label, actual, same, absolute, 1e-4);
      } catch (UnsupportedCombinationException e) {
        assertNamed(a, b, e);
      }
    }
  }

  /// The refusal names both, or one and the executor or the pass that cannot honour it.
  private static void assertNamed(Choice a, Choice b, UnsupportedCombinationException e) {
    String message = e.getMessage();
    assertThat(message).contains(" does not go with ");
    boolean both = message.contains(a.axis()) && message.contains(b.axis());
    boolean one = message.contains(a.axis()) || message.contains(b.axis());
    assertThat(both || (one && message.contains("executor")))
        .as("%s and %s: %s", a, b, message)
        .isTrue();
  }

  /// The result, and the gradients where the executor has them.
  private static float[] run(Executor executor, Attention attention, AttentionInput input) {
    AttentionShape shape = input.shape();
    Tensor out = Tensor.zeros(shape.batch(), shape.heads(), shape.queries(), shape.valueWidth());
    executor.forward(attention, input, HeadView.of(out), RUN);
    if (executor instanceof Decode) {
      return out.toArray();
    }
    Tensor dq = Tensor.zeros(shape.batch(), shape.heads(), shape.queries(), shape.width());
    Tensor dk = Tensor.zeros(shape.batch(), shape.groups(), shape.keys(), shape.width());
    Tensor dv = Tensor.zeros(shape.batch(), shape.groups(), shape.keys(), shape.valueWidth());
    Parameters learned = Calls.learned(input);
    InputGradients dx =
        new InputGradients(HeadView.of(dq), HeadView.of(dk), HeadView.of(dv), learned);
    HeadView dOut =
        Calls.heads(
            new Random(8), shape.batch(), shape.heads(), shape.queries(), shape.valueWidth());
    executor.backward(attention, input, OutputGradients.of(dOut), dx, RUN);
    float[] all = Calls.numbers(learned);
    return joined(out, dq, dk, dv, Tensor.of(all, all.length));
  }

  private static float[] joined(Tensor... all) {
    float[] joined = new float[IntStream.range(0, all.length).map(n -> all[n].size()).sum()];
    int at = 0;
    for (Tensor each : all) {
      System.arraycopy(each.toArray(), 0, joined, at, each.size());
      at += each.size();
    }
    return joined;
  }
}
