package dev.heed.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heed.checkpoint.Json.Num;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Reads what the Python package of the format wrote, made by
/// `src/test/python/make_gguf_fixture.py`.
class GgufTypesTest {
  private final GgufFile gguf = GgufFile.open(resource("gguf-types.gguf"));
  private final SafetensorsFile expected = SafetensorsFile.open(resource("gguf-types.safetensors"));

  private static Path resource(String name) {
    try {
      return Path.of(GgufTypesTest.class.getResource(name).toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  @AfterEach
  void close() {
    gguf.close();
    expected.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q8_0", "Q2_K", "Q3_K", "Q4_K", "Q5_K", "Q6_K", "F64",
        "F32", "F16", "BF16", "I8", "I16", "I32", "I64"
      })
  void weight_ofEveryType_equalsTheReference(String type) {
    assertThat(gguf.tensors().get(type).type()).isEqualTo(type);
    assertThat(gguf.weight(type).shape()).isEqualTo(expected.weight(type).shape());
    assertThat(gguf.weight(type).toFloats()).isEqualTo(expected.weight(type).toFloats());
  }

  @Test
  void tensors_areAllTested() {
    assertThat(gguf.tensors().keySet())
        .containsExactlyInAnyOrderElementsOf(expected.tensors().keySet());
    assertThat(gguf.format()).isEqualTo("GGUF v3");
  }

  @Test
  void metadata_scalars_areExact() {
    Map<String, Json> scalars = gguf.metadata().scalars().members();
    assertThat(scalars)
        .containsEntry("a.uint8", new Num("255"))
        .containsEntry("a.int8", new Num("-128"))
        .containsEntry("a.uint16", new Num("65535"))
        .containsEntry("a.int16", new Num("-32768"))
        .containsEntry("a.uint32", new Num("4294967295"))
        .containsEntry("a.int32", new Num("-2147483648"))
        .containsEntry("a.uint64", new Num("18446744073709551615"))
        .containsEntry("a.int64", new Num("-9223372036854775808"))
        .containsEntry("a.bool", Json.of(true))
        .containsEntry("a.string", Json.of("größe 😀"));
    assertThat(gguf.metadata().number("a.float32")).isEqualTo(1e-5);
    assertThat(gguf.metadata().number("a.float64")).isEqualTo(0.1);
  }

  @Test
  void metadata_lists_areExact() {
    GgufMetadata metadata = gguf.metadata();
    assertThat(metadata.integers("list.int")).containsExactly(3, -1, 2);
    assertThat(metadata.floats("list.float")).containsExactly(0.5f, -2.5f);
    assertThat(metadata.strings("list.string")).containsExactly("a", "", "ß");
    assertThat(metadata.length("list.string")).isEqualTo(3);
    assertThat(metadata.settings().list("list.bool").items())
        .isEqualTo(List.of(Json.of(true), Json.of(false), Json.of(true)));
    assertThat(metadata.settings().list("list.int").integers()).containsExactly(3, -1, 2);
    assertThat(metadata.settings().has("tokenizer.list")).isFalse();
  }

  @Test
  void metadata_wrongKind_namesBoth() {
    assertThatThrownBy(() -> gguf.metadata().strings("list.int"))
        .isInstanceOf(CheckpointException.class)
        .hasMessageEndingWith("list.int: is a list of INT32, should be a list of texts");
    assertThatThrownBy(() -> gguf.metadata().floats("a.bool"))
        .hasMessageEndingWith("a.bool: is the truth value true, should be a list of decimals");
    assertThatThrownBy(() -> gguf.metadata().strings("list.strin"))
        .hasMessageContaining("list 'list.strin' is missing; nearest is 'list.string'");
    assertThatThrownBy(() -> gguf.metadata().integer("a.string"))
        .hasMessageContaining("should be a whole number of 32 bits");
  }
}
