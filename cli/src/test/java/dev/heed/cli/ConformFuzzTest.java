package dev.heed.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heed.cli.conform.Conformance;
import dev.heed.grad.Run;
import dev.heed.kernel.Kernels;
import dev.heed.kernel.Workers;
import dev.heed.testing.Mutator;
import dev.heed.testing.NeedsShared;
import dev.heed.testing.Shared;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Files with errors in them end in a verdict that blames the file.
@NeedsShared("conformance/onnx")
class ConformFuzzTest {
  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "attention_3d_with_past_and_present_qk_matmul_softcap",
        "flexattention_causal_mask",
        "causal_conv_with_state_silu_with_past_state",
        "linear_attention_prefill_with_past",
        "rotary_embedding_with_rotary_dim",
        "rms_normalization_3d_axis0_epsilon"
      })
  void run_damagedFile_neverFailsInside(String name) throws IOException {
    byte[] good = Files.readAllBytes(Shared.path("conformance/onnx/" + name + ".safetensors"));
    Mutator bytes = new Mutator(Mutator.seed(), List.of(good));
    Random random = new Random(Mutator.seed());
    long end = System.nanoTime() + Mutator.seconds() * 1_000_000_000L / 5;
    Path file = folder.resolve("damaged.safetensors");
    try (Workers workers = Workers.of(1)) {
      Run run = Run.inference(Kernels.scalar(), workers);
      for (int n = 0; n < 20 || System.nanoTime() < end; n++) {
        Files.write(file, n % 4 == 0 ? bytes.next() : otherDigit(good.clone(), random));
        assertThat(Conformance.run(file, run).line(name))
            .as("file %d", n)
            .doesNotContain("internal");
      }
    }
  }

  /// With another digit somewhere in the header, which leaves its length alone.
  private static byte[] otherDigit(byte[] bytes, Random random) {
    int header = (int) ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong(0);
    int at = 8 + random.nextInt(header);
    while (bytes[at] < '0' || bytes[at] > '9') {
      at = 8 + random.nextInt(header);
    }
    bytes[at] = (byte) ('0' + random.nextInt(10));
    return bytes;
  }
}
