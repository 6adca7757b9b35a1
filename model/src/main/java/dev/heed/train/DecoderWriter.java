package dev.heed.train;

import dev.heed.checkpoint.Json;
import dev.heed.checkpoint.SafetensorsWriter;
import dev.heed.model.Decoder;
import java.nio.file.Path;
import java.util.Map;

/// Writes models as Hugging Face stores them.
public final class DecoderWriter {
  private DecoderWriter() {}

  /// Writes `config.json` and `model.safetensors` into a folder that is there.
  ///
  /// @param decoder whose weights are in arrays, [TrainableModel]
  /// @param config that says of the decoder what its own `config.json` would
  public static void write(Decoder decoder, Json.Obj config, Path folder) {
    RunFolder.write(folder.resolve("config.json"), config);
    SafetensorsWriter.write(
        folder.resolve(CheckpointStore.MODEL),
        StoredForm.of(Parameters.of(decoder, config), config),
        Map.of("format", "pt"));
  }
}
