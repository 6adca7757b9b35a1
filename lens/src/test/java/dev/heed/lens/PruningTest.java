package dev.heed.lens;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heed.checkpoint.Checkpoint;
import dev.heed.checkpoint.CheckpointException;
import dev.heed.checkpoint.Json;
import dev.heed.checkpoint.Settings;
import dev.heed.checkpoint.Weights;
import dev.heed.model.Decoder;
import dev.heed.model.LanguageModel;
import dev.heed.testing.NeedsShared;
import dev.heed.testing.Shared;
import dev.heed.train.Overlay;
import dev.heed.train.TrainableModel;
import dev.heed.train.TrainingException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PruningTest {
  private static final int[] IDS = TestModels.IDS;

  private static List<HeadId> heads(String... names) {
    return List.of(names).stream().map(HeadId::parse).toList();
  }

  private static float[] masked(Decoder decoder, List<HeadId> heads, int... ids) {
    return TestModels.lens(decoder)
        .run(ids, new Replacement.Zero().of(heads), Sites.none())
        .logits()
        .toArray();
  }

  private static float[] logits(Decoder decoder, int... ids) {
    return TestModels.lens(decoder).trace(ids, Sites.none()).logits().toArray();
  }

  @Test
  void of_heads_isAsMaskingThemAndSmaller(@TempDir Path folder) {
    Decoder decoder = TestModels.decoder("{}");
    // both readers of the second key/value head, and another number in the other layer
    List<HeadId> gone = heads("L0H2", "L0H3", "L1H0", "L1H2", "L1H4");
    Pruning pruning = Pruning.of(decoder, gone);
    float[] masked = masked(decoder, gone, IDS);
    assertThat(logits(pruning.decoder(), IDS)).containsExactly(masked, Offset.offset(1e-5f));
    assertThat(ModelSites.of(pruning.decoder()).get("blocks.0.attn.k").heads()).isEqualTo(2);
    assertThat(ModelSites.of(pruning.decoder()).get("blocks.1.attn.q").heads()).isEqualTo(3);
    pruning.write(TestModels.config("{}"), folder);
    try (Checkpoint saved = Checkpoint.open(folder)) {
      assertThat(logits(TrainableModel.of(saved), IDS))
          .containsExactly(masked, Offset.offset(1e-5f));
    }
  }

  @Test
  @NeedsShared("golden/llama-gqa")
  void write_otherArchitectures_stateOneNumberOfHeads(@TempDir Path folder) {
    try (Checkpoint checkpoint = Checkpoint.open(Shared.path("golden/llama-gqa"))) {
      Decoder decoder = TrainableModel.of(checkpoint);
      Json.Obj config = checkpoint.config();
      int readers = config.integer("num_attention_heads") / config.integer("num_key_value_heads");
      List<HeadId> gone = new ArrayList<>();
      for (int layer = 0; layer < decoder.blocks().size(); layer++) {
        for (int head = 0; head < readers; head++) {
          gone.add(new HeadId(layer, head));
        }
      }
      Pruning.of(decoder, gone).write(config, folder);
      try (Checkpoint saved = Checkpoint.open(folder)) {
        assertThat(logits(TrainableModel.of(saved), 3, 1, 4, 1, 5))
            .containsExactly(masked(decoder, gone, 3, 1, 4, 1, 5), Offset.offset(1e-4f));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"llama-gqa", "gpt2", "mixtral", "gemma2", "qwen3"})
  @NeedsShared("golden/llama-gqa")
  void write_anyArchitecture_savesAnyHeadsOfAnyLayer(String name, @TempDir Path folder) {
    try (Checkpoint checkpoint = Checkpoint.open(Shared.path("golden/" + name))) {
      Decoder decoder = TrainableModel.of(checkpoint);
      List<HeadId> gone = heads("L1H1");
      Pruning.of(decoder, gone).write(checkpoint.config(), folder);
      try (Checkpoint saved = Checkpoint.open(folder)) {
        Decoder left = TrainableModel.of(saved);
        assertThat(logits(left, 3, 1, 4, 1, 5))
            .containsExactly(masked(decoder, gone, 3, 1, 4, 1, 5), Offset.offset(1e-4f));
        // once more, of what was read
        Pruning.of(left, heads("L0H0")).write(saved.config(), folder);
      }
      try (Checkpoint saved = Checkpoint.open(folder)) {
        assertThat(logits(TrainableModel.of(saved), 3, 1, 4, 1, 5))
            .containsExactly(
                masked(decoder, heads("L0H0", "L1H1"), 3, 1, 4, 1, 5), Offset.offset(1e-4f));
      }
    }
  }

  @Test
  @NeedsShared("golden/gpt-oss")
  void write_expertsThatAreStoredTogether_isRefused(@TempDir Path folder) {
    try (Checkpoint checkpoint = Checkpoint.open(Shared.path("golden/gpt-oss"))) {
      Pruning pruning = Pruning.of(TrainableModel.of(checkpoint), heads("L0H1"));
      assertThatThrownBy(() -> pruning.write(checkpoint.config(), folder))
          .isInstanceOf(TrainingException.class)
          .hasMessageContaining("gpt_oss");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "'[4, 4]', '[2, 2, 2]', 2 numbers for 3 layers",
    "'[3, 4, 4]', '[2, 2, 2]', 3 heads over 2",
    "'[0, 4, 4]', '[2, 2, 2]', is 0",
    "'[4, 4, 4]', null, both would fit"
  })
  @NeedsShared("golden/llama-gqa")
  void open_headsOfLayersThatDoNotFit_isRefused(String queries, String keys, String message) {
    try (Checkpoint checkpoint = Checkpoint.open(Shared.path("golden/llama-gqa"))) {
      String lists =
          "{`num_attention_heads_per_layer`: %s, `num_key_value_heads_per_layer`: %s}"
              .formatted(queries, keys);
      Settings settings = new Settings(Overlay.of(checkpoint.config(), TestModels.json(lists)));
      Weights weights = checkpoint.weights();
      assertThatThrownBy(() -> LanguageModel.decoder(settings, weights, "here"))
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining(message);
    }
  }

  @Test
  void of_groupsReadByDifferentNumbers_isAsMasking() {
    Decoder decoder = TestModels.decoder("{`num_key_value_heads`: 2}");
    List<HeadId> gone = heads("L0H1", "L1H3", "L1H4", "L1H0");
    Pruning pruning = Pruning.of(decoder, gone);
    assertThat(logits(pruning.decoder(), IDS))
        .containsExactly(masked(decoder, gone, IDS), Offset.offset(1e-5f));
    // of three readers each, two and three are left, then two and one
    assertThat(ModelSites.of(pruning.decoder()).get("blocks.0.attn.k").heads()).isEqualTo(5);
    assertThat(ModelSites.of(pruning.decoder()).get("blocks.1.attn.k").heads()).isEqualTo(3);
  }

  @Test
  void least_ofAll_leavesEachLayerItsBest() {
    Map<HeadId, Double> values = new TreeMap<>();
    heads("L0H0", "L0H1", "L1H0", "L1H1", "L1H2")
        .forEach(head -> values.put(head, 1.0 + head.head()));
    values.put(new HeadId(0, 0), .5);
    HeadImportance importance = new HeadImportance(values);
    assertThat(importance.least(3)).isEqualTo(heads("L0H0", "L1H0", "L1H1"));
    assertThatThrownBy(() -> importance.least(4))
        .isInstanceOf(LensException.class)
        .hasMessageContaining("1 to 3");
  }

  @Test
  void of_layersWithoutSelfAttention_isRefused() {
    Decoder decoder = TestModels.decoder("{`mixers`: [{`type`: `linear`}, {}]}");
    assertThatThrownBy(() -> Pruning.of(decoder, heads("L0H1")))
        .isInstanceOf(LensException.class)
        .hasMessageContaining("layer 0 of 2 has no self-attention");
  }

  @Test
  void importance_ofAHead_isTheSlopeOfTheLoss() {
    Lens lens = TestModels.lens(TestModels.decoder("{}"));
    List<int[]> texts = List.of(IDS, new int[] {7, 0, 10, 4});
    HeadImportance importance = HeadImportance.of(lens, texts);
    assertThat(importance.byHead()).hasSize(12);
    HeadId head = new HeadId(1, 3);
    float step = 1e-2f;
    double expected = 0;
    for (int[] text : texts) {
      double up = loss(lens, text, new Intervention.Scale(head.place(), 1 + step));
      double down = loss(lens, text, new Intervention.Scale(head.place(), 1 - step));
      expected += Math.abs(up - down) / (2 * step) / texts.size();
    }
    // a central difference of losses of floats
    assertThat(importance.byHead().get(head)).isCloseTo(expected, Offset.offset(1e-4));
    assertThat(importance.byHead().get(importance.leastFirst().getFirst()))
        .isLessThanOrEqualTo(expected + 1e-4);
    double squares = 0;
    for (int h = 0; h < 6; h++) {
      double value = importance.normalized().byHead().get(new HeadId(0, h));
      squares += value * value;
    }
    assertThat(squares).isCloseTo(1, Offset.offset(1e-9));
  }

  private static double loss(Lens lens, int[] text, Intervention change) {
    Trace trace = lens.run(text, List.of(change), Sites.none());
    return Effect.of(trace, trace).lossBefore();
  }
}
