package dev.heed.model;

import dev.heed.attention.Attention;
import dev.heed.attention.AttentionChoices;
import dev.heed.attention.AttentionShape;
import dev.heed.attention.HeadChoice;
import dev.heed.attention.Mask;
import dev.heed.attention.Modifier;
import dev.heed.attention.Need;
import dev.heed.attention.Rotary;
import dev.heed.attention.Source;
import dev.heed.attention.expression.Truth;
import dev.heed.checkpoint.AttentionJson;
import dev.heed.checkpoint.CheckpointException;
import dev.heed.checkpoint.Json;
import dev.heed.checkpoint.Settings;
import dev.heed.layer.Heads;
import dev.heed.layer.Linear;
import dev.heed.layer.Mixer;
import dev.heed.layer.Norm;
import dev.heed.layer.SelfAttention;
import dev.heed.layer.SharedAttention;
import dev.heed.tensor.Weight;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Supplier;

/// The mixers of a [HeedModel]: `mixer` for all blocks, or `mixers` with one a block.
///
/// An object states its `type`: one of the mixers with a state ([HeedStates]), `shared` for
/// attention to the keys and values of the block `from`, or `attention`, the usual one, which holds
/// an [AttentionJson] whose mask is `causal` where none is stated, and may have numbers of heads of
/// its own under the names that the model has them.
final class HeedMixers {
  private static final float EPSILON = 1e-6f;
  private static final Json.Obj USUAL = Json.object();

  /// What a mixer may state besides its attention.
  static final Set<String> OWN =
      Set.of("type", "from", "num_attention_heads", "num_key_value_heads", "head_dim");

  private final Settings config;
  private final HeedParts parts;
  private final List<Json.Obj> mixers;

  HeedMixers(Settings config, HeedParts parts) {
    this.config = config;
    this.parts = parts;
    int count = config.positive("num_hidden_layers");
    // a model of mixers without heads may state heads
    config.ignore("num_attention_heads", "num_key_value_heads", "head_dim");
    Optional<List<Json.Obj>> each = config.optionalList("mixers").map(Json.Arr::objects);
    if (config.has("mixer") && each.isPresent()) {
      throw new CheckpointException(
          "config: mixer and mixers are both stated; one for all blocks or one a block would fit");
    }
    if (each.isPresent() && each.get().size() != count) {
      throw new CheckpointException(
          "config: mixers has %d entries for num_hidden_layers %d; one a block would fit"
              .formatted(each.get().size(), count));
    }
    Json.Obj all = config.object("mixer", USUAL);
    mixers = each.orElseGet(() -> Collections.nCopies(count, all));
  }

  int count() {
    return mixers.size();
  }

  /// @param at the weights of the mixer
  Mixer mixer(int block, HeedParts at) {
    Json.Obj json = mixers.get(block);
    String type = json.string("type", "attention");
    return switch (type) {
      case "attention" -> attention(json, at);
      case "shared" -> shared(json, block, at);
      case "linear", "retention", "gated", "delta" -> {
        Heads heads = heads(json);
        yield HeedStates.linear(json, heads, rotary(heads.width()), parts, at);
      }
      case "mamba2", "s4d", "recurrence", "convolution" -> HeedStates.recurrent(json, parts, at);
      default ->
          throw HeedParts.unknown(
              json.place().member("type").toString(),
              type,
              "attention, shared, linear, retention, gated, delta, mamba2, s4d, recurrence and convolution");
    };
  }

  /// Attention to the keys and values of the block `from`.
  private SharedAttention shared(Json.Obj json, int block, HeedParts at) {
    int from = json.integer("from");
    Heads heads = heads(json);
    Attention attention = alone(json);
    boolean fits =
        from >= 0
            && from < block
            && mixers.get(from).string("type", "attention").equals("attention")
            && heads(mixers.get(from)).keys() == heads.keys()
            && heads(mixers.get(from)).width() == heads.width();
    if (!fits) {
      throw new CheckpointException(
          "%s: block %d has no %d key/value heads of width %d for block %d; an earlier block of type attention with as many would fit"
              .formatted(json.place().member("from"), from, heads.keys(), heads.width(), block));
    }
    if (!attention.needs(shape(heads, 1, 1, 1)).isEmpty()) {
      throw new CheckpointException(
          "%s: a mixer of type shared learns no numbers besides; choices without would fit"
              .formatted(json.place()));
    }
    return new SharedAttention(
        at.linear("q", heads.queryWidth(), parts.width()),
        at.linear("o", parts.width(), heads.queryWidth()),
        rotary(heads.width()),
        attention,
        heads,
        from);
  }

  private SelfAttention attention(Json.Obj json, HeedParts at) {
    Heads heads = heads(json);
    AttentionChoices choices = stated(json);
    Attention attention = choices.attention();
    int width = parts.width();
    SelfAttention.Projections projections =
        new SelfAttention.Projections(
            at.linear("q", heads.queryWidth(), width),
            at.linear("k", heads.keyWidth(), width),
            at.linear("v", heads.keyWidth(), width),
            at.linear("o", width, heads.queryWidth()));
    SelfAttention plain =
        new SelfAttention(
            forgets(attention)
                ? projections.withForget(forget(heads.queries(), width, at))
                : projections,
            norms(choices.heads(), heads.width(), at),
            rotary(heads.width()),
            attention,
            heads);
    Map<String, Weight> learned = learned(json, attention, heads, at);
    if (choices.heads().contains(new HeadChoice.Gate())) {
      learned.put(
          SelfAttention.GATE, begun("learned." + SelfAttention.GATE, 1, heads.queries(), at));
    }
    return withSource(choices.source(), plain.withLearned(learned), json, at);
  }

  private static boolean forgets(Attention attention) {
    return attention.modifiers().stream().anyMatch(Modifier.Forget.class::isInstance);
  }

  /// The forget gates of heads, which begin almost open: `σ(4) = 0.982`.
  private static Linear forget(int heads, int width, HeedParts at) {
    return new Linear(
        at.weight("forget.weight", heads, width), Optional.of(begun("forget.bias", 4, heads, at)));
  }

  /// Numbers that all begin with the same.
  private static Weight begun(String name, float number, int count, HeedParts at) {
    Supplier<float[]> beginning =
        () -> {
          float[] numbers = new float[count];
          Arrays.fill(numbers, number);
          return numbers;
        };
    return Rewritten.array(at.weights().get(name, beginning, count));
  }

  private static SelfAttention.HeadNorms norms(List<HeadChoice> choices, int width, HeedParts at) {
    SelfAttention.HeadNorms norms = SelfAttention.HeadNorms.NONE;
    if (choices.contains(new HeadChoice.NormKeys())) {
      norms =
          SelfAttention.HeadNorms.of(
              norm("q_norm.weight", width, at), norm("k_norm.weight", width, at));
    }
    return choices.contains(new HeadChoice.NormResults())
        ? norms.withResult(norm("head_norm.weight", width, at))
        : norms;
  }

  private static Norm norm(String name, int width, HeedParts at) {
    return new Norm.RmsNorm(begun(name, 1, width, at), EPSILON);
  }

  private static SelfAttention withSource(
      Source source, SelfAttention mixer, Json.Obj json, HeedParts at) {
    boolean fits =
        switch (source) {
          case Source.Self _, Source.Prefix _, Source.Past _ -> true;
          case Source.Memory _, Source.Nystrom _, Source.Linformer _ -> false;
        };
    if (!fits) {
      throw new CheckpointException(
          "%s: '%s' looks at what a decoder foresees, or does not have; self, prefix(n) or past(n, segment, capacity) would fit"
              .formatted(json.place().member("source"), source.text()));
    }
    boolean random = source instanceof Source.Prefix;
    Map<String, Weight> numbers = new LinkedHashMap<>();
    for (Need need : source.needs(shape(mixer.heads(), 1, 1, 1))) {
      numbers.put(
          need.name(),
          random
              ? at.vector("learned." + need.name(), need.shape().toArray())
              : learned(need, mixer.attention(), mixer.heads(), at));
    }
    return mixer.withSource(source, numbers);
  }

  /// A call with nothing around it.
  private static Attention alone(Json.Obj json) {
    AttentionChoices choices = stated(json);
    if (!choices.equals(AttentionChoices.of(choices.attention()))) {
      throw new CheckpointException(
          "%s: a mixer of type %s has no source and no choices of heads; leave them out"
              .formatted(json.place(), json.string("type")));
    }
    return choices.attention();
  }

  private static AttentionChoices stated(Json.Obj json) {
    Map<String, Json> members = new LinkedHashMap<>(json.members());
    members.keySet().removeAll(OWN);
    AttentionChoices choices = AttentionJson.readChoices(new Json.Obj(members, json.place()));
    Attention attention = choices.attention();
    if (!attention.chance().isNone()) {
      throw new CheckpointException(
          "%s: what a training drops is a setting of the training; leave it out here"
              .formatted(json.place().member("chance")));
    }
    if (!json.has("mask")) {
      return choices.withAttention(attention.withMask(Mask.causal()));
    }
    if (!looksBack(attention.mask().truth())) {
      throw new CheckpointException(
          "%s: '%s' lets a token see those that follow it, which a decoder is to foresee; 'causal & (%s)' would fit"
              .formatted(json.place().member("mask"), attention.mask(), attention.mask()));
    }
    return choices;
  }

  private static boolean looksBack(Truth truth) {
    return switch (truth) {
      case Truth.Causal _ -> true;
      case Truth.And(List<Truth> terms) -> terms.stream().anyMatch(HeedMixers::looksBack);
      case Truth.Or(List<Truth> terms) -> terms.stream().allMatch(HeedMixers::looksBack);
      default -> false;
    };
  }

  private Heads heads(Json.Obj json) {
    int width = parts.width();
    int queries =
        own(json, "num_attention_heads").orElseGet(() -> config.positive("num_attention_heads"));
    int keys = own(json, "num_key_value_heads").orElse(queries);
    OptionalInt stated = own(json, "head_dim");
    if (stated.isEmpty() && width % queries != 0) {
      throw new CheckpointException(
          "%s: num_attention_heads %d does not divide hidden_size %d; state head_dim, or heads that do"
              .formatted(json.place(), queries, width));
    }
    if (queries % keys != 0) {
      throw new CheckpointException(
          "%s: num_key_value_heads %d does not divide num_attention_heads %d; one that does would fit"
              .formatted(json.place(), keys, queries));
    }
    return new Heads(queries, keys, stated.orElse(width / queries));
  }

  private OptionalInt own(Json.Obj json, String key) {
    OptionalInt ofModel = config.optionalPositive(key);
    return json.has(key) ? new Settings(json).optionalPositive(key) : ofModel;
  }

  private Optional<Rotary> rotary(int headWidth) {
    Settings positions = config.in("positions").orElseThrow();
    return positions.string("type", "rotary").equals("rotary")
        ? Optional.of(RotarySettings.stated(positions, headWidth, parts.context()))
        : Optional.empty();
  }

  private Map<String, Weight> learned(
      Json.Obj json, Attention attention, Heads heads, HeedParts at) {
    Map<String, Weight> all = new LinkedHashMap<>();
    List<Need> others = attention.needs(shape(heads, 2, 3, 5));
    List<Need> needs = attention.needs(shape(heads, 1, parts.context(), parts.context()));
    for (Need need : needs) {
      if (need.name().startsWith("forget.")) {
        continue; // the gates are computed from the tokens
      }
      if (!others.contains(need)) {
        throw new CheckpointException(
            "%s: %s reads '%s', whose lengths change with the text; a choice that reads numbers of one shape would fit"
                .formatted(json.place(), need.reader(), need.name()));
      }
      all.put(need.name(), learned(need, attention, heads, at));
    }
    return all;
  }

  private static Weight learned(Need need, Attention attention, Heads heads, HeedParts at) {
    return Rewritten.array(
        at.weights()
            .get(
                "learned." + need.name(),
                () -> Beginnings.of(need, attention, heads.width()),
                need.shape().toArray()));
  }

  private static AttentionShape shape(Heads heads, int batch, int queries, int keys) {
    return new AttentionShape(
        batch, heads.queries(), heads.keys(), queries, keys, heads.width(), heads.width());
  }
}
