package dev.heed.lens;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heed.grad.Probe;
import dev.heed.grad.Run;
import dev.heed.grad.Site;
import dev.heed.grad.Tokens;
import dev.heed.kernel.Kernels;
import dev.heed.model.Decoder;
import dev.heed.tensor.Tensor;
import dev.heed.testing.NeedsShared;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

class ModelSitesTest {
  private static final int BATCH = 2;
  private static final int LENGTH = 5;

  /// Every site that a pass meets, and how many numbers stand there.
  private static Map<String, Integer> met(Decoder decoder) {
    Map<String, Integer> met = new LinkedHashMap<>();
    Probe probe =
        new Probe() {
          @Override
          public boolean wants(Site site) {
            return true;
          }

          @Override
          public Tensor at(Site site, Tensor value) {
            met.put(site.path(), value.size());
            return value;
          }
        };
    Run run = Run.inference(Kernels.best(), TestModels.WORKERS).probed(probe);
    decoder.forward(new Tokens(new int[BATCH * LENGTH], BATCH, LENGTH), run);
    return met;
  }

  private static void assertListed(Decoder decoder) {
    Map<String, Integer> listed = new LinkedHashMap<>();
    for (SiteShape site : ModelSites.of(decoder).all()) {
      listed.put(site.path(), (int) site.of(BATCH, LENGTH).size());
    }
    Map<String, Integer> met = met(decoder);
    assertThat(List.copyOf(listed.entrySet())).isEqualTo(List.copyOf(met.entrySet()));
  }

  static final List<String> KINDS = TestModels.KINDS;
  static final List<String> GOLDEN = TestModels.GOLDEN;

  @ParameterizedTest
  @FieldSource("KINDS")
  void of_everyKindOfPart_listsWhatAPassMeets(String changes) {
    assertListed(TestModels.decoder(changes));
  }

  @ParameterizedTest
  @FieldSource("GOLDEN")
  @NeedsShared("golden/gpt2")
  void of_everyArchitecture_listsWhatAPassMeets(String name) {
    assertListed(TestModels.golden(name));
  }

  @Test
  void of_groupedQueries_stateTheirHeads() {
    ModelSites sites = ModelSites.of(TestModels.decoder("{}"));
    assertThat(sites.get("blocks.1.attn.q")).hasToString("blocks.1.attn.q [B, T, 6, 4]");
    assertThat(sites.get("blocks.1.attn.k")).hasToString("blocks.1.attn.k [B, T, 3, 4]");
    assertThat(sites.get("blocks.0.attn.pattern"))
        .hasToString("blocks.0.attn.pattern [B, 6, T, T]");
    assertThat(sites.get("blocks.0.mlp.post")).hasToString("blocks.0.mlp.post [B, T, 10]");
  }

  @Test
  void get_unknown_namesTheNearest() {
    assertThatThrownBy(() -> ModelSites.of(TestModels.decoder("{}")).get("blocks.1.attn.patern"))
        .isInstanceOf(LensException.class)
        .hasMessageContaining("'blocks.1.attn.patern'")
        .hasMessageContaining("'blocks.1.attn.pattern'");
  }

  @Test
  void in_patterns_findWhatTheyMatch() {
    ModelSites sites = ModelSites.of(TestModels.decoder("{}"));
    assertThat(Sites.matching("blocks.*.attn.{q,z}", "embed").and("ln_final.**").in(sites))
        .extracting(SiteShape::path)
        .containsExactly(
            "embed",
            "blocks.0.attn.q",
            "blocks.0.attn.z",
            "blocks.1.attn.q",
            "blocks.1.attn.z",
            "ln_final.scale",
            "ln_final.normalized");
    assertThat(Sites.matching("blocks.1.**.normalized").in(sites))
        .extracting(SiteShape::path)
        .containsExactly("blocks.1.ln1.normalized", "blocks.1.ln2.normalized");
    assertThatThrownBy(() -> Sites.matching("blocks.*.pattern").in(sites))
        .as("a star ends at a dot")
        .isInstanceOf(LensException.class);
    assertThatThrownBy(() -> Sites.matching("embed", "blocks.*.attn.patern").in(sites))
        .isInstanceOf(LensException.class)
        .hasMessageContaining("'blocks.*.attn.patern'")
        .hasMessageContaining("'blocks.0.attn.pattern'");
  }
}
