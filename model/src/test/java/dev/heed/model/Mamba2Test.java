package dev.heed.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.heed.attention.AttentionException;
import dev.heed.attention.Positions;
import dev.heed.attention.mixer.MixerException;
import dev.heed.checkpoint.CheckpointException;
import dev.heed.checkpoint.Json;
import dev.heed.checkpoint.Settings;
import dev.heed.checkpoint.Weights;
import dev.heed.grad.GradCheck;
import dev.heed.grad.Run;
import dev.heed.grad.Tokens;
import dev.heed.kernel.Kernels;
import dev.heed.kernel.Workers;
import dev.heed.layer.Pass;
import dev.heed.tensor.Tensor;
import dev.heed.tensor.Weight;
import dev.heed.train.Parameter;
import dev.heed.train.Parameters;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class Mamba2Test {
  private static final Workers WORKERS = Workers.of(2);
  private static final int VOCABULARY = 13;
  private static final int LENGTH = 21;

  /// Two blocks of 6 heads in 2 groups.
  private static final Json.Obj CONFIG =
      Json.object()
          .with("model_type", "mamba2")
          .with("vocab_size", VOCABULARY)
          .with("hidden_size", 9)
          .with("expand", 2)
          .with("num_heads", 6)
          .with("head_dim", 3)
          .with("n_groups", 2)
          .with("state_size", 5)
          .with("num_hidden_layers", 2)
          .with("use_bias", true);

  private final Random random = new Random(12);

  private static Run run() {
    return Run.inference(Kernels.best(), WORKERS);
  }

  private Decoder decoder(Json.Obj config) {
    Weights weights =
        Weights.made((name, shape) -> {
          float[] numbers = new float[shape.arraySize()];
          for (int i = 0; i < numbers.length; i++) {
            numbers[i] = (float) (0.4 * random.nextGaussian());
          }
          return Weight.of(name, numbers, shape.toArray());
        });
    return LanguageModel.decoder(new Settings(config), weights, "test");
  }

  private int[] ids(int count) {
    int[] ids = new int[count];
    Arrays.setAll(ids, _ -> random.nextInt(VOCABULARY));
    return ids;
  }

  @Test
  void hidden_inParts_equalsWhole() {
    Decoder decoder = decoder(CONFIG);
    int[] ids = ids(2 * LENGTH);
    float[] whole = decoder.hidden(new Tokens(ids, 2, LENGTH), run()).toArray();
    for (int size : new int[] {1, 2, 8, 20}) {
      DecoderCache cache = decoder.newCache(2, LENGTH);
      for (int from = 0; from < LENGTH; from += size) {
        int length = Math.min(size, LENGTH - from);
        int[] part = new int[2 * length];
        System.arraycopy(ids, from, part, 0, length);
        System.arraycopy(ids, LENGTH + from, part, length, length);
        Tensor hidden = decoder.hidden(new Tokens(part, 2, length), cache, run());
        for (int t = 0; t < length; t++) {
          assertThat(hidden.at(1, t, 7))
              .isCloseTo(whole[(LENGTH + from + t) * 9 + 7], within(2e-5f));
        }
      }
      assertThat(cache.length()).isEqualTo(LENGTH);
    }
  }

  @Test
  void hidden_packedDocuments_areThoseAlone() {
    Decoder decoder = decoder(CONFIG);
    int[] ids = ids(LENGTH);
    int[] documents = new int[LENGTH];
    Arrays.setAll(documents, t -> t < 12 ? 3 : 8);
    Pass packed = Pass.packed(Positions.range(0, LENGTH), Positions.of(documents));
    Tensor all = decoder.forward(Tokens.of(ids), packed, run());
    Tensor second = decoder.forward(Tokens.of(Arrays.copyOfRange(ids, 12, LENGTH)), run());
    for (int t = 0; t < LENGTH - 12; t++) {
      assertThat(all.at(0, 12 + t, 4)).isCloseTo(second.at(0, t, 4), within(2e-5f));
    }
  }

  @Test
  void backward_everyParameter_equalsDifferences() {
    Decoder decoder = decoder(CONFIG);
    List<Weight> weights = Parameters.of(decoder, CONFIG).stream().map(Parameter::weight).toList();
    // embedding, norm, head; a block has a norm, 5 + 1 projections with biases, 3 convolutions with
    // biases, 3 vectors of its steps and a norm
    assertThat(weights).hasSize(3 + 2 * (1 + 12 + 6 + 3 + 1));
    Tokens ids = new Tokens(ids(2 * LENGTH), 2, LENGTH);
    new GradCheck(run(), 4, 5e-3)
        .check(weights, inner -> decoder.forward(ids, inner))
        .orElseThrow();
  }

  @Test
  void truncate_partOfAState_isRefused() {
    Decoder decoder = decoder(CONFIG);
    int[] ids = ids(LENGTH);
    DecoderCache cache = decoder.newCache(1, LENGTH);
    float[] first = decoder.hidden(Tokens.of(ids), cache, run()).toArray();
    assertThatThrownBy(() -> cache.truncate(4))
        .isInstanceOf(MixerException.class)
        .hasMessageContaining("21 positions")
        .hasMessageContaining("to 4");
    cache.truncate(LENGTH);
    cache.truncate(0);
    assertThat(decoder.hidden(Tokens.of(ids), cache, run()).toArray()).isEqualTo(first);
    // parts of convolutions and of states: (3 + 2 + 2) groups of channels, 5 x 3 numbers a head
    assertThat(cache.bytes()).isEqualTo(2 * 4 * ((18 + 10 + 10) * 3 + 6 * 5 * 3));
    DecoderCache other = new TinyModel().decoder().newCache(1, 8);
    assertThatThrownBy(() -> decoder.forward(Tokens.of(ids), other.pass(Tokens.of(1)), run()))
        .isInstanceOf(AttentionException.class)
        .hasMessageContaining("KeysAndValues");
  }

  @Test
  void fork_ofSequences_goesOnAsTheyDo() {
    Decoder decoder = decoder(CONFIG);
    Tokens two = new Tokens(ids(2 * LENGTH), 2, LENGTH);
    DecoderCache cache = decoder.newCache(2, 2 * LENGTH);
    decoder.hidden(two, cache, run());
    DecoderCache fork = cache.fork(1, 0, 1);
    Tensor apart = decoder.hidden(new Tokens(new int[] {3, 3, 4}, 3, 1), fork, run()).copy();
    cache.reorder(1, 0);
    Tensor turned = decoder.hidden(new Tokens(new int[] {3, 3}, 2, 1), cache, run());
    for (int d = 0; d < 9; d++) {
      assertThat(turned.at(0, 0, d)).isEqualTo(apart.at(0, 0, d));
      assertThat(turned.at(1, 0, d)).isEqualTo(apart.at(1, 0, d));
    }
    assertThat(apart.at(2, 0, 0)).isNotEqualTo(apart.at(0, 0, 0));
    assertThatThrownBy(() -> cache.fork(2)).isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void load_headsThatDoNotFit_namesThem() {
    assertThatThrownBy(() -> decoder(CONFIG.with("head_dim", 4)))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("6 heads")
        .hasMessageContaining("hidden_size 9");
    assertThatThrownBy(() -> decoder(CONFIG.with("n_groups", 4)))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("4 groups");
  }
}
