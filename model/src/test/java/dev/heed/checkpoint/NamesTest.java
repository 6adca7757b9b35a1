package dev.heed.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heed.tensor.Shape;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NamesTest {
  @ParameterizedTest
  @CsvSource({"kitten,sitting,3", "abc,abc,0", "'',abc,3", "abc,'',3", "flaw,lawn,2"})
  void edits_countsInsertionsDeletionsAndReplacements(String a, String b, int edits) {
    assertThat(Nearest.edits(a, b)).isEqualTo(edits);
  }

  @Test
  void nearest_many_areThreeInOrder() {
    List<String> names = List.of("layer.10", "layer.1", "layers.1", "bias", "layer.12");
    assertThat(Nearest.of("layer.11", names)).containsExactly("layer.1", "layer.10", "layer.12");
    assertThat(Nearest.hint("zzz", names)).startsWith("there are 'layer.10', 'layer.1', ");
    List<String> all = IntStream.range(0, 21).mapToObj(i -> "layer." + i).toList();
    assertThat(Nearest.hint("zzz", all)).isEqualTo("none of the 21 there is like it");
    assertThat(Nearest.hint("zzz", List.of())).isEqualTo("there are none");
  }

  @Test
  void escape_textThatSteersATerminal_isWrittenOut() {
    assertThat(Escape.text("größe 😀 東")).isEqualTo("größe 😀 東");
    assertThat(Escape.text("a\nb\u001b[0m\u202e\u009b\u2028"))
        .isEqualTo("a\\u000ab\\u001b[0m\\u202e\\u009b\\u2028");
    assertThat(Escape.text("\ud800x")).isEqualTo("\\ud800x");
    assertThat(Escape.text("\udb40\udc41")).isEqualTo("\\u{e0041}");
    assertThat(Escape.text("x".repeat(300))).isEqualTo("x".repeat(200) + "…");
  }

  private static StoredTensor tensor(String name, int... shape) {
    return new StoredTensor(name, "F32", Optional.empty(), Shape.of(shape), 0, 8);
  }

  @Test
  void groups_numbersThatVary_becomeRanges() {
    List<StoredTensor> tensors =
        IntStream.range(0, 12)
            .mapToObj(i -> tensor("h." + i / 3 + ".experts." + i % 3 + ".w1", 2, 3))
            .toList();
    assertThat(TensorGroup.of(tensors))
        .containsExactly(new TensorGroup("h.0-3.experts.0-2.w1", "F32", Shape.of(2, 3), 12, 96));
  }

  @Test
  void groups_someNumbersAlone_areNamed() {
    List<StoredTensor> few =
        IntStream.of(0, 2, 3, 4, 9).mapToObj(i -> tensor("blocks." + i + ".o", 2)).toList();
    assertThat(TensorGroup.of(few).getFirst().pattern()).isEqualTo("blocks.0,2-4,9.o");
    List<StoredTensor> many =
        IntStream.range(0, 7).mapToObj(i -> tensor("blocks." + 2 * i + ".o", 2)).toList();
    assertThat(TensorGroup.of(many).getFirst().pattern()).isEqualTo("blocks.0-12.o");
  }

  @Test
  void groups_otherShapeOrName_areApart() {
    assertThat(TensorGroup.of(List.of(tensor("a.1", 2), tensor("a.2", 3), tensor("b.1", 2))))
        .extracting(TensorGroup::pattern)
        .containsExactly("a.1", "a.2", "b.1");
    assertThat(TensorGroup.of(List.of(tensor("w1", 2), tensor("w2", 2)))).hasSize(2);
    assertThat(TensorGroup.of(List.of(tensor("a.99999999999", 2)))).hasSize(1);
  }
}
