package dev.heed.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.heed.testing.NeedsShared;
import dev.heed.testing.Shared;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@NeedsShared("data/malformed")
class MalformedTest {

  private static Path folder() {
    return Shared.path("data/malformed");
  }

  static Stream<Json.Obj> cases() throws Exception {
    byte[] manifest = Files.readAllBytes(folder().resolve("manifest.json"));
    return ((Json.Arr) Json.parse("manifest.json", manifest)).objects().stream();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void open_behavesAsTheManifestSays(Json.Obj entry) {
    Path file = folder().resolve(entry.string("file"));
    Throwable thrown =
        catchThrowable(() -> {
          try (Checkpoint checkpoint = Checkpoint.open(file)) {
            checkpoint.tensors().keySet().forEach(checkpoint::weight);
          }
        });
    if (entry.string("what").startsWith("VALID")) {
      assertThat(thrown).isNull();
    } else {
      assertThat(thrown)
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining(file.getFileName().toString());
    }
  }
}
