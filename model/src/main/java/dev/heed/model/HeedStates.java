package dev.heed.model;

import dev.heed.attention.Rotary;
import dev.heed.attention.mixer.Decay;
import dev.heed.attention.mixer.DiagonalModes;
import dev.heed.attention.mixer.FeatureMap;
import dev.heed.attention.mixer.KernelAttention;
import dev.heed.attention.mixer.StateMixer;
import dev.heed.attention.mixer.StateShape;
import dev.heed.attention.mixer.Write;
import dev.heed.checkpoint.CheckpointException;
import dev.heed.checkpoint.Json;
import dev.heed.checkpoint.Settings;
import dev.heed.grad.Activation;
import dev.heed.layer.DiagonalStateSpace;
import dev.heed.layer.GatedConvolution;
import dev.heed.layer.GatedRecurrence;
import dev.heed.layer.Heads;
import dev.heed.layer.Linear;
import dev.heed.layer.LinearAttention;
import dev.heed.layer.LinearAttention.Gates;
import dev.heed.layer.Mixer;
import dev.heed.layer.Norm;
import dev.heed.layer.SelfAttention;
import dev.heed.layer.ShortConvolution;
import dev.heed.layer.StateSpaceDual;
import dev.heed.tensor.CounterRandom;
import dev.heed.tensor.Shape;
import dev.heed.tensor.Weight;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.IntToDoubleFunction;

/// Reads the mixers of a [HeedModel] that keep a state in the place of keys and values.
///
/// | `type` | begins as | paper |
/// |---|---|---|
/// | `linear` | `features: elu+1`, `normalized: true` | [Katharopoulos et al. 2020](https://arxiv.org/abs/2006.16236) |
/// | `retention` | `decay: retention`, `head_norm`, `output_gate` | [Sun et al. 2023](https://arxiv.org/abs/2307.08621) |
/// | `gated` | `decay: channel`, `head_norm`, `output_gate` | [Yang et al. 2024](https://arxiv.org/abs/2312.06635) |
/// | `delta` | `features: unit`, `write: delta`, `head_norm` | [Yang et al. 2024](https://arxiv.org/abs/2406.06484) |
/// | `mamba2` | `state_size: 64`, `expand: 2`, `conv_kernel: 4` | [Dao and Gu 2024](https://arxiv.org/abs/2405.21060) |
/// | `s4d` | `modes: 16` | [Gu et al. 2022](https://arxiv.org/abs/2206.11893) |
/// | `recurrence` | `inner_size`, that of the model | [Feng et al. 2024](https://arxiv.org/abs/2410.01201) |
/// | `convolution` | `conv_kernel: 3` | [Arora et al. 2023](https://arxiv.org/abs/2312.04927) |
///
/// The first four are one layer and each may state the others' settings: `features` (`identity`,
/// `elu+1`, `relu`, `taylor`, `unit`, or `favor` with `feature_count`), `normalized`, `decay`
/// (`none`, `retention`, `head`, `channel`), `write` (`add`, `delta`), `head_norm`, `output_gate`.
final class HeedStates {
  private static final float EPSILON = 1e-5f;
  private static final float GATE_DIVISOR = 16;

  private static final Map<String, Json.Obj> BEGINNINGS =
      Map.of(
          "linear", plain().with("features", "elu+1").with("normalized", true),
          "retention", sized().with("decay", "retention"),
          "gated", sized().with("decay", "channel"),
          "delta", plain().with("features", "unit").with("write", "delta").with("head_norm", true));

  private final Settings settings;
  private final HeedParts parts;
  private final HeedParts at;

  /// @param settings of the mixer
  /// @param parts of the model
  /// @param at the mixer's
  private HeedStates(Settings settings, HeedParts parts, HeedParts at) {
    this.settings = settings;
    this.parts = parts;
    this.at = at;
  }

  private static Json.Obj plain() {
    return Json.object()
        .with("features", "identity")
        .with("normalized", false)
        .with("decay", "none")
        .with("write", "add")
        .with("head_norm", false)
        .with("output_gate", false);
  }

  private static Json.Obj sized() {
    return plain().with("head_norm", true).with("output_gate", true);
  }

  /// @param json of a mixer whose type is `linear`, `retention`, `gated` or `delta`
  static LinearAttention linear(
      Json.Obj json, Heads heads, Optional<Rotary> rotary, HeedParts parts, HeedParts at) {
    Settings settings =
        new Settings(json).defaulting(Objects.requireNonNull(BEGINNINGS.get(json.string("type"))));
    HeedMixers.OWN.forEach(settings::ignore);
    HeedStates states = new HeedStates(settings, parts, at);
    KernelAttention attention = states.attention(heads);
    LinearAttention mixer =
        new LinearAttention(
            states.projections(heads), rotary, attention, states.gates(heads, attention), heads);
    settings.rejectUnread("a mixer with a state");
    return mixer;
  }

  private SelfAttention.Projections projections(Heads heads) {
    int width = parts.width();
    return new SelfAttention.Projections(
        at.linear("q", heads.queryWidth(), width),
        at.linear("k", heads.keyWidth(), width),
        at.linear("v", heads.keyWidth(), width),
        at.linear("o", width, heads.queryWidth()));
  }

  private KernelAttention attention(Heads heads) {
    FeatureMap features = features(heads);
    StateMixer mixer = StateMixer.linear().withDecay(decay(heads)).withWrite(write());
    if (!settings.bool("normalized", false)) {
      boolean raw = features instanceof FeatureMap.Identity;
      return KernelAttention.plain(
          features, raw ? mixer.withScale(1 / Math.sqrt(heads.width())) : mixer);
    }
    if (!mixer.equals(StateMixer.linear())) {
      throw new CheckpointException(
          "config: a mixer that is normalized does not go with decay '%s' and write '%s'; 'none' and 'add' do, or normalized false"
              .formatted(settings.string("decay"), settings.string("write")));
    }
    return KernelAttention.normalized(features);
  }

  private FeatureMap features(Heads heads) {
    String name = settings.string("features");
    return switch (name) {
      case "identity" -> FeatureMap.identity();
      case "elu+1" -> FeatureMap.eluPlusOne();
      case "relu" -> FeatureMap.relu();
      case "taylor" -> FeatureMap.taylor();
      case "unit" -> FeatureMap.unit();
      case "favor" ->
          FeatureMap.favor(
              heads.width(),
              settings.positive("feature_count"),
              CounterRandom.of(settings.integer("feature_seed", 0)));
      default ->
          throw HeedParts.unknown(
              "features", name, "identity, elu+1, relu, taylor, unit and favor");
    };
  }

  private Decay decay(Heads heads) {
    String name = settings.string("decay");
    return switch (name) {
      case "none" -> Decay.none();
      case "retention" -> Decay.retention(heads.keys());
      case "head" -> Decay.perHead();
      case "channel" -> Decay.perChannel();
      default -> throw HeedParts.unknown("decay", name, "none, retention, head and channel");
    };
  }

  private Write write() {
    String name = settings.string("write");
    return switch (name) {
      case "add" -> Write.ADD;
      case "delta" -> Write.DELTA;
      default -> throw HeedParts.unknown("write", name, "add and delta");
    };
  }

  private Gates gates(Heads heads, KernelAttention attention) {
    int width = parts.width();
    Gates gates = Gates.NONE;
    int features = attention.features().features(heads.width());
    switch (attention.mixer().decay()) {
      case Decay.PerHead _ ->
          gates = gates.withDecay(at.linear("decay", heads.keys(), width), GATE_DIVISOR);
      case Decay.PerChannel _ ->
          gates = gates.withDecay(at.linear("decay", heads.keys() * features, width), GATE_DIVISOR);
      case Decay.None _, Decay.Fixed _ -> {}
    }
    if (attention.mixer().write() == Write.DELTA) {
      gates = gates.withStrength(at.linear("strength", heads.keys(), width));
    }
    if (settings.bool("head_norm", false)) {
      gates =
          gates.withHeadNorm(
              new Norm.RmsNorm(at.vector("head_norm.weight", heads.width()), EPSILON));
    }
    return settings.bool("output_gate", false)
        ? gates.withOutput(at.linear("gate", heads.queryWidth(), width))
        : gates;
  }

  /// @param json of a mixer of type `mamba2`, `s4d`, `recurrence` or `convolution`
  static Mixer recurrent(Json.Obj json, HeedParts parts, HeedParts at) {
    Settings settings = new Settings(json);
    String type = settings.string("type");
    HeedStates states = new HeedStates(settings, parts, at);
    Mixer mixer =
        switch (type) {
          case "mamba2" -> states.dual();
          case "s4d" -> states.diagonal();
          case "recurrence" -> states.recurrence();
          default -> states.gatedConvolution();
        };
    settings.rejectUnread("a mixer of type " + type);
    return mixer;
  }

  private GatedRecurrence recurrence() {
    int width = parts.width();
    int inner = settings.optionalPositive("inner_size").orElse(width);
    return new GatedRecurrence(
        at.linear("gate", inner, width),
        at.linear("candidate", inner, width),
        at.linear("o", width, inner));
  }

  private GatedConvolution gatedConvolution() {
    int width = parts.width();
    int length = settings.optionalPositive("conv_kernel").orElse(3);
    ShortConvolution convolution =
        new ShortConvolution(
            at.vector("conv1d.weight", width, 1, length),
            Optional.of(at.vector("conv1d.bias", width)),
            Optional.empty());
    return new GatedConvolution(at.linear("o", width, width), convolution);
  }

  private DiagonalStateSpace diagonal() {
    int width = parts.width();
    int count = settings.optionalPositive("modes").orElse(16);
    DiagonalModes modes =
        new DiagonalModes(
            begun("rate", _ -> Math.log(0.5), width, count),
            begun("frequency", i -> Math.PI * (i % count), width, count),
            begun("real", _ -> 1, width, count),
            begun("imaginary", _ -> 0, width, count),
            begun("log_step", i -> Math.log(1e-3) + i * Math.log(100) / width, width));
    return new DiagonalStateSpace(
        modes,
        at.vector("D", width),
        at.linear("o", width, width),
        at.linear("gate", width, width));
  }

  /// A weight that begins with these numbers.
  private Weight begun(String name, IntToDoubleFunction number, int... shape) {
    return Rewritten.array(
        at.weights()
            .get(
                name,
                () -> {
                  float[] numbers = new float[Shape.of(shape).arraySize()];
                  for (int i = 0; i < numbers.length; i++) {
                    numbers[i] = (float) number.applyAsDouble(i);
                  }
                  return numbers;
                },
                shape));
  }

  private StateSpaceDual dual() {
    int width = parts.width();
    int inner = Math.multiplyExact(settings.integer("expand", 2), width);
    int headWidth = settings.optionalPositive("head_dim").orElse(Math.min(64, inner));
    int groups = settings.optionalPositive("groups").orElse(1);
    if (inner < 1 || inner % headWidth != 0 || inner / headWidth % groups != 0) {
      throw new CheckpointException(
          "config: a mixer of type mamba2 with head_dim %d and %d groups does not fit hidden_size %d expanded to %d; head_dim must divide that, and groups the heads"
              .formatted(headWidth, groups, width, inner));
    }
    int heads = inner / headWidth;
    int side = groups * settings.optionalPositive("state_size").orElse(64);
    Linear output = at.linear("o", width, inner);
    return new StateSpaceDual(
        new StateSpaceDual.Projections(
            at.linear("gate", inner, width),
            at.linear("v", inner, width),
            at.linear("k", side, width),
            at.linear("q", side, width),
            at.linear("step", heads, width),
            output),
        new StateSpaceDual.Convolutions(
            convolution("v", inner), convolution("k", side), convolution("q", side)),
        new StateSpaceDual.Dynamics(
            at.vector("dt_bias", heads),
            at.vector("A_log", heads),
            at.vector("D", heads),
            0,
            Float.POSITIVE_INFINITY),
        new Norm.RmsNorm(at.vector("inner_norm.weight", inner), EPSILON),
        new StateShape.Heads(groups, groups, heads));
  }

  private ShortConvolution convolution(String of, int channels) {
    int length = settings.optionalPositive("conv_kernel").orElse(4);
    String name = "conv1d_" + of;
    return new ShortConvolution(
        at.vector(name + ".weight", channels, 1, length),
        Optional.of(at.vector(name + ".bias", channels)),
        Optional.of(Activation.SILU));
  }
}
