package dev.heed.attention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Choices as they are written.
class FormsTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "dot",
        "dot(0.1)",
        "dot(-3)",
        "dot(1.0E-20)",
        "dot(learned)",
        "cosine(10)",
        "cosine(learned)",
        "bilinear",
        "bilinear(0.5)",
        "distance",
        "distance(learned)",
        "additive(6,1)",
        "additive(12,learned)"
      })
  void score_written_isReadBack(String text) {
    assertThat(Score.parse(text).text()).isEqualTo(text);
    assertThat(Score.parse(Score.parse(text).text())).isEqualTo(Score.parse(text));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "softcap(50)",
        "softcap(0.3)",
        "alibi",
        "alibi(learned)",
        "scale(2)",
        "scale(1,0.5,-4)",
        "scale(learned)",
        "bias",
        "forget",
        "shaw(16)",
        "xl(64)",
        "t5(32,128,bidirectional)",
        "t5(16,64,causal)"
      })
  void modifier_written_isReadBack(String text) {
    assertThat(Modifier.parse(text).text()).isEqualTo(text);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "softmax",
        "sink",
        "sparsemax",
        "entmax15",
        "entmax",
        "topk(5)",
        "blocktopk(16,4)",
        "sigmoid(-3)",
        "relu(2,10)"
      })
  void normalizer_written_isReadBack(String text) {
    assertThat(Normalizer.parse(text).text()).isEqualTo(text);
  }

  @Test
  void parse_spaces_doNotMatter() {
    assertThat(Modifier.parse(" scale( 2 , 3 ) ")).isEqualTo(new Modifier.Scale(List.of(2.0, 3.0)));
  }

  @Test
  void parse_unknownName_saysWhatFits() {
    assertThatThrownBy(() -> Modifier.parse("softcpa(3)"))
        .isInstanceOf(UnknownChoiceException.class)
        .hasMessageContainingAll("modifier: 'softcpa(3)'", "softcap(c)", "alibi");
    assertThatThrownBy(() -> Normalizer.parse("")).hasMessageContaining("softmax");
  }

  @Test
  void parse_wrongArguments_saysWhichAndWhatFits() {
    assertThatThrownBy(() -> Modifier.parse("softcap(x)"))
        .hasMessage("modifier softcap(c): 'x' should be a number");
    assertThatThrownBy(() -> Modifier.parse("softcap(1,2)"))
        .hasMessage("modifier: 'softcap(1,2)' has 2 arguments; softcap(c) would fit");
    assertThatThrownBy(() -> Modifier.parse("alibi(5)"))
        .hasMessage("modifier alibi(learned): '5' should be learned");
    assertThatThrownBy(() -> Modifier.parse("softcap"))
        .hasMessageContainingAll("0 arguments", "softcap(c)");
    assertThatThrownBy(() -> Modifier.parse("softcap(3")).hasMessageContaining("softcap(c)");
    assertThatThrownBy(() -> Modifier.parse("softcap(-1)")).hasMessageContaining("positive");
    assertThatThrownBy(() -> Score.parse("dot(NaN)")).hasMessageContaining("finite");
    assertThatThrownBy(() -> Modifier.parse("t5(32,2147483647,causal)"))
        .hasMessageContainingAll("2147483647", "up to 2^20");
  }
}
