package dev.heed.cli.conform;

import dev.heed.attention.Executor;
import dev.heed.attention.Reference;
import dev.heed.attention.mixer.Decay;
import dev.heed.attention.mixer.MixState;
import dev.heed.attention.mixer.MixerMode;
import dev.heed.attention.mixer.StateInput;
import dev.heed.attention.mixer.StateMixer;
import dev.heed.attention.mixer.StateShape;
import dev.heed.attention.mixer.Write;
import dev.heed.checkpoint.CheckpointException;
import dev.heed.grad.Run;
import dev.heed.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// LinearAttention of ONNX's opset 27: a state mixer, in every mode.
final class OnnxLinearAttention implements OnnxOperator {
  private static final Set<String> ATTRIBUTES =
      Set.of("chunk_size", "kv_num_heads", "q_num_heads", "scale", "update_rule");

  @Override
  public List<Check> run(OnnxCall call, Run run) {
    call.check(ATTRIBUTES, 6);
    StateInput input = input(call);
    StateMixer mixer = mixer(call, input);
    Map<String, Run> ways = new LinkedHashMap<>();
    ways.put("Reference", run.choosing(Executor.class, new Reference()));
    ways.put("Parallel", run.choosing(MixerMode.class, new MixerMode.Parallel()));
    ways.put("Chunked", run.choosing(MixerMode.class, new MixerMode.Chunked(3)));
    ways.put("Recurrent", run.choosing(MixerMode.class, new MixerMode.Recurrent()));
    List<Check> checks = new ArrayList<>();
    ways.forEach((way, chosen) -> {
      StateShape shape = input.shape();
      Tensor state =
          Tensor.zeros(shape.batch(), shape.heads().states(), shape.width(), shape.valueWidth());
      checks.addAll(call.check(0, way, chosen.apply(MixState.of(mixer, input).into(state))));
      checks.addAll(call.check(1, way, state));
    });
    return checks;
  }

  private static StateInput input(OnnxCall call) {
    int states = call.attributes().integer("kv_num_heads");
    StateShape.Heads heads =
        new StateShape.Heads(call.attributes().integer("q_num_heads"), states, states);
    StateInput input = StateInput.of(call.tensor(0), call.tensor(1), call.tensor(2), heads);
    Optional<Tensor> past = call.optionalTensor(3);
    Optional<Tensor> decay = call.optionalTensor(4);
    Optional<Tensor> beta = call.optionalTensor(5);
    input = past.isPresent() ? input.withPast(past.get()) : input;
    input = decay.isPresent() ? input.withDecay(fading(decay.get())) : input;
    return beta.isPresent() ? input.withStrength(each(beta.get(), states)) : input;
  }

  private static StateMixer mixer(OnnxCall call, StateInput input) {
    String rule = call.attributes().string("update_rule", "gated_delta");
    boolean gated = rule.startsWith("gated");
    boolean delta = rule.endsWith("delta");
    if (!gated && !delta && !rule.equals("linear")) {
      throw new UnsupportedCase(
          "LinearAttention: update_rule '%s'; linear, gated, delta and gated_delta are known"
              .formatted(rule));
    }
    if (gated != input.decay().isPresent() || delta != input.strength().isPresent()) {
      throw new CheckpointException(
          "LinearAttention: update_rule '%s' with inputs %s; gated rules and no others take decay, delta rules and no others beta"
              .formatted(rule, call.inputs()));
    }
    double scale = call.attributes().number("scale", 0);
    return StateMixer.linear()
        .withScale(scale == 0 ? 1 / Math.sqrt(input.shape().width()) : scale)
        .withWrite(delta ? Write.DELTA : Write.ADD)
        .withDecay(input.decay().map(logs -> decay(logs, input.shape())).orElse(Decay.none()));
  }

  private static Decay decay(Tensor logs, StateShape shape) {
    return logs.axis(2) == shape.heads().states() ? Decay.perHead() : Decay.perChannel();
  }

  private static Tensor fading(Tensor logs) {
    for (float log : logs.toArray()) {
      if (log > 0) {
        throw new UnsupportedCase(
            "LinearAttention: a decay of %s, by which the state would grow".formatted(log));
      }
    }
    return logs;
  }

  /// One number a state, where one is given for all: `[B, T, 1]`.
  private static Tensor each(Tensor beta, int states) {
    if (beta.shape().rank() != 3 || beta.axis(2) != 1) {
      return beta;
    }
    Tensor all = Tensor.zeros(beta.axis(0), beta.axis(1), states);
    for (int n = 0; n < all.size(); n++) {
      all.array()[n] = beta.array()[beta.offset() + n / states];
    }
    return all;
  }
}
