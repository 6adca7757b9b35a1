package dev.heed.cli;

import dev.heed.checkpoint.SafetensorsWriter;
import dev.heed.model.EmbeddedModel;
import dev.heed.tensor.Weight;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;

/// `heed warm-up`: what the launcher runs while the JVM takes down which classes a start needs. A
/// model of random weights is written, read and made to speak, and so is the embedded one; nothing
/// of it is shown.
@Command(name = "warm-up", hidden = true, description = "Prepares a quick start.")
final class WarmUpCommand implements Callable<Integer> {
  private static final String CONFIG =
      """
      {"model_type": "llama", "hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4,
       "num_key_value_heads": 2, "intermediate_size": 48, "vocab_size": 4, "eos_token_id": 9,
       "max_position_embeddings": 64, "rms_norm_eps": 1e-6, "tie_word_embeddings": true}
      """;
  private static final String TOKENIZER =
      """
      {"pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": false, "use_regex": true},
       "decoder": {"type": "ByteLevel"},
       "model": {"type": "BPE", "vocab": {"a": 0, "b": 1, "\\u0120": 2, "ab": 3},
                 "merges": ["a b"]}}
      """;

  private final Random random = new Random(1);
  private final Map<String, Weight> weights = new LinkedHashMap<>();

  @Override
  public Integer call() throws IOException {
    Path folder = Files.createTempDirectory("heed-warm-up");
    try {
      write(folder);
      int code = speak("--model", folder.toString(), "--temperature", "0", "ab b a");
      return code == ExitCode.DONE && EmbeddedModel.isThere() ? speak("ROMEO:") : code;
    } finally {
      delete(folder);
    }
  }

  private static int speak(String... more) {
    PrintWriter nowhere = new PrintWriter(Writer.nullWriter());
    List<String> args = new ArrayList<>(List.of("generate", "--max-tokens", "24"));
    args.addAll(List.of(more));
    return Heed.run(nowhere, nowhere, args.toArray(String[]::new));
  }

  private void write(Path folder) throws IOException {
    Files.writeString(folder.resolve("config.json"), CONFIG);
    Files.writeString(folder.resolve("tokenizer.json"), TOKENIZER);
    add("model.embed_tokens.weight", 4, 32);
    add("model.norm.weight", 32);
    for (int block = 0; block < 2; block++) {
      String at = "model.layers." + block + ".";
      add(at + "input_layernorm.weight", 32);
      add(at + "post_attention_layernorm.weight", 32);
      add(at + "self_attn.q_proj.weight", 32, 32);
      add(at + "self_attn.k_proj.weight", 16, 32);
      add(at + "self_attn.v_proj.weight", 16, 32);
      add(at + "self_attn.o_proj.weight", 32, 32);
      add(at + "mlp.gate_proj.weight", 48, 32);
      add(at + "mlp.up_proj.weight", 48, 32);
      add(at + "mlp.down_proj.weight", 32, 48);
    }
    SafetensorsWriter.write(folder.resolve("model.safetensors"), weights, Map.of());
  }

  private void add(String name, int... shape) {
    int size = 1;
    for (int length : shape) {
      size *= length;
    }
    float[] numbers = new float[size];
    for (int i = 0; i < size; i++) {
      numbers[i] = (float) random.nextGaussian() * 0.2f;
    }
    weights.put(name, Weight.of(name, numbers, shape));
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(folder);
  }
}
