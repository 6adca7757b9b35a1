package dev.heed.attention;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heed.grad.Run;
import dev.heed.kernel.Kernels;
import dev.heed.kernel.Workers;
import dev.heed.tensor.Tensor;
import dev.heed.testing.NeedsShared;
import dev.heed.testing.Shared;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// The golden calls, computed by PyTorch in float64: results, weights and gradients.
@NeedsShared("golden/attention")
class GoldenAttentionTest {
  private static final Workers WORKERS = Workers.of(2);
  private static final List<Executor> EXECUTORS =
      List.of(new Reference(), new Tiled(), new Decode());

  /// A golden call in our terms.
  record Golden(String name, SafeTensors file, Attention attention, AttentionInput input) {}

  static List<Golden> calls() throws IOException {
    List<Golden> calls = new ArrayList<>();
    try (Stream<Path> files = Files.list(Shared.path("golden/attention")).sorted()) {
      for (Path path : files.filter(p -> p.toString().endsWith(".safetensors")).toList()) {
        SafeTensors file = SafeTensors.read(path);
        String name = path.getFileName().toString().replace(".safetensors", "");
        calls.add(new Golden(name, file, attention(file.spec()), input(file)));
      }
    }
    return calls;
  }

  @Test
  void calls_presentAxes_areFortyOne() throws IOException {
    assertThat(new TreeSet<>(calls().stream().map(Golden::name).toList())).hasSize(41);
  }

  @Test
  void forward_everyExecutor_equalsGolden() throws IOException {
    for (Golden golden : calls()) {
      for (Executor executor : EXECUTORS) {
        for (Kernels kernels : List.of(Kernels.scalar(), Kernels.best())) {
          Tensor out = Tensor.zeros(golden.file.shape("out"));
          Run run = Run.inference(kernels, WORKERS);
          executor.forward(golden.attention, golden.input, HeadView.of(out), run);
          String label = golden.name + " " + executor + " " + kernels.name();
          assertClose(label, out.toArray(), golden.file.floats("out"), 1e-5, 1e-4);
        }
      }
    }
  }

  @Test
  void maps_reference_equalGolden() throws IOException {
    Run run = Run.inference(Kernels.scalar(), WORKERS);
    for (Golden golden : calls()) {
      AttentionMaps maps = AttentionMaps.of(golden.attention, golden.input);
      Tensor pattern = maps.pattern(maps.scores(run), run);
      assertClose(golden.name, pattern.toArray(), golden.file.floats("weights"), 1e-6, 1e-5);
    }
  }

  @Test
  void backward_everyExecutor_equalsGolden() throws IOException {
    for (Golden golden : calls()) {
      backward(golden, new Reference(), Kernels.scalar());
      backward(golden, new Tiled(), Kernels.scalar());
      backward(golden, new Tiled(), Kernels.best());
    }
  }

  private static void backward(Golden golden, Executor executor, Kernels kernels) {
    SafeTensors file = golden.file;
    Tensor dq = Tensor.zeros(file.shape("q"));
    Tensor dk = Tensor.zeros(file.shape("k"));
    Tensor dv = Tensor.zeros(file.shape("v"));
    Parameters learned = Calls.learned(golden.input);
    OutputGradients dy =
        new OutputGradients(
            HeadView.of(Tensor.of(file.floats("g.out"), file.shape("g.out"))),
            file.floats("g.entropy"),
            file.floats("g.coverage"));
    InputGradients dx =
        new InputGradients(HeadView.of(dq), HeadView.of(dk), HeadView.of(dv), learned);
    Run run = Run.inference(kernels, WORKERS);
    executor.backward(golden.attention, golden.input, dy, dx, run);
    // scores of hundreds in single precision
    double absolute = executor instanceof Reference ? 1e-5 : 1e-4;
    String label = "%s %s %s ".formatted(golden.name, executor, kernels.name());
    assertClose(label + "dq", dq.toArray(), file.floats("d.q"), absolute, 10 * absolute);
    assertClose(label + "dk", dk.toArray(), file.floats("d.k"), absolute, 10 * absolute);
    assertClose(label + "dv", dv.toArray(), file.floats("d.v"), absolute, 10 * absolute);
    for (String name : learned.names()) {
      float[] actual = learned.get(name).toArray();
      assertClose(label + "d" + name, actual, file.floats("d." + name), absolute, 10 * absolute);
    }
  }

  /// The largest of some numbers, or 1.
  static double size(float[] numbers) {
    double largest = 1;
    for (float number : numbers) {
      largest = Math.max(largest, Math.abs(number));
    }
    return largest;
  }

  /// `|a - b| <= absolute + relative |b|` for every number.
  static void assertClose(
      String label, float[] actual, float[] expected, double absolute, double relative) {
    assertThat(actual).as(label).hasSameSizeAs(expected);
    for (int n = 0; n < actual.length; n++) {
      double allowed = absolute + relative * Math.abs(expected[n]);
      if (!(Math.abs((double) actual[n] - expected[n]) <= allowed)) {
        assertThat(actual[n]).as(label + " at " + n).isEqualTo(expected[n]);
      }
    }
  }

  private static Attention attention(String spec) {
    Attention attention =
        Attention.full()
            .withScore(score(field(spec, "score"), field(spec, "scale")))
            .withMask(Mask.parse(field(spec, "mask").replace("\"", "")))
            .withNormalizer(Normalizer.parse(field(spec, "normalizer").replace("\"", "")));
    Matcher modifier = Pattern.compile("\"([^\"]+)\"").matcher(field(spec, "modifiers"));
    while (modifier.find()) {
      attention = attention.withModifier(Modifier.parse(modifier.group(1)));
    }
    return attention;
  }

  private static Score score(String name, String factor) {
    Score.Scale scale =
        factor.equals("null")
            ? new Score.Scale.InverseRootWidth()
            : new Score.Scale.Fixed(Double.parseDouble(factor));
    return switch (name) {
      case "\"dot\"" -> new Score.Dot(scale);
      case "\"cosine\"" -> new Score.Cosine(scale);
      case "\"bilinear\"" -> new Score.Bilinear(scale);
      case "\"additive\"" -> Score.additive(6);
      default -> throw new IllegalArgumentException(name);
    };
  }

  private static String field(String spec, String name) {
    Matcher matcher =
        Pattern.compile("\"" + name + "\": *(\\[[^\\]]*\\]|\"[^\"]*\"|[^,}]+)").matcher(spec);
    assertThat(matcher.find()).as(spec + " has " + name).isTrue();
    return matcher.group(1).trim();
  }

  private static AttentionInput input(SafeTensors file) {
    AttentionInput input =
        AttentionInput.of(
            heads(file, "q"),
            heads(file, "k"),
            heads(file, "v"),
            Positions.of(file.ints("q_pos")),
            Positions.of(file.ints("k_pos")));
    if (file.names().contains("doc_q")) {
      input =
          input.withDocuments(Positions.of(file.ints("doc_q")), Positions.of(file.ints("doc_k")));
    }
    if (file.names().contains("kv_len")) {
      input = input.withLengths(file.ints("kv_len"));
    }
    for (String name :
        List.of(
            "sink", "bilinear", "t5", "additive.wq", "additive.wk", "additive.b", "additive.v")) {
      if (file.names().contains(name)) {
        input = input.withParameter(name, Tensor.of(file.floats(name), file.shape(name)));
      }
    }
    return input;
  }

  private static HeadView heads(SafeTensors file, String name) {
    return HeadView.of(Tensor.of(file.floats(name), file.shape(name)));
  }
}
