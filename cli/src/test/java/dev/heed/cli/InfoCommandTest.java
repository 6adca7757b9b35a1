package dev.heed.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heed.checkpoint.Json;
import dev.heed.checkpoint.Json.Obj;
import dev.heed.checkpoint.SafetensorsWriter;
import dev.heed.tensor.Weight;
import dev.heed.testing.NeedsShared;
import dev.heed.testing.Shared;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InfoCommandTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  @TempDir private Path folder;

  private int run(Path path, String... options) {
    String[] args = new String[options.length + 2];
    args[0] = "info";
    args[1] = path.toString();
    System.arraycopy(options, 0, args, 2, options.length);
    out.getBuffer().setLength(0);
    err.getBuffer().setLength(0);
    return Heed.run(new PrintWriter(out), new PrintWriter(err), args);
  }

  /// A Mistral-like folder: 2 layers, 3 heads over 1 of width 5, weights of 2 x 7 numbers.
  private Path model() throws IOException {
    Files.writeString(
        folder.resolve("config.json"),
        """
        {"model_type": "mistral", "architectures": ["MistralForCausalLM"], "hidden_size": 16,
         "num_hidden_layers": 2, "num_attention_heads": 3, "num_key_value_heads": 1, "head_dim": 5,
         "intermediate_size": 11, "max_position_embeddings": 13, "vocab_size": 17,
         "sliding_window": null, "eos_token_id": 4}
        """);
    Files.writeString(folder.resolve("generation_config.json"), "{\"eos_token_id\": [2, 9]}");
    Files.writeString(
        folder.resolve("tokenizer.json"),
        """
        {"model": {"type": "BPE", "vocab": {"a": 0, "b": 1}},
         "added_tokens": [{"content": "b"}, {"content": "<s>"}]}
        """);
    Weight weight = Weight.of("w", new float[14], 2, 7);
    SafetensorsWriter.write(
        folder.resolve("model.safetensors"),
        Map.of("layers.0.w", weight, "layers.1.w", weight, "head", weight),
        Map.of());
    return folder;
  }

  @Test
  void info_folder_saysSizesTensorsTokenizerAndMemory() throws IOException {
    assertThat(run(model())).isZero();
    assertThat(out.toString().lines())
        .contains(
            "format        Hugging Face folder, safetensors",
            "architecture  mistral",
            "layers        2",
            "width         16",
            "heads         3",
            "kv heads      1",
            "head width    5",
            "hidden width  11",
            "context       13",
            "vocabulary    17",
            "parameters    42",
            "stored as     F32 (3 tensors, 168 bytes)",
            "tokenizer     BPE, 3 tokens",
            "ends at       token 2, 9",
            "memory        168 bytes of mapped weights + 1.0 KiB of keys and values for 13 positions"
                + " (80 bytes each: 2 layers x 1 head x 5 numbers x 2 x 4 bytes)",
            "tensors       3",
            "  head          F32  [2, 7]",
            "  layers.0-1.w  F32  [2, 7]  x 2");
    assertThat(out.toString()).doesNotContain("window");
    assertThat(err.toString()).isEmpty();
  }

  @Test
  void info_json_saysTheSame() throws IOException {
    assertThat(run(model(), "--json", "--context", "100")).isZero();
    Obj json = Json.parseObject("out", out.toString().getBytes(UTF_8));
    assertThat(json.string("architecture")).isEqualTo("mistral");
    assertThat(json.integer("kv_heads")).isEqualTo(1);
    assertThat(json.whole("parameters")).isEqualTo(42);
    assertThat(json.whole("weight_bytes")).isEqualTo(168);
    assertThat(json.whole("cache_bytes")).isEqualTo(2 * 2 * 1 * 5 * 4 * 100);
    assertThat(json.list("end_tokens").integers()).containsExactly(2, 9);
    assertThat(json.object("tokenizer").integer("vocabulary")).isEqualTo(3);
    assertThat(json.list("tensors").object(1).string("pattern")).isEqualTo("layers.0-1.w");
    run(folder, "--json", "--tensors");
    Obj every = Json.parseObject("out", out.toString().getBytes(UTF_8));
    assertThat(every.list("tensors").objects())
        .extracting(tensor -> tensor.string("name"))
        .containsExactly("head", "layers.0.w", "layers.1.w");
  }

  @Test
  void info_hostileName_isEscaped() {
    Path file = folder.resolve("x.safetensors");
    String name = "a\u001b[31m\u202eb\n" + "long".repeat(100);
    SafetensorsWriter.write(file, Map.of(name, Weight.of("w", new float[6], 2, 3)), Map.of());
    for (String option : List.of("--tensors", "--json", "--context=5")) {
      assertThat(run(file, option)).isZero();
      assertThat(out.toString()).contains("\\u001b[31m\\u202eb").doesNotContain("\u001b", "\u202e");
    }
  }

  @Test
  void info_manyGroups_areCutUnlessAskedFor() {
    Path file = folder.resolve("x.safetensors");
    Map<String, Weight> tensors = new TreeMap<>();
    for (int i = 1; i <= 150; i++) {
      tensors.put("t." + i, Weight.of("w", new float[i], i));
    }
    SafetensorsWriter.write(file, tensors, Map.of());
    assertThat(run(file)).isZero();
    assertThat(out.toString()).contains("and 50 more lines; --tensors shows all");
    assertThat(run(file, "--tensors")).isZero();
    assertThat(out.toString().lines().filter(line -> line.startsWith("  t."))).hasSize(150);
  }

  @Test
  void info_badContext_isWrongUsage() {
    assertThat(run(folder, "--context", "0")).isEqualTo(2);
    assertThat(err.toString()).contains("--context is 0, should be at least 1");
  }

  @Test
  void info_folderWithoutWeights_saysWhatAModelIs() {
    assertThat(run(folder)).isEqualTo(3);
    assertThat(err.toString()).contains("has no weights; a model's folder holds model.safetensors");
  }

  @Test
  @NeedsShared("data/malformed")
  void info_malformedFiles_endAsTheManifestSays() throws IOException {
    Path files = Shared.path("data/malformed");
    byte[] manifest = Files.readAllBytes(files.resolve("manifest.json"));
    List<Obj> cases = ((Json.Arr) Json.parse("manifest", manifest)).objects();
    assertThat(cases).hasSize(39);
    for (Obj entry : cases) {
      Path file = files.resolve(entry.string("file"));
      int code = Assertions.assertTimeout(Duration.ofSeconds(5), () -> run(file));
      boolean valid = entry.string("what").startsWith("VALID");
      assertThat(code).as(entry.toString()).isEqualTo(valid ? 0 : 3);
      assertThat(valid ? out.toString() : err.toString())
          .as(entry.toString())
          .contains(file.getFileName().toString());
    }
  }

  @Test
  @NeedsShared("data/stories260K")
  void info_gguf_saysHowItIsStored() {
    assertThat(run(Shared.path("data/stories260K/stories260K-Q8_0.gguf"))).isZero();
    assertThat(out.toString().lines())
        .contains(
            "format        GGUF v3",
            "architecture  llama",
            "kv heads      4",
            "parameters    292,800",
            "tokenizer     llama, 512 tokens",
            "  blk.0-4.ffn_down.weight     F32   [64, 172]  x 5");
  }
}
