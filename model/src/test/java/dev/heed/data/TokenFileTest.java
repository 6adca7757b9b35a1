package dev.heed.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class TokenFileTest {
  @TempDir private Path folder;
  private Path path;

  @BeforeEach
  void name() {
    path = folder.resolve("data.bin");
  }

  @ParameterizedTest
  @ValueSource(ints = {65_535, 65_536})
  void open_written_readsTheSame(int largest) {
    int[] ids = IntStream.range(0, 70_001).map(i -> i * 31 % (largest + 1)).toArray();
    ids[5] = largest;
    TokenFile.write(path, TokenData.of(ids, new Documents(new long[] {0, 7, 70_000})));

    try (TokenFile file = TokenFile.open(path)) {
      assertThat(file.read(0, ids.length)).isEqualTo(ids);
      assertThat(file.read(69_990, 11)).isEqualTo(Arrays.copyOfRange(ids, 69_990, 70_001));
      assertThat(file.vocabulary()).isEqualTo(largest + 1);
      assertThat(file.documents().starts()).containsExactly(0, 7, 70_000);
      assertThat(file.slice(3, 8).documents().starts()).containsExactly(0, 4);
    }
  }

  @Test
  void write_smallIds_takeTwoBytesEach() throws IOException {
    TokenFile.write(path, TokenData.of(1, 2, 3));

    // 64 of the header, 6 of ids, 2 up to a multiple of 8
    assertThat(Files.size(path)).isEqualTo(72);
    assertThat(TokenFile.isOne(path)).isTrue();
    assertThat(TokenFile.isOne(Files.writeString(folder.resolve("a.txt"), "heed"))).isFalse();
  }

  @Test
  void open_anythingElse_isRefused() throws IOException {
    TokenFile.write(path, TokenData.of(1, 2, 3));
    byte[] good = Files.readAllBytes(path);

    refused(Arrays.copyOf(good, 71), "should have 72 bytes");
    refused(Arrays.copyOf(good, 63), "63 bytes");
    refused(with(good, 0, 'H'), "heed.tok");
    refused(with(good, 8, 2), "version 2");
    refused(with(good, 12, 3), "ids of 3 bytes");
    refused(with(good, 23, 0x80), "claims");
    assertThatThrownBy(() -> TokenFile.open(folder.resolve("none")))
        .isInstanceOf(DataException.class);
  }

  @Test
  void copy_idBeyondTheHeader_isAnError() throws IOException {
    TokenFile.write(path, TokenData.of(1, 2, 3));
    Files.write(path, with(Files.readAllBytes(path), 66, 4));

    try (TokenFile file = TokenFile.open(path)) {
      assertThat(file.read(0, 1)).containsExactly(1);
      assertThatThrownBy(() -> file.read(0, 2))
          .isInstanceOf(DataException.class)
          .hasMessageContaining("id 4 at 1");
    }
  }

  private void refused(byte[] bytes, String reason) throws IOException {
    Files.write(path, bytes);
    assertThatThrownBy(() -> TokenFile.open(path))
        .isInstanceOf(DataException.class)
        .hasMessageContaining(reason);
  }

  private static byte[] with(byte[] bytes, int at, int value) {
    byte[] other = bytes.clone();
    other[at] = (byte) value;
    return other;
  }
}
