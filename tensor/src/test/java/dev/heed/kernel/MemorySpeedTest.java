package dev.heed.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heed.tensor.HeedException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;

class MemorySpeedTest {
  @Test
  void read_someMegabytes_isPlausible() {
    try (Workers workers = Workers.of(2);
        Arena arena = Arena.ofShared()) {
      MemorySegment memory = arena.allocate(8L << 20, 64).fill((byte) -1);

      assertThat(MemorySpeed.read(memory, workers)).isBetween(0.001, 10_000.0);
    }
  }

  @Test
  void read_tooLittle_isNamed() {
    try (Workers workers = Workers.of(1)) {
      MemorySegment memory = MemorySegment.ofArray(new byte[1000]);

      assertThatThrownBy(() -> MemorySpeed.read(memory, workers))
          .isInstanceOf(HeedException.class)
          .hasMessageContaining("1000 bytes");
    }
  }
}
