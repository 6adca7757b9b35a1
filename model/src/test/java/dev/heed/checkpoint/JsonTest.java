package dev.heed.checkpoint;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heed.checkpoint.Json.Arr;
import dev.heed.checkpoint.Json.Num;
import dev.heed.checkpoint.Json.Obj;
import dev.heed.checkpoint.Json.Str;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {
  private static Json parse(String text) {
    return Json.parse("config.json", text.getBytes(UTF_8));
  }

  private static Obj object(String text) {
    return Json.parseObject("config.json", text.getBytes(UTF_8));
  }

  @Test
  void parse_everyKind_keepsOrderAndText() {
    Obj obj =
        object("{\"b\": 1, \"a\": [true, null, \"x\\u00e9\\n\"], \"big\": 9223372036854775807}");
    assertThat(obj.members().keySet()).containsExactly("b", "a", "big");
    assertThat(obj.list("a").items())
        .containsExactly(Json.of(true), new Json.Null(), Json.of("xé\n"));
    assertThat(obj.whole("big")).isEqualTo(Long.MAX_VALUE);
    assertThat(obj.get("b")).contains(new Num("1"));
  }

  @Test
  void parse_decimal_isKeptAsWritten() {
    assertThat(parse("1.0e-06")).isEqualTo(new Num("1.0e-06"));
    assertThat(((Num) parse("1e-05")).asDouble()).isEqualTo(1e-5);
  }

  @ParameterizedTest
  @CsvSource({"Infinity,Infinity", "-Infinity,-Infinity", "NaN,NaN"})
  void parse_pythonsSpecialNumbers_areNumbers(String text, Double value) {
    assertThat(object("{\"x\": " + text + "}").number("x")).isEqualTo(value);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "{",
        "[1,]",
        "{\"a\":1,}",
        "{'a':1}",
        "{a:1}",
        "01",
        "+1",
        ".5",
        "1.",
        "0x10",
        "INF",
        "+Infinity",
        "nul",
        "\"a\nb\"",
        "[1 2]",
        "//x\n1",
        "{\"a\"}",
        "\"\\x\"",
        "\"\\ud800\"",
        "\"\\udc00\\ud800\"",
        "{\"\\ud800\":1}"
      })
  void parse_whatIsNotJson_isNamed(String text) {
    assertThatThrownBy(() -> parse(text))
        .isInstanceOf(CheckpointException.class)
        .hasMessageStartingWith("config.json");
  }

  @ParameterizedTest
  @ValueSource(strings = {"{} {}", "1 2", "[] x", "\"a\" \"b\""})
  void parse_textAfterTheEnd_isNamed(String text) {
    assertThatThrownBy(() -> parse(text)).isInstanceOf(CheckpointException.class);
  }

  @Test
  void parse_sameKeyTwice_namesItsPath() {
    assertThatThrownBy(() -> parse("{\"a\": {\"b\": 1, \"c\": 2, \"b\": 3}}"))
        .isInstanceOf(CheckpointException.class)
        .hasMessage("config.json: a.b: stands twice in its object, at line 1");
  }

  @Test
  void parse_nesting_endsAtALimit() {
    assertThat(parse("[".repeat(64) + "]".repeat(64))).isInstanceOf(Arr.class);
    assertThatThrownBy(() -> parse("[".repeat(65) + "]".repeat(65)))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("64 levels");
    assertThatThrownBy(() -> parse("{\"a\":".repeat(100_000)))
        .isInstanceOf(CheckpointException.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"\"\u00ff\"", "\"\u00c0\u0080\"", "\"\u00ed\u00a0\u0080\"", "\"\u00e2\u0082\""})
  void parse_badUtf8_namesTheByte(String latin) {
    assertThatThrownBy(() -> Json.parse("header", latin.getBytes(ISO_8859_1)))
        .isInstanceOf(CheckpointException.class)
        .hasMessage("header: byte 1 is not UTF-8; JSON should be");
  }

  @Test
  void accessor_wrongKind_namesPlaceFoundAndExpected() {
    Obj obj = object("{\"rope\": {\"factor\": \"8\", \"list\": [1, 2.5]}}");
    assertThatThrownBy(() -> obj.object("rope").number("factor"))
        .hasMessage("config.json: rope.factor: is the text \"8\", should be a number");
    assertThatThrownBy(() -> obj.object("rope").list("list").integers())
        .hasMessage(
            "config.json: rope.list[1]: is the number 2.5, should be a whole number of 32 bits");
    assertThatThrownBy(() -> obj.bool("rope"))
        .hasMessage("config.json: rope: is an object, should be true or false");
  }

  @Test
  void accessor_missingKey_namesNearest() {
    Obj obj = object("{\"hidden_size\": 64, \"hidden_act\": \"silu\"}");
    assertThatThrownBy(() -> obj.integer("hiden_size"))
        .hasMessage("config.json: 'hiden_size' is missing; nearest is 'hidden_size'");
    assertThatThrownBy(() -> obj.integer("q"))
        .hasMessage("config.json: 'q' is missing; there are 'hidden_size', 'hidden_act'");
  }

  @Test
  void integer_beyond32Bits_isRefused() {
    Obj obj = object("{\"a\": 2147483648, \"b\": 99999999999999999999, \"c\": -2147483648}");
    assertThatThrownBy(() -> obj.integer("a")).hasMessageContaining("32 bits");
    assertThat(obj.whole("a")).isEqualTo(2147483648L);
    assertThatThrownBy(() -> obj.whole("b")).hasMessageContaining("64 bits");
    assertThat(obj.integer("c")).isEqualTo(Integer.MIN_VALUE);
  }

  @Test
  void optional_nullOrMissing_isEmpty() {
    Obj obj = object("{\"a\": null, \"b\": 3}");
    assertThat(obj.optionalString("a")).isEmpty();
    assertThat(obj.optionalInteger("c")).isEmpty();
    assertThat(obj.optionalObject("a")).isEmpty();
    assertThat(obj.integer("a", 7)).isEqualTo(7);
    assertThat(obj.integer("b", 7)).isEqualTo(3);
    assertThat(obj.number("c", 2.5)).isEqualTo(2.5);
    assertThat(obj.bool("a", true)).isTrue();
    assertThat(obj.has("a")).isFalse();
    assertThatThrownBy(() -> obj.string("b", "x")).hasMessageContaining("should be a text");
  }

  @Test
  void toString_ofWhatWasBuilt_isCompactJson() {
    Json value =
        Json.object()
            .with("text", "a\"\\\n\u0007\u009b\ud83d\ude00")
            .with("n", 3)
            .with("x", 0.5)
            .with("no", false)
            .with("list", Json.of(List.of(Json.of(1), Json.object())));
    assertThat(value)
        .hasToString(
            "{\"text\":\"a\\\"\\\\\\n\\u0007\\u009b😀\",\"n\":3,\"x\":0.5,\"no\":false,\"list\":[1,{}]}");
    assertThat(parse(value.toString())).isEqualTo(value);
  }

  @Test
  void toString_loneSurrogate_isEscaped() {
    assertThat(new Str("a\ud800b\udc00")).hasToString("\"a\\ud800b\\udc00\"");
  }

  @Test
  void of_notFinite_isRefused() {
    assertThatThrownBy(() -> Json.of(Double.NaN)).isInstanceOf(CheckpointException.class);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '`',
      value = {
        "{\"a\": 3,}; column 9: the comma before '}' is one too many",
        "{\"a\": 3; column 8: it ends before everything",
        "{\"a\": \"b; column 9: it ends before everything",
        "{\"a\" 3}; column 6: a colon is missing",
        "{\"a\": 3 \"b\": 4}; column 9: a comma is missing",
        "{a: 3}; column 2: names and texts stand in double quotes",
        "{'a': 3}; column 2: names and texts stand in double quotes",
        "{\"a\": three}; column 7: 'three' is no value",
        "{\"a\": 03}; column 8: a number does not begin with a zero",
        "{\"a\": 1e}; column 8: a number is not complete",
        "{\"a\":}; column 6: a value is missing",
        "{\"a\": [1, 2}; column 12: a list that was opened with '['",
        "{\"a\": 1}}; column 9: a bracket is closed that was not opened",
        "// a; column 1: comments are not JSON"
      })
  void parse_mistake_isNamedWithItsPlace(String text, String message) {
    assertThatThrownBy(() -> parse(text))
        .isInstanceOf(CheckpointException.class)
        .hasMessageStartingWith("config.json: not JSON at line 1, " + message)
        .hasMessageNotContainingAny("Feature", "Source", "code", "marker");
  }
}
