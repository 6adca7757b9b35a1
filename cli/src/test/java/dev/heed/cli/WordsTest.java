package dev.heed.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class WordsTest {
  @Test
  void fixed_whatRoundsToZero_hasNoSign() {
    assertThat(Words.fixed(-0.0004, 3)).isEqualTo("0.000");
    assertThat(Words.fixed(-0.0006, 3)).isEqualTo("-0.001");
    assertThat(Words.change(-0.0004, 3)).isEqualTo("0.000");
    assertThat(Words.change(0.0004, 3)).isEqualTo("0.000");
    assertThat(Words.change(2.5, 2)).isEqualTo("+2.50");
  }

  @Test
  void count_one_isSingular() {
    assertThat(Words.count(1, "text")).isEqualTo("1 text");
    assertThat(Words.count(0, "text")).isEqualTo("0 texts");
    assertThat(Words.count(1024, "text")).isEqualTo("1,024 texts");
  }
}
