package dev.heed.lens;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heed.attention.UnsupportedCombinationException;
import dev.heed.checkpoint.Checkpoint;
import dev.heed.checkpoint.Json;
import dev.heed.model.Decoder;
import dev.heed.testing.NeedsShared;
import dev.heed.testing.Shared;
import dev.heed.train.TrainableModel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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
      Pruning uneven = Pruning.of(decoder, gone.subList(0, readers));
      assertThatThrownBy(() -> uneven.write(config, folder))
          .isInstanceOf(UnsupportedCombinationException.class)
          .hasMessageContaining("config.json of llama");
    }
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
