package dev.heed.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.heed.checkpoint.Checkpoint;
import dev.heed.data.DataException;
import dev.heed.data.TokenData;
import dev.heed.grad.Run;
import dev.heed.grad.Tokens;
import dev.heed.kernel.Kernels;
import dev.heed.kernel.Workers;
import dev.heed.model.Decoder;
import dev.heed.model.LanguageModel;
import dev.heed.tensor.CounterRandom;
import dev.heed.tensor.Tensor;
import dev.heed.testing.NeedsShared;
import dev.heed.testing.Shared;
import java.util.Arrays;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@NeedsShared("golden/gpt2")
final class EvaluatorTest {
  private Checkpoint checkpoint;
  private Workers workers;
  private Decoder decoder;

  @BeforeEach
  void open() {
    checkpoint = Checkpoint.open(Shared.path("golden/gpt2"));
    workers = Workers.of(2);
    decoder = LanguageModel.decoder(checkpoint);
  }

  @AfterEach
  void close() {
    workers.close();
    checkpoint.close();
  }

  // 23 tokens: windows of 5, 5, 5, 5 and 2 targets; a float softmax over V is good to 1e-6 a token
  @Test
  void evaluate_lengthThatTheContextDoesNotDivide_foreseesEveryTokenOnce() {
    TokenData data = data(23);

    Losses losses = new Evaluator(decoder, 5, OptionalInt.empty()).evaluate(data, run());

    assertThat(losses.targets()).containsExactly(5, 5, 5, 5, 2);
    for (int w = 0; w < 5; w++) {
      int length = losses.targets()[w];
      double expected = definition(data.read(5L * w, length), data.read(5L * w + 1, length));
      assertThat(losses.sums()[w]).isCloseTo(expected, within(1e-5 * length));
    }
  }

  @Test
  void evaluate_beginning_foreseesTheFirstTokenToo() {
    TokenData data = data(8);

    Losses losses = new Evaluator(decoder, 5, OptionalInt.of(3)).evaluate(data, run());

    assertThat(losses.targets()).containsExactly(5, 3);
    int[] first = {3, at(data, 0), at(data, 1), at(data, 2), at(data, 3)};
    assertThat(losses.sums()[0]).isCloseTo(definition(first, data.read(0, 5)), within(5e-5));
    int[] second = {3, at(data, 5), at(data, 6)};
    assertThat(losses.sums()[1]).isCloseTo(definition(second, data.read(5, 3)), within(3e-5));
  }

  @Test
  void evaluate_anyNumberOfThreads_hasTheSameBits() {
    TokenData data = data(6000);
    Evaluator evaluator = new Evaluator(decoder, 7, OptionalInt.empty());

    try (Workers one = Workers.of(1)) {
      Losses alone = evaluator.evaluate(data, Run.inference(Kernels.best(), one));
      assertThat(evaluator.evaluate(data, run()).sums()).isEqualTo(alone.sums());
    }
  }

  @Test
  void evaluate_badInput_saysWhatWouldFit() {
    Evaluator evaluator = Evaluator.of(decoder);
    int vocabulary = decoder.embedding().tokens().shape().axis(0);

    assertThatThrownBy(() -> evaluator.evaluate(TokenData.of(3), run()))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("nothing to foresee");
    assertThatThrownBy(() -> evaluator.evaluate(TokenData.of(3, vocabulary), run()))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("vocabulary of " + vocabulary);
    assertThatThrownBy(() -> new Evaluator(decoder, decoder.context() + 1, OptionalInt.empty()))
        .isInstanceOf(DataException.class);
  }

  private Run run() {
    return Run.inference(Kernels.best(), workers);
  }

  private TokenData data(int count) {
    CounterRandom random = CounterRandom.of(4);
    int vocabulary = decoder.embedding().tokens().shape().axis(0);
    return TokenData.of(IntStream.range(0, count).map(i -> random.below(vocabulary, i)).toArray());
  }

  private static int at(TokenData data, int place) {
    return data.read(place, 1)[0];
  }

  private double definition(int[] inputs, int[] targets) {
    Tensor logits = decoder.forward(Tokens.of(inputs), run());
    double sum = 0;
    for (int t = 0; t < targets.length; t++) {
      double[] row = new double[logits.axis(2)];
      for (int v = 0; v < row.length; v++) {
        row[v] = logits.at(0, t, v);
      }
      sum += Math.log(Arrays.stream(row).map(Math::exp).sum()) - row[targets[t]];
    }
    return sum;
  }
}
