package dev.heed.checkpoint;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heed.attention.Attention;
import dev.heed.attention.AttentionChoices;
import dev.heed.attention.Chance;
import dev.heed.attention.HeadChoice;
import dev.heed.attention.Mask;
import dev.heed.attention.Mixing;
import dev.heed.attention.Modifier;
import dev.heed.attention.Normalizer;
import dev.heed.attention.Score;
import dev.heed.attention.Source;
import dev.heed.attention.Variants;
import dev.heed.attention.mixer.Decay;
import dev.heed.attention.mixer.StateMixer;
import dev.heed.attention.mixer.Write;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class AttentionJsonTest {
  private static Attention read(String json) {
    return AttentionJson.read(Json.parseObject("config.json", json.getBytes(UTF_8)));
  }

  @Test
  void write_everyAxis_isReadBack() {
    Attention attention =
        new Attention(
            Score.dot(0.1),
            List.of(Modifier.softCap(0.3), new Modifier.Scale(List.of(2.0, 0.7)), Modifier.alibi()),
            Mask.parse("causal & (window(256) | global(4)) & !(i mod 3 = 0)"),
            Normalizer.sink(),
            List.of(new Mixing.TalkWeights(), new Mixing.RelativeValues(7)),
            Chance.none().withKeys(0.1).withWeights(0.25));
    String json = AttentionJson.write(attention).toString();
    assertThat(read(json)).isEqualTo(attention);
    assertThat(read(AttentionJson.write(Attention.full()).toString())).isEqualTo(Attention.full());
  }

  static Stream<String> choices() {
    return Variants.all().stream()
        .filter(one ->
            List.of("score", "modifier", "normalizer", "mixing", "source", "heads")
                .contains(one.axis()))
        .filter(one -> !List.of("H of G", "widths(e, ...)").contains(one.form()))
        .map(one -> one.axis() + ": " + example(one.form()));
  }

  /// A form with numbers for its arguments.
  private static String example(String form) {
    return form.replace(", ...", "")
        .replace("capacity", "9")
        .replace("maxDistance", "20")
        .replace("direction", "causal")
        .replaceAll("(?<=[(,] ?)(?!learned|causal|scores|weights|keys|results)[a-z]+", "3");
  }

  @ParameterizedTest
  @MethodSource("choices")
  void write_everyChoice_isReadBack(String choice) {
    String axis = choice.substring(0, choice.indexOf(':'));
    String text = choice.substring(choice.indexOf(':') + 2);
    String json =
        List.of("modifier", "mixing", "heads").contains(axis)
            ? "{\"%s\": [\"%s\"]}".formatted(axis.replace("modifier", "modifiers"), text)
            : "{\"%s\": \"%s\"}".formatted(axis, text);
    AttentionChoices choices = readChoices(json);
    assertThat(choices).isNotEqualTo(AttentionChoices.of(Attention.causal()));
    assertThat(readChoices(AttentionJson.write(choices).toString())).isEqualTo(choices);
  }

  private static AttentionChoices readChoices(String json) {
    return AttentionJson.readChoices(Json.parseObject("config.json", json.getBytes(UTF_8)));
  }

  /// Several choices on every axis at a time.
  @Test
  void write_generatedChoices_areReadBack() {
    Map<String, List<String>> axes = new LinkedHashMap<>();
    choices()
        .forEach(choice -> {
          int colon = choice.indexOf(':');
          axes.computeIfAbsent(choice.substring(0, colon), _ -> new ArrayList<>())
              .add(choice.substring(colon + 2));
        });
    Random random = new Random(6);
    for (int n = 0; n < 200; n++) {
      Attention attention =
          Attention.full()
              .withScore(Score.parse(any(axes, "score", random)))
              .withMask(Mask.parse("causal & window(%d) | global(2)".formatted(1 + n)))
              .withNormalizer(Normalizer.parse(any(axes, "normalizer", random)))
              .withMixing(Mixing.parse(any(axes, "mixing", random)))
              .withChance(new Chance(random.nextDouble(), 0.25, random.nextDouble()));
      for (int m = random.nextInt(4); m > 0; m--) {
        attention = attention.withModifier(Modifier.parse(any(axes, "modifier", random)));
      }
      AttentionChoices choices =
          new AttentionChoices(
              attention,
              Source.parse(any(axes, "source", random)),
              List.of(HeadChoice.parse(any(axes, "heads", random))));
      assertThat(readChoices(AttentionJson.write(choices).toString())).isEqualTo(choices);
    }
  }

  private static String any(Map<String, List<String>> axes, String axis, Random random) {
    List<String> texts = axes.get(axis);
    return texts.get(random.nextInt(texts.size()));
  }

  @Test
  void write_stateMixers_areReadBack() {
    for (Decay decay :
        List.of(Decay.none(), Decay.perHead(), Decay.perChannel(), Decay.retention(3))) {
      for (Write write : Write.values()) {
        StateMixer mixer = new StateMixer(decay, write, 0.3);
        String json = StateMixerJson.write(mixer).toString();
        assertThat(readMixer(json)).isEqualTo(mixer);
      }
    }
    assertThat(readMixer("{}")).isEqualTo(StateMixer.linear());
  }

  private static StateMixer readMixer(String json) {
    return StateMixerJson.read(Json.parseObject("config.json", json.getBytes(UTF_8)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "{`decay`: `hed`}; config.json: decay; head",
        "{`write`: `dalta`}; config.json: write; delta",
        "{`decay`: `fixed`, `logs`: [0.5]}; config.json; at most 0",
        "{`logs`: [-1]}; config.json: logs; fixed",
        "{`rate`: 1}; config.json: rate; scale"
      })
  void readStateMixer_wrongMember_isNamedWithWhatFits(String json, String where, String fit) {
    assertThatThrownBy(() -> readMixer(json.replace('`', '"')))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContainingAll(where, fit);
  }

  @Test
  void read_empty_isFullAttention() {
    assertThat(read("{}")).isEqualTo(Attention.full());
    assertThat(read("{\"scale\": null, \"mask\": \"\"}")).isEqualTo(Attention.full());
  }

  @Test
  void read_scaleBeside_isTheScoresOwn() {
    assertThat(read("{\"score\": \"dot\", \"scale\": 2.5}").score()).isEqualTo(Score.dot(2.5));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "{`modifiers`: [`alibi`, `softcap(x)`]}; config.json: modifiers[1]:; a number",
        "{`modifiers`: `alibi`}; config.json: modifiers: is the text; a list",
        "{`mask`: `causal & windw(3)`}; config.json: mask:; window(",
        "{`normalizer`: `softmx`}; config.json: normalizer:; softmax",
        "{`score`: 3}; config.json: score: is the number 3; a text",
        "{`score`: `dot(2)`, `scale`: 3}; config.json: scale:; one of the two",
        "{`scores`: `dot`}; config.json: scores: is unknown; score, scale",
        "{`chance`: {`key`: 0.1}}; config.json: chance.key: is unknown; keys",
        "{`chance`: {`keys`: 1}}; config.json: chance:; below 1",
      })
  void read_wrongMember_isNamedWithWhatFits(String json, String where, String fit) {
    assertThatThrownBy(() -> read(json.replace('`', '"')))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContainingAll(where, fit);
  }
}
