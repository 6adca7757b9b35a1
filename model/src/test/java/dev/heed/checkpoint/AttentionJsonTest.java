package dev.heed.checkpoint;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heed.attention.Attention;
import dev.heed.attention.Chance;
import dev.heed.attention.Mask;
import dev.heed.attention.Mixing;
import dev.heed.attention.Modifier;
import dev.heed.attention.Normalizer;
import dev.heed.attention.Score;
import dev.heed.attention.Variants;
import java.util.List;
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
        .filter(one -> List.of("score", "modifier", "normalizer", "mixing").contains(one.axis()))
        .map(one -> one.axis() + ": " + example(one.form()));
  }

  /// A form with numbers for its arguments.
  private static String example(String form) {
    return form.replace(", ...", "")
        .replace("maxDistance", "20")
        .replace("direction", "causal")
        .replaceAll("(?<=[(,] ?)(?!learned|causal|scores|weights)[a-z]+", "3");
  }

  @ParameterizedTest
  @MethodSource("choices")
  void write_everyChoice_isReadBack(String choice) {
    String axis = choice.substring(0, choice.indexOf(':'));
    String text = choice.substring(choice.indexOf(':') + 2);
    String json =
        axis.equals("modifier") || axis.equals("mixing")
            ? "{\"%s\": [\"%s\"]}".formatted(axis.replace("modifier", "modifiers"), text)
            : "{\"%s\": \"%s\"}".formatted(axis, text);
    Attention attention = read(json);
    assertThat(attention).isNotNull();
    assertThat(read(AttentionJson.write(attention).toString())).isEqualTo(attention);
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
