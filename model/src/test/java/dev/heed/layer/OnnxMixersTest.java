package dev.heed.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.heed.attention.Executor;
import dev.heed.attention.Reference;
import dev.heed.attention.mixer.Decay;
import dev.heed.attention.mixer.MixState;
import dev.heed.attention.mixer.MixerMode;
import dev.heed.attention.mixer.ShortConvolve;
import dev.heed.attention.mixer.StateInput;
import dev.heed.attention.mixer.StateMixer;
import dev.heed.attention.mixer.StateShape;
import dev.heed.attention.mixer.Write;
import dev.heed.checkpoint.Json;
import dev.heed.checkpoint.SafetensorsFile;
import dev.heed.grad.Activate;
import dev.heed.grad.Activation;
import dev.heed.grad.Run;
import dev.heed.kernel.Kernels;
import dev.heed.kernel.Workers;
import dev.heed.tensor.DataType;
import dev.heed.tensor.Tensor;
import dev.heed.tensor.Weight;
import dev.heed.testing.NeedsShared;
import dev.heed.testing.Shared;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The operators LinearAttention and CausalConvWithState of ONNX 1.22, by the files of its own
/// tests.
@NeedsShared("conformance/onnx")
class OnnxMixersTest {
  private static final Run RUN = Run.inference(Kernels.best(), Workers.of(2));

  static List<Path> linear() throws IOException {
    return files("linear_attention_");
  }

  static List<Path> convolutions() throws IOException {
    return files("causal_conv_with_state_");
  }

  private static List<Path> files(String prefix) throws IOException {
    try (Stream<Path> files = Files.list(Shared.path("conformance/onnx"))) {
      return files
          .filter(file -> file.getFileName().toString().startsWith(prefix))
          .sorted()
          .toList();
    }
  }

  /// One file.
  private record Call(SafetensorsFile file, Json.Obj attributes) {
    static Call of(SafetensorsFile file) {
      byte[] text = file.metadata().string("attributes").getBytes(StandardCharsets.UTF_8);
      return new Call(file, Json.parseObject("attributes", text));
    }

    Optional<Tensor> optional(String name) {
      return file.tensors().containsKey(name) ? Optional.of(tensor(name)) : Optional.empty();
    }

    Tensor tensor(String name) {
      Weight weight = file.weight(name);
      return Tensor.of(weight.toFloats(), weight.shape().toArray());
    }

    void check(String name, Tensor actual) {
      Tensor expected = tensor(name);
      boolean half = file.weight(name).type() == DataType.F16;
      assertThat(actual.shape()).isEqualTo(expected.shape());
      for (int i = 0; i < expected.size(); i++) {
        float number = expected.array()[i];
        float tolerance = half ? 2e-3f : 1e-5f + 1e-4f * Math.abs(number);
        assertThat(actual.array()[actual.offset() + i])
            .as("%s, number %d", name, i)
            .isCloseTo(number, within(tolerance));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("linear")
  void linearAttention_everyMode_isThatOfOnnx(Path path) {
    try (SafetensorsFile file = SafetensorsFile.open(path)) {
      Call call = Call.of(file);
      int groups = call.attributes().integer("kv_num_heads");
      StateShape.Heads heads =
          new StateShape.Heads(call.attributes().integer("q_num_heads"), groups, groups);
      StateInput input =
          StateInput.of(
              call.tensor("input.query"),
              call.tensor("input.key"),
              call.tensor("input.value"),
              heads);
      StateShape shape = input.shape();
      Optional<Tensor> decay = call.optional("input.decay");
      StateMixer mixer =
          new StateMixer(
              decay.isPresent() ? Decay.perChannel() : Decay.none(),
              call.attributes().string("update_rule", "gated_delta").endsWith("delta")
                  ? Write.DELTA
                  : Write.ADD,
              call.attributes().number("scale", 1 / Math.sqrt(shape.width())));
      if (decay.isPresent()) {
        input = input.withDecay(decay.get());
      }
      if (call.optional("input.beta").isPresent()) {
        input = input.withStrength(call.tensor("input.beta"));
      }
      if (call.optional("input.past_state").isPresent()) {
        input = input.withPast(call.tensor("input.past_state"));
      }
      List<Run> runs =
          List.of(
              RUN.choosing(Executor.class, new Reference()),
              RUN.choosing(MixerMode.class, new MixerMode.Parallel()),
              RUN.choosing(MixerMode.class, new MixerMode.Chunked(3)),
              RUN.choosing(MixerMode.class, new MixerMode.Recurrent()));
      for (Run run : runs) {
        Tensor present = Tensor.zeros(call.tensor("output.present_state").shape());
        call.check("output.output", run.apply(MixState.of(mixer, input).into(present)));
        call.check("output.present_state", present);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("convolutions")
  void convolution_everyFile_isThatOfOnnx(Path path) {
    try (SafetensorsFile file = SafetensorsFile.open(path)) {
      Call call = Call.of(file);
      Tensor taps = call.tensor("input.weight");
      Weight weight = Weight.of("taps", taps.array(), taps.shape().toArray());
      Optional<Weight> bias =
          call.optional("input.bias").map(b -> Weight.of("bias", b.array(), b.size()));
      Tensor x = transposed(call.tensor("input.input"));
      Tensor present = Tensor.zeros(call.tensor("output.present_state").shape());
      ShortConvolve convolve = ShortConvolve.of(x, weight, bias).into(present);
      if (call.optional("input.past_state").isPresent()) {
        convolve = convolve.after(call.tensor("input.past_state"));
      }
      Tensor y = RUN.apply(convolve);
      if (call.attributes().string("activation", "none").equals("silu")) {
        y = RUN.apply(new Activate(y, Activation.SILU));
      }
      call.check("output.output", transposed(y));
      call.check("output.present_state", present);
    }
  }

  /// `[B, D, T]` from `[B, T, D]`, or the other way.
  private static Tensor transposed(Tensor x) {
    int rows = x.axis(1);
    int columns = x.axis(2);
    Tensor y = Tensor.zeros(x.axis(0), columns, rows);
    for (int i = 0; i < x.size(); i++) {
      int b = i / (rows * columns);
      int row = i / columns % rows;
      y.array()[(b * columns + i % columns) * rows + row] = x.array()[x.offset() + i];
    }
    return y;
  }
}
