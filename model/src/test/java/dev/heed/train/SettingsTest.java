package dev.heed.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heed.checkpoint.CheckpointException;
import dev.heed.checkpoint.Json;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SettingsTest {
  static String[] presets() {
    return Presets.names().toArray(String[]::new);
  }

  private static Json.Obj json(String text) {
    return Json.parseObject("test", text.getBytes(StandardCharsets.UTF_8));
  }

  @ParameterizedTest
  @MethodSource("presets")
  void of_presetWrittenAndReadAgain_isTheSame(String name) {
    TrainingSettings settings = TrainingSettings.of(Presets.named(name));
    Json.Obj written =
        Json.parseObject(name, settings.json().toString().getBytes(StandardCharsets.UTF_8));
    assertThat(TrainingSettings.of(written)).isEqualTo(settings);
    assertThat(Overlay.difference(settings.json(), written)).isEmpty();
  }

  @Test
  void of_cpuConfig_isThatOfTheAcceptance() {
    TrainingSettings settings = TrainingSettings.of(Presets.named("cpu-config"));
    assertThat(settings.amount().steps()).isEqualTo(2000);
    assertThat(settings.amount().tokens()).isEqualTo(12 * 64);
    assertThat(settings.learning().optimizer())
        .isEqualTo(new OptimizerSettings.AdamW(1e-3, 0.9, 0.99, 1e-8, 0.1));
    assertThat(settings.learning().schedule()).isEqualTo(new Schedule.Cosine(100, 0.1));
    assertThat(settings.learning().clip()).isEqualTo(1);
  }

  @Test
  void of_unknownName_isRefusedWithTheNearest() {
    assertThatThrownBy(() -> TrainingSettings.of(json("{\"model\": {}, \"stebs\": 3}")))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("stebs")
        .hasMessageContaining("'steps'");
    assertThatThrownBy(() -> TrainingSettings.of(json("{\"model\": {}, \"watch\": {\"x\": 3}}")))
        .hasMessageContaining("watch.x");
  }

  @Test
  void of_unfittingValue_isRefused() {
    assertThatThrownBy(() -> TrainingSettings.of(json("{\"model\": {}, \"steps\": 0}")))
        .isInstanceOf(TrainingException.class)
        .hasMessage("settings: steps is 0; 1 or more fits");
    assertThatThrownBy(
            () -> TrainingSettings.of(json("{\"model\": {}, \"optimizer\": {\"beta1\": 1}}")))
        .hasMessage("settings: beta1 is 1.0; 0 up to below 1 fits");
  }

  @Test
  void named_unknownPreset_isRefused() {
    assertThatThrownBy(() -> Presets.named("huge"))
        .isInstanceOf(TrainingException.class)
        .hasMessageContaining("'huge' is not known; cpu-config, ");
  }

  @Test
  void overlay_sameKind_laysMembersOverEachOther() {
    Json.Obj below = json("{\"a\": {\"type\": \"x\", \"b\": 1, \"c\": 2}, \"d\": 3}");
    assertThat(Overlay.of(below, json("{\"a\": {\"c\": 4}, \"e\": 5}")))
        .isEqualTo(json("{\"a\": {\"type\": \"x\", \"b\": 1, \"c\": 4}, \"d\": 3, \"e\": 5}"));
  }

  @Test
  void overlay_otherKind_standsAlone() {
    Json.Obj below = json("{\"a\": {\"type\": \"x\", \"b\": 1}}");
    Json.Obj above = json("{\"a\": {\"type\": \"y\", \"c\": 2}}");
    assertThat(Overlay.of(below, above)).isEqualTo(above);
  }

  @Test
  void difference_nestedMember_isNamedByItsPath() {
    Json.Obj one = json("{\"a\": {\"b\": 1, \"c\": {\"d\": 2}}}");
    assertThat(Overlay.difference(one, json("{\"a\": {\"b\": 1, \"c\": {\"d\": 3}}}")))
        .contains("a.c.d");
    assertThat(Overlay.difference(one, one)).isEmpty();
    assertThat(Overlay.at("a.c.d", Json.of(3L))).isEqualTo(json("{\"a\": {\"c\": {\"d\": 3}}}"));
  }
}
