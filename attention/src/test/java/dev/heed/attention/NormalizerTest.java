package dev.heed.attention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.heed.grad.Run;
import dev.heed.kernel.Kernels;
import dev.heed.kernel.Workers;
import dev.heed.tensor.Tensor;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The weights of single rows, as papers and a pencil have them.
class NormalizerTest {
  private static final List<Executor> EXECUTORS =
      List.of(new Reference(), new Tiled(), new Decode());

  /// The weights of a query at 1 whose inner products with keys at 0, 1, ... are `scores`.
  private static List<float[]> weights(Attention attention, float... scores) {
    int keys = scores.length;
    Tensor values = Tensor.zeros(1, 1, keys, keys);
    for (int s = 0; s < keys; s++) {
      values.array()[s * keys + s] = 1;
    }
    AttentionInput input =
        AttentionInput.of(
            HeadView.of(Tensor.of(new float[] {1}, 1, 1, 1, 1)),
            HeadView.of(Tensor.of(scores, 1, 1, keys, 1)),
            HeadView.of(values),
            Positions.of(1),
            Positions.range(0, keys));
    for (Need need : attention.needs(input.shape())) {
      Tensor numbers = Tensor.zeros(need.shape().toArray());
      numbers.fill(need.name().equals("alpha") ? 1.33f : 0);
      input = input.withParameter(need.name(), numbers);
    }
    AttentionInput complete = input;
    Run run = Run.inference(Kernels.best(), Workers.of(1));
    return EXECUTORS.stream()
        .map(executor -> {
          Tensor out = Tensor.zeros(1, 1, 1, keys);
          executor.forward(attention, complete, HeadView.of(out), run);
          return out.toArray();
        })
        .toList();
  }

  @ParameterizedTest
  @CsvSource({
    "softmax, -2 0 0.5, 0.0486 0.3592 0.5922",
    "sink, -2 0 0.5, 0.0486 0.3592 0.5922", // of [0, -2, 0, 0.5]; see below
    "sparsemax, -2 0 0.5, 0 0.25 0.75",
    "entmax15, -2 0 0.5, 0 0.3260 0.6740",
    "entmax, -1 0 0.5, 0.0460 0.3276 0.6264",
    "topk(2), 0 -1 3, 0.0474 0 0.9526",
    "topk(1), 2 2 1, 1 0 0",
    "'blocktopk(2,1)', 1 2 1.9 0, 0.2689 0.7311 0 0",
    "sigmoid(-1), 0 1 3, 0.2689 0.5 0.8808",
    "'relu(2,4)', -1 1 3, 0 0.25 2.25"
  })
  void forward_oneRow_hasTheWeightsOfTheDefinition(String name, String scores, String weights) {
    float[] expected = numbers(weights);
    double rest = 1;
    if (name.equals("sink")) {
      double sum = 1 + Math.exp(-2) + 1 + Math.exp(0.5);
      rest = (sum - 1) / sum; // the same, but for the sink's share
    }
    Attention attention =
        Attention.full().withScore(Score.dot(1)).withNormalizer(Normalizer.parse(name));
    for (float[] actual : weights(attention, numbers(scores))) {
      for (int s = 0; s < expected.length; s++) {
        // expected numbers have four digits
        assertThat((double) actual[s]).isCloseTo(expected[s] * rest, within(6e-5));
      }
    }
  }

  private static float[] numbers(String text) {
    String[] each = text.split(" ", -1);
    float[] numbers = new float[each.length];
    for (int n = 0; n < each.length; n++) {
      numbers[n] = Float.parseFloat(each[n]);
    }
    return numbers;
  }

  /// Rows keep their blocks as floats.
  @Test
  void choose_manyBlocks_givesWordsThatFloatsHold() {
    KeyBlocks blocks = KeyBlocks.of(Positions.range(0, 60), 1);
    int[] bits = new int[blocks.words()];
    KeyBlocks.choose(new double[60], 59, bits);
    for (int n = 0; n < 60; n++) {
      assertThat(KeyBlocks.isChosen(bits, n)).as("block %d", n).isEqualTo(n < 59);
    }
    for (int word : bits) {
      assertThat((int) (float) word).isEqualTo(word);
    }
  }

  /// The squares of such numbers are no floats.
  @Test
  void forward_hugeKeys_haveTheCosinesOfOthers() {
    Attention attention = Attention.full().withScore(Score.cosine(1));
    for (float[] actual : weights(attention, 3e25f, -1e25f)) {
      assertThat(actual).containsExactly(new float[] {0.8808f, 0.1192f}, within(6e-5f));
    }
  }

  /// `0 * (j - 1)` is -0 for the first key.
  @Test
  void forward_zerosOfBothSigns_areEqualScores() {
    Attention attention =
        Attention.full().withScore(Score.dot(1)).withModifier(Modifier.expression("s * (j - i)"));
    for (float[] actual : weights(attention.withNormalizer(Normalizer.topK(1)), 0, 0, 0, 0)) {
      assertThat(actual).containsExactly(1, 0, 0, 0);
    }
    Normalizer blocks = Normalizer.blockTopK(1, 1);
    for (float[] actual : weights(attention.withNormalizer(blocks), 0, 0, 0, 0)) {
      assertThat(actual).containsExactly(1, 0, 0, 0);
    }
  }
}
