package dev.heed.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.heed.checkpoint.Checkpoint;
import dev.heed.data.Batch;
import dev.heed.data.BatchShape;
import dev.heed.data.Documents;
import dev.heed.data.Packing;
import dev.heed.data.RandomCrops;
import dev.heed.data.TokenData;
import dev.heed.grad.Run;
import dev.heed.grad.Tokens;
import dev.heed.kernel.Kernels;
import dev.heed.kernel.Workers;
import dev.heed.model.Decoder;
import dev.heed.tensor.CounterRandom;
import dev.heed.tensor.Tensor;
import dev.heed.testing.NeedsShared;
import dev.heed.testing.Shared;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@NeedsShared({"golden/gpt2", "golden/llama-gqa"})
final class PackedLossTest {
  // documents of 4, 2 and 5 tokens in a row of 10 inputs: 3, 1 and 4 targets
  private static final int[] IDS = {11, 12, 13, 14, 21, 22, 31, 32, 33, 34, 35};
  private static final TokenData DATA = TokenData.of(IDS, new Documents(new long[] {0, 4, 6}));

  // rotary angles tell distances alone, so there it does not matter where positions begin
  @ParameterizedTest
  @CsvSource({"gpt2,RESTARTED", "llama-gqa,RESTARTED", "llama-gqa,MASKED"})
  void loss_packedDocuments_isThatOfEachAlone(String model, Packing packing) {
    Batch packed =
        RandomCrops.of(DATA, new BatchShape(2, 10), CounterRandom.of(1)).packed(packing).batch(0);

    double alone =
        (3 * loss(model, alone(0, 4)) + loss(model, alone(4, 6)) + 4 * loss(model, alone(6, 11)))
            / 8;

    // sums of 8 floats, each right within a few units of its last place
    assertThat(loss(model, packed)).isCloseTo(alone, within(1e-5));
  }

  @Test
  void loss_packedDocuments_isNotThatOfOneText() {
    RandomCrops crops = RandomCrops.of(DATA, new BatchShape(2, 10), CounterRandom.of(1));
    Batch masked = crops.packed(Packing.MASKED).batch(0);
    Batch blind = new Batch(masked.inputs(), masked.targets());

    assertThat(loss("gpt2", masked)).isNotCloseTo(loss("gpt2", blind), within(1e-3));
  }

  @Test
  void gradients_packedDocuments_areThoseOfEachAlone() {
    Batch packed =
        RandomCrops.of(DATA, new BatchShape(2, 10), CounterRandom.of(1))
            .packed(Packing.RESTARTED)
            .batch(0);
    float[] together = gradient(packed);
    float[] first = gradient(alone(0, 4));
    float[] second = gradient(alone(4, 6));
    float[] third = gradient(alone(6, 11));

    for (int i = 0; i < together.length; i++) {
      float expected = (3 * first[i] + second[i] + 4 * third[i]) / 8;
      assertThat(together[i]).isCloseTo(expected, within(1e-5f));
    }
  }

  private static Batch alone(int from, int to) {
    int length = to - from - 1;
    int[] inputs = DATA.read(from, length);
    int[] targets = DATA.read(from + 1, length);
    return new Batch(new Tokens(inputs, 1, length), new Tokens(targets, 1, length));
  }

  private static double loss(String model, Batch batch) {
    try (Checkpoint checkpoint = Checkpoint.open(Shared.path("golden/" + model));
        Workers workers = Workers.of(2)) {
      Decoder decoder = TrainableModel.of(checkpoint);
      List<Parameter> parameters = Parameters.of(decoder, checkpoint.config());
      Run run = Run.inference(Kernels.best(), workers);
      return new LossAndGradients(decoder, parameters).of(List.of(batch), run).loss();
    }
  }

  private static float[] gradient(Batch batch) {
    try (Checkpoint checkpoint = Checkpoint.open(Shared.path("golden/gpt2"));
        Workers workers = Workers.of(2)) {
      Decoder decoder = TrainableModel.of(checkpoint);
      List<Parameter> parameters = Parameters.of(decoder, checkpoint.config());
      Run run = Run.inference(Kernels.best(), workers);
      Tensor gradient =
          new LossAndGradients(decoder, parameters).of(List.of(batch), run).gradients().getFirst();
      return gradient.toArray();
    }
  }
}
